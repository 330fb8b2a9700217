// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/address_pool.h"

#include <algorithm>
#include <array>
#include <utility>

namespace spa::ike {

struct AddressPools::Pool {
  struct Holder {
    std::string owner;
    unsigned leases = 0;
  };
  std::vector<policy::AddressRange> ranges;
  std::map<IpAddress, Holder> holders;
  IpAddress last;  // lent; the search goes on behind it, so that an address rests before it is lent

  [[nodiscard]] bool holds(const IpAddress& address) const {
    return std::any_of(ranges.begin(), ranges.end(), [&](const policy::AddressRange& r) {
      return r.first <= address && address <= r.last;
    });
  }
  [[nodiscard]] IpAddress behind(const IpAddress& address) const;
  [[nodiscard]] std::optional<IpAddress> free() const;
};

namespace {

IpAddress successor(const IpAddress& address) {
  std::array<std::uint8_t, 16> octets{};
  const ByteView now = address.bytes();
  std::copy(now.begin(), now.end(), octets.begin());
  for (std::size_t i = now.size(); i-- > 0;) {
    if (++octets[i] != 0) break;
  }
  return IpAddress::from_bytes(ByteView(octets).first(now.size()));
}

}  // namespace

// The next address of the pool, the first again after the last.
IpAddress AddressPools::Pool::behind(const IpAddress& address) const {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (address < ranges[i].first || ranges[i].last < address) continue;
    if (address != ranges[i].last) return successor(address);
    return ranges[(i + 1) % ranges.size()].first;
  }
  return ranges.front().first;
}

std::optional<IpAddress> AddressPools::Pool::free() const {
  if (ranges.empty() || holders.size() >= kMaxLeases) return std::nullopt;
  IpAddress candidate = behind(last);
  const IpAddress start = candidate;
  // One more step than there are holders meets a free address, if there is one.
  for (std::size_t step = 0; step <= holders.size(); ++step) {
    if (!holders.contains(candidate)) return candidate;
    candidate = behind(candidate);
    if (candidate == start) break;
  }
  return std::nullopt;
}

AddressPools::Lease& AddressPools::Lease::operator=(Lease&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(address_, other.address_);
  return *this;
}

void AddressPools::Lease::give_back() {
  if (!pool_) return;
  const auto found = pool_->holders.find(address_);
  if (found != pool_->holders.end() && --found->second.leases == 0) pool_->holders.erase(found);
}

void AddressPools::configure(const std::map<std::string, policy::AddressPool>& pools) {
  std::erase_if(pools_, [&](const auto& item) { return !pools.contains(item.first); });
  for (const auto& [name, configured] : pools) {
    std::shared_ptr<Pool>& pool = pools_[name];
    if (!pool) pool = std::make_shared<Pool>();
    pool->ranges = configured.ranges;
  }
}

Result<AddressPools::Lease> AddressPools::lend(const std::string& name, const std::string& owner,
                                               const std::optional<IpAddress>& wanted) {
  const auto found = pools_.find(name);
  if (found == pools_.end()) return fail(Errc::kNotFound, "no address pool " + name);
  Pool& pool = *found->second;
  std::optional<IpAddress> address;
  if (wanted && pool.holds(*wanted)) {
    const auto holder = pool.holders.find(*wanted);
    if (holder == pool.holders.end() ? pool.holders.size() < kMaxLeases
                                     : holder->second.owner == owner) {
      address = wanted;
    }
  }
  if (!address) {
    address = pool.free();
    if (address) pool.last = *address;
  }
  if (!address) return fail(Errc::kExhausted, "address pool " + name + " is used up");
  Pool::Holder& holder = pool.holders[*address];
  holder.owner = owner;
  ++holder.leases;
  return Lease(found->second, *address);
}

std::size_t AddressPools::lent(const std::string& name) const {
  const auto found = pools_.find(name);
  return found == pools_.end() ? 0 : found->second->holders.size();
}

}  // namespace spa::ike
