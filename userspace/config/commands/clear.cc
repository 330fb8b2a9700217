// SPDX-License-Identifier: Apache-2.0
// clear crypto …: ends SAs, and begins counters anew (R-DBG-1 to R-DBG-4). Peers are told.
#include <algorithm>

#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kPrivileged;

void clear(Exec& exec, const ClearRequest& request) {
  const auto count = exec.backend().clear(request);
  if (!count) exec.refuse(count.error().text);
}

ClearRequest session_filter(const Args& args) {
  ClearRequest request;
  if (const Value* local = args.find("local")) request.local = local->address;
  if (const Value* remote = args.find("remote")) request.remote = remote->address;
  request.remote_port = static_cast<std::uint16_t>(args.number("port"));
  return request;
}

// For what only a look at each SA tells: clears those that fit one by one.
template <typename Fits>
std::size_t clear_each(Exec& exec, ClearRequest request, Fits fits) {
  std::size_t count = 0;
  for (const ike::IkeSaStatus& sa : exec.backend().ike_sas()) {
    if (!fits(sa)) continue;
    ++count;
    request.ike_id = sa.id;
    clear(exec, request);
  }
  return count;
}

// R-DBG-1
void clear_session(Exec& exec, const Args& args) {
  const ClearRequest request = session_filter(args);
  const Value* front = args.find("fvrf");
  const Value* inside = args.find("ivrf");
  if (front == nullptr && inside == nullptr) return clear(exec, request);
  const policy::Snapshot& policy = *exec.configuration().snapshot();
  clear_each(exec, request, [&](const ike::IkeSaStatus& sa) {
    const IpAddress& end = sa.local.address;
    return (front == nullptr || policy.front_vrf(end) == front->text) &&
           (inside == nullptr ||
            policy.inside_vrf(sa.profile, sa.version == 2, end) == inside->text);
  });
}

// SAs of one version of IKE, or the one of this number.
void clear_ike(Exec& exec, const Args& args, int version) {
  ClearRequest request = session_filter(args);
  request.what = ClearRequest::What::kIkeSas;
  const auto id = static_cast<std::uint32_t>(args.number("id"));
  const std::size_t count = clear_each(exec, request, [&](const ike::IkeSaStatus& sa) {
    return sa.version == version && (id == 0 || sa.id == id);
  });
  if (id != 0 && count == 0)
    exec.refuse("No " + std::string(version == 1 ? "ISAKMP" : "IKEv2") + " SA has the number " +
                std::to_string(id) + ".");
}

ClearRequest ipsec_filter(const Args& args) {
  ClearRequest request = session_filter(args);
  request.what = ClearRequest::What::kIpsecSas;
  return request;
}

void clear_map(Exec& exec, const Args& args) {
  ClearRequest request = ipsec_filter(args);
  request.crypto_map = args.text("map");
  const policy::Snapshot& policy = *exec.configuration().snapshot();
  if (!policy.crypto_maps.contains(request.crypto_map) &&
      !policy.protections.contains(request.crypto_map))
    return exec.refuse("There is no crypto map " + request.crypto_map + "; see show crypto map.");
  clear(exec, request);
}

// Whether this end of a pair is reached at an address under a protocol and an SPI.
bool is_at(const ike::ChildSaStatus& child, bool inbound, const IpAddress& address, bool ah,
           std::uint32_t spi) {
  if ((inbound ? child.local : child.remote).address != address) return false;
  const std::uint32_t main = inbound ? child.spi_in : child.spi_out;
  const std::uint32_t around = inbound ? child.ah_spi_in : child.ah_spi_out;
  if (!ah) return child.suite.has_esp() && main == spi;
  return child.suite.has_ah() && (child.suite.has_esp() ? around : main) == spi;
}

// An SA is named as the packets name it (RFC 4301 4.1); its other direction goes with it.
void clear_spi(Exec& exec, const Args& args) {
  const IpAddress& address = args.find("destination")->address;
  const auto spi = static_cast<std::uint32_t>(args.number("spi"));
  for (const ike::IkeSaStatus& sa : exec.backend().ike_sas()) {
    for (const ike::ChildSaStatus& child : sa.children) {
      if (!is_at(child, true, address, args.has("ah"), spi) &&
          !is_at(child, false, address, args.has("ah"), spi))
        continue;
      ClearRequest request;
      request.what = ClearRequest::What::kIpsecSas;
      request.ike_id = sa.id;
      request.spi_in = child.spi_in;
      return clear(exec, request);
    }
  }
  exec.refuse("There is no such SA; see show crypto ipsec spi-lookup.");
}

}  // namespace

void add_clear_commands(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto session [local <local:ip>|remote <remote:ip> [port "
                              "<port:1-65535>]] [fvrf <fvrf:word>] [ivrf <ivrf:word>]",
                   .help = "Deletes IKE and IPsec SAs; the peers are told.",
                   .run = clear_session});
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto isakmp [<id:1-4294967295>]",
                   .help = "Deletes ISAKMP SAs and what hangs on them.",
                   .run = [](Exec& e, const Args& a) { clear_ike(e, a, 1); }});
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto ikev2 sa [<id:1-4294967295>|remote <remote:ip>|local "
                              "<local:ip>]",
                   .help = "Deletes IKEv2 SAs and what hangs on them.",
                   .run = [](Exec& e, const Args& a) { clear_ike(e, a, 2); }});
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto sa [peer <remote:ip>]",
                   .help = "Deletes IPsec SAs.",
                   .run = [](Exec& e, const Args& a) { clear(e, ipsec_filter(a)); }});
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto sa map <map:word>",
                   .help = "Deletes the IPsec SAs of a crypto map.",
                   .run = clear_map});
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto sa spi <destination:ip> (esp|ah) <spi:spi>",
                   .help = "Deletes one IPsec SA, with its other direction.",
                   .run = clear_spi});
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto sa counters",
                   .help = "Begins the counters of IPsec SAs anew; their lifetimes go on.",
                   .run = [](Exec& e, const Args&) { e.backend().clear_sa_counters(); }});
}

}  // namespace spa::config
