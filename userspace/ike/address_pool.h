// SPDX-License-Identifier: Apache-2.0
// Addresses lent to peers (RFC 7296 3.15.1; IKEv1 mode config), out of the pools of the
// configuration. An address is back in its pool when the last lease of it is gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/policy/client_configuration.h"

namespace spa::ike {

class AddressPools {
  struct Pool;

 public:
  // The pools are shared by everything on one thread; a lease may outlive the object.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&& other) noexcept;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { give_back(); }
    [[nodiscard]] const IpAddress& address() const { return address_; }

   private:
    friend class AddressPools;
    Lease(std::shared_ptr<Pool> pool, const IpAddress& address)
        : pool_(std::move(pool)), address_(address) {}
    void give_back();
    std::shared_ptr<Pool> pool_;
    IpAddress address_;
  };

  // So many addresses of one pool are lent at once, however large it is.
  static constexpr std::size_t kMaxLeases = 65536;

  // The ranges as they are now. What is lent stays lent.
  void configure(const std::map<std::string, policy::AddressPool>& pools);

  // Lends an address to `owner`, who is named by an authenticated identity: `wanted`, when it is
  // free or lent to the same owner already (who comes back before its old lease ends), else the
  // next free one. kNotFound: no such pool; kExhausted: nothing is free.
  [[nodiscard]] Result<Lease> lend(const std::string& pool, const std::string& owner,
                                   const std::optional<IpAddress>& wanted);

  [[nodiscard]] std::size_t lent(const std::string& pool) const;

 private:
  std::map<std::string, std::shared_ptr<Pool>> pools_;
};

}  // namespace spa::ike
