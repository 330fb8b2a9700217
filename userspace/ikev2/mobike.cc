// SPDX-License-Identifier: Apache-2.0
// MOBIKE (RFC 4555): who says where, and who checks it.
#include "userspace/ikev2/mobike.h"

#include <algorithm>

#include "userspace/crypto/random.h"
#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/nat.h"
#include "userspace/ikev2/shard.h"
#include "userspace/wire/notice.h"

namespace spa::ikev2 {

namespace {

using wire::ExchangeType;
using wire::NotifyType;

constexpr std::size_t kMaxAddresses = 8;  // of a peer
constexpr std::size_t kCookieSize = 16;   // 8 to 64 octets (4.2.5)

bool unicast(const IpAddress& address) {
  if (address.is_any()) return false;
  const std::uint8_t first = address.bytes()[0];
  return address.is_v6() ? first != 0xff : first < 224 && first != 127 && first != 0;
}

void add_own_addresses(IkeSa& sa, Payloads& payloads) {
  std::size_t count = 0;
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  const std::string& vrf = snapshot.front_vrf(sa.local.address);
  for (const IpAddress& address : sa.shard.local_addresses) {
    if (snapshot.front_vrf(address) != vrf) continue;  // R-VRF-8
    if (address == sa.local.address || ++count > kMaxAddresses) continue;
    payloads.emplace_back(wire::additional_address(address));
  }
  if (count == 0) payloads.emplace_back(wire::notify(NotifyType::kNoAdditionalAddresses));
}

// Each list replaces the one before (3.4).
void take_addresses(IkeSa& sa, const Payloads& payloads) {
  std::vector<IpAddress> list;
  bool said = false;
  for (const wire::Payload& payload : payloads) {
    const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
    if (notify == nullptr) continue;
    if (notify->type == NotifyType::kNoAdditionalAddresses) said = true;
    if (notify->type != NotifyType::kAdditionalIp4Address &&
        notify->type != NotifyType::kAdditionalIp6Address) {
      continue;
    }
    said = true;
    const auto address = wire::parse_additional_address(*notify);
    if (address && unicast(*address) && list.size() < kMaxAddresses) list.push_back(*address);
  }
  if (said) sa.mobility->peer_addresses = std::move(list);
}

bool pretends(const IkeSa& sa) {
  return sa.shard.ports.sa_database.requires_udp_encapsulation();
}

void add_detection(const IkeSa& sa, Payloads& payloads, const Endpoint& at, const Endpoint& to) {
  (void)add_nat_detection(payloads, sa.spi_i(), sa.spi_r(), at, to, pretends(sa));
}

// Whether there is a NAT between the ends as they are now.
void take_detection(IkeSa& sa, const Payloads& payloads) {
  const NatFinding nat = detect_nat(payloads, sa.spi_i(), sa.spi_r(), sa.local, sa.remote);
  if (!nat.supported) return;
  sa.local_behind_nat = nat.local_behind;
  sa.remote_behind_nat = nat.remote_behind;
  sa.udp_encapsulation = nat.local_behind || nat.remote_behind || pretends(sa);
}

// Puts the CHILD SAs where their IKE SA is. Where the data plane cannot move one, or ESP changes
// its shape, a new one is made in its place.
void lead_children(IkeSa& sa, bool was_encapsulated) {
  std::vector<std::uint32_t> anew;
  for (const auto& c : sa.children) {
    const Status moved =
        was_encapsulated == sa.udp_encapsulation
            ? sa.shard.ports.sa_database.update_endpoints(c->spi_in, sa.local, sa.remote)
            : fail(Errc::kUnsupported, "encapsulation changes");
    if (!moved) anew.push_back(c->spi_in);
  }
  for (const std::uint32_t spi : anew) {
    if (ChildSa* c = sa.child(spi)) c->rekey_at.reset();
    sa.spawn(rekey_child_sa(sa, spi));
  }
}

void set_ends(IkeSa& sa, const Endpoint& local, const Endpoint& remote) {
  const IpAddress old = sa.remote.address;
  sa.local = local;
  sa.remote = remote;
  sa.shard.moved(sa, old);
  sa.shard.touch(sa);
}

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<> update_addresses(IkeSa& sa) {
  Shard& shard = sa.shard;
  const bool was_encapsulated = sa.udp_encapsulation;
  for (;;) {
    const std::uint32_t version = sa.mobility->updates;
    Payloads request;
    request.emplace_back(wire::notify(NotifyType::kUpdateSaAddresses));
    add_detection(sa, request, sa.local, sa.remote);
    // HDR, SK {N(UPDATE_SA_ADDRESSES),
    //     N(NAT_DETECTION_*)}  -->
    const Payloads response = co_await sa.request(ExchangeType::kInformational, std::move(request));
    //                              <--  HDR, SK {N(NAT_DETECTION_*)}
    if (!sa.usable() || !sa.mobility) co_return;
    // The ends may have changed again meanwhile (3.5): then this answer is of no use.
    if (sa.mobility->updates != version) continue;
    if (const wire::NotifyPayload* error = error_in(response)) {
      shard.log(Severity::kError, "IKEV2", "ADDRESS_REFUSED",
                "Peer " + sa.remote.to_string() + " answers the new address " +
                    sa.local.to_string() + " with " + wire::to_string(error->type));
      sa.mobility->updating = false;
      if (!try_other_address(sa)) delete_ike_sa(sa, "peer refuses our address");
      co_return;
    }
    take_detection(sa, response);
    sa.mobility->updating = false;
    sa.mobility->tried.clear();
    ++shard.counters.address_updates;
    lead_children(sa, was_encapsulated);
    shard.log(Severity::kNotice, "IKEV2", "ADDRESS_UPDATED",
              "IKE SA " + std::to_string(sa.id) + " goes on between " + sa.local.to_string() +
                  " and " + sa.remote.to_string());
    co_return;
  }
}

// Return routability (3.7, 5.3): whoever answers this is where the update said, and is our peer.
// Only then does traffic go there.
//
// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<> check_reachability(IkeSa& sa, bool was_encapsulated) {
  for (;;) {
    const std::uint32_t version = sa.mobility->updates;
    Result<Bytes> cookie = crypto::random_bytes(kCookieSize);
    if (!cookie) co_return delete_ike_sa(sa, cookie.error().text);
    Payloads request;
    request.emplace_back(wire::notify(NotifyType::kCookie2, *cookie));
    //                              <--  HDR, SK {N(COOKIE2)}
    const Payloads response = co_await sa.request(ExchangeType::kInformational, std::move(request));
    // HDR, SK {N(COOKIE2)}  -->
    if (!sa.usable() || !sa.mobility) co_return;
    const auto* echo = wire::find_notify(response, NotifyType::kCookie2);
    if (echo == nullptr || !constant_time_equal(echo->data, *cookie)) {
      co_return delete_ike_sa(sa, "peer does not echo COOKIE2");
    }
    if (sa.mobility->updates == version) break;  // else it says that it has moved on
  }
  sa.mobility->updating = false;
  ++sa.shard.counters.address_updates;
  lead_children(sa, was_encapsulated);
}

// The other end has other addresses, and says so under the keys of the IKE SA: nobody else leads
// traffic away (5.1). Whether the addresses hold is seen by the check; what cannot be is refused
// (4.1).
void take_update(IkeSa& sa, const Payloads& request, Payloads& response) {
  if (sa.original_initiator) return;  // only that end decides (3.5)
  const Endpoint at = sa.asked_at, from = sa.asked_from;
  const auto* no_nats = wire::find_notify(request, NotifyType::kNoNatsAllowed);
  if (no_nats != nullptr) {
    // Source and destination as the sender meant them (3.9, 4.2.6).
    Bytes seen;
    for (const ByteView part : {from.address.bytes(), at.address.bytes()}) {
      seen.insert(seen.end(), part.begin(), part.end());
    }
    for (const std::uint16_t port : {from.port, at.port}) {
      seen.push_back(static_cast<std::uint8_t>(port >> 8));
      seen.push_back(static_cast<std::uint8_t>(port));
    }
    if (no_nats->data != seen) {
      response.emplace_back(wire::notify(NotifyType::kUnexpectedNatDetected));
      return;
    }
  }
  if (!unicast(from.address) || from.address.family() != sa.remote.address.family()) {
    response.emplace_back(wire::notify(NotifyType::kUnacceptableAddresses));
    return;
  }
  const bool was_encapsulated = sa.udp_encapsulation;
  set_ends(sa, at, from);
  ++sa.mobility->updates;
  take_detection(sa, request);
  add_detection(sa, response, at, from);
  sa.shard.log(
      Severity::kNotice, "IKEV2", "ADDRESS_UPDATED",
      "Peer of IKE SA " + std::to_string(sa.id) + " says that it is at " + from.to_string());
  if (!std::exchange(sa.mobility->updating, true))
    sa.spawn(check_reachability(sa, was_encapsulated));
}

}  // namespace

void offer_mobility(IkeSa& sa, Payloads& payloads) {
  if (!sa.shard.snapshot->mobike) return;
  payloads.emplace_back(wire::notify(NotifyType::kMobikeSupported));
  if (!sa.shard.local_addresses.empty()) add_own_addresses(sa, payloads);
}

void take_mobility(IkeSa& sa, const Payloads& payloads) {
  if (!sa.shard.snapshot->mobike) return;
  if (wire::find_notify(payloads, NotifyType::kMobikeSupported) == nullptr) return;
  sa.mobility = std::make_unique<Mobility>();
  take_addresses(sa, payloads);
}

void move_ends(IkeSa& sa, const Endpoint& local, const Endpoint& remote) {
  if (!sa.mobility || !sa.usable()) return;
  set_ends(sa, local, remote);
  ++sa.mobility->updates;
  sa.hurry();  // what is under way goes out again from the new end
  if (std::exchange(sa.mobility->updating, true)) return;
  sa.spawn(update_addresses(sa));
}

bool try_other_address(IkeSa& sa) {
  if (!sa.mobility || !sa.usable() || !sa.original_initiator) return false;
  Mobility& m = *sa.mobility;
  m.tried.push_back(sa.remote.address);
  const auto candidate = std::ranges::find_if(m.peer_addresses, [&](const IpAddress& a) {
    return a.family() == sa.local.address.family() &&
           std::find(m.tried.begin(), m.tried.end(), a) == m.tried.end();
  });
  if (candidate == m.peer_addresses.end()) return false;
  const IpAddress next = std::exchange(*candidate, sa.remote.address);  // it may be there again
  move_ends(sa, sa.local, {next, sa.remote.port});
  return true;
}

ike::Task<> announce_addresses(IkeSa& sa) {
  if (!sa.usable() || !sa.mobility || sa.original_initiator) co_return;
  Payloads request;
  add_own_addresses(sa, request);
  // HDR, SK {N(ADDITIONAL_*_ADDRESS) | N(NO_ADDITIONAL_ADDRESSES)}  -->
  //                              <--  HDR, SK {}
  (void)co_await sa.request(ExchangeType::kInformational, std::move(request));
}

void answer_mobility(IkeSa& sa, const Payloads& request, Payloads& response) {
  // Whoever asks for reachability is answered, whatever else it asks (3.7).
  if (const auto* cookie = wire::find_notify(request, NotifyType::kCookie2)) {
    response.emplace_back(wire::notify(NotifyType::kCookie2, cookie->data));
  }
  if (!sa.mobility || !sa.usable()) return;
  take_addresses(sa, request);
  if (wire::find_notify(request, NotifyType::kUpdateSaAddresses) != nullptr) {
    take_update(sa, request, response);
  } else if (wire::find_notify(request, NotifyType::kNatDetectionSourceIp) != nullptr) {
    add_detection(sa, response, sa.asked_at, sa.asked_from);
  }
}

Payloads mapping_question(const IkeSa& sa) {
  Payloads payloads;
  if (sa.mobility && sa.original_initiator && sa.local_behind_nat) {
    add_detection(sa, payloads, sa.local, sa.remote);
  }
  return payloads;
}

void look_for_new_mapping(IkeSa& sa, const Payloads& response) {
  if (!sa.mobility || !sa.usable() || !sa.original_initiator) return;
  const auto* seen = wire::find_notify(response, NotifyType::kNatDetectionDestinationIp);
  if (seen == nullptr) return;
  const Bytes before = std::exchange(sa.mobility->seen_as, seen->data);
  if (before.empty() || before == seen->data || !sa.local_behind_nat) return;
  move_ends(sa, sa.local, sa.remote);
}

}  // namespace spa::ikev2
