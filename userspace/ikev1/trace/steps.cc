// SPDX-License-Identifier: Apache-2.0
// Messages and states (R-DBG-13 to 15).
#include "userspace/ikev1/trace/steps.h"

#include <algorithm>
#include <array>
#include <span>

#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/shard.h"

namespace spa::ikev1::trace {

namespace {

constexpr std::array<std::string_view, 8> kMainInitiator{"IKE_READY", "IKE_I_MM1",      "IKE_I_MM2",
                                                         "IKE_I_MM3", "IKE_I_MM4",      "IKE_I_MM5",
                                                         "IKE_I_MM6", "IKE_P1_COMPLETE"};
constexpr std::array<std::string_view, 7> kMainResponder{"IKE_READY",      "IKE_R_MM1", "IKE_R_MM2",
                                                         "IKE_R_MM3",      "IKE_R_MM4", "IKE_R_MM5",
                                                         "IKE_P1_COMPLETE"};
constexpr std::array<std::string_view, 4> kAggressiveInitiator{"IKE_READY", "IKE_I_AM1",
                                                               "IKE_I_AM2", "IKE_P1_COMPLETE"};
constexpr std::array<std::string_view, 5> kAggressiveResponder{
    "IKE_READY", "IKE_R_AM1", "IKE_R_AM2", "IKE_R_AM3", "IKE_P1_COMPLETE"};

std::span<const std::string_view> states_of(const IsakmpSa& sa) {
  if (sa.aggressive && sa.initiator) return kAggressiveInitiator;
  if (sa.aggressive) return kAggressiveResponder;
  if (sa.initiator) return kMainInitiator;
  return kMainResponder;
}

std::string_view state_of(const IsakmpSa& sa, unsigned step) {
  const auto states = states_of(sa);
  return states[std::min<std::size_t>(step, states.size() - 1)];
}

void change(IsakmpSa& sa, std::string_view from, std::string_view event) {
  const auto last = static_cast<std::uint8_t>(states_of(sa).size() - 1);
  const std::uint8_t before = sa.phase1_step;
  sa.phase1_step = std::min<std::uint8_t>(before + 1, last);
  tell(sa, [&] {
    return StateChange{from, event, state_of(sa, before), state_of(sa, sa.phase1_step), 0};
  });
}

Role role_of(const IsakmpSa& sa) {
  return sa.initiator ? Role::kInitiator : Role::kResponder;
}

std::string content_of(const v1::Payload& payload) {
  switch (v1::type_of(payload)) {
    case v1::PayloadType::kVendorId:
      return "VENDOR ID payload";
    case v1::PayloadType::kNotify:
      return "NOTIFY payload";
    case v1::PayloadType::kSignature:
      return "SIG payload";
    default:
      return v1::to_string(v1::type_of(payload)) + " payload";
  }
}

}  // namespace

Teller teller(const IsakmpSa& sa) {
  const Tag tag{sa.id, sa.cipher.has_value(), is_hardware(sa.dh_engine)};
  return {sa.shard.ports.log, tag, sa.remote.address};
}

Teller teller(const Shard& shard, const IpAddress& peer) {
  return {shard.ports.log, {}, peer};
}

// --- messages ---

std::string packet_state(const IsakmpSa& sa) {
  if (!sa.handshake) return "QM_IDLE";
  return sa.state_name == "MM_KEY_AUTH" ? "MM_KEY_EXCH" : sa.state_name;
}

void received(const IsakmpSa& sa, v1::ExchangeType exchange, const Endpoint& at,
              const Endpoint& from) {
  tell(sa, [&] {
    return Received{
        at,      from, sa.shard.snapshot->front_vrf(at.address), role_of(sa), packet_state(sa),
        exchange};
  });
}

void received_first(const Teller& to, const Shard& shard, const Endpoint& at, const Endpoint& from,
                    v1::ExchangeType exchange) {
  to([&] {
    return Received{at,         from,     shard.snapshot->front_vrf(at.address),
                    Role::kNew, "NEW SA", exchange};
  });
}

void opened(const IsakmpSa& sa, const Incoming& message) {
  if (message.header.encrypted()) {
    tell(sa, [&] { return EngineSaid{{operation("CRYPTO_ISA_IKE_DECRYPT")}}; });
    if (message.header.message_id != 0) hmac(sa);
  }
  tell(sa, [&] {
    Contents contents{message.header.exchange, message.header.flags, message.octets.size(), {}};
    for (const v1::Payload& payload : message.payloads) {
      contents.payloads.push_back(content_of(payload));
      const auto* id = std::get_if<v1::IdPayload>(&payload);
      if (id == nullptr || id->type != v1::IdType::kFqdn) continue;
      contents.payloads.push_back(
          "FQDN <" + std::string(id->data.begin(), id->data.end()) +
          print("> port %u protocol %u", unsigned{id->port}, unsigned{id->protocol}));
    }
    return contents;
  });
}

void sent(const IsakmpSa& sa, bool encrypted) {
  if (encrypted) {
    tell(sa, [&] { return EngineSaid{{operation("CRYPTO_ISA_IKE_ENCRYPT")}}; });
  }
  tell(sa, [&] {
    const bool last = sa.handshake && !sa.initiator && sa.state_name == "MM_KEY_AUTH";
    return Sent{sa.local, sa.remote, role_of(sa), packet_state(sa), last};
  });
}

void duplicate(const IsakmpSa& sa, std::uint32_t id) {
  tell(sa, [&] {
    return Said{print(" phase %u packet is a duplicate of a previous packet.", id == 0 ? 1U : 2U),
                kInRouter, Style::kColon};
  });
}

void retransmitting(const IsakmpSa& sa, std::uint32_t id, unsigned attempt, unsigned tries) {
  tell(sa, [&] {
    return Said{print(" incrementing error counter on sa, attempt %u of %u: retransmit phase %u",
                      attempt, tries, id == 0 ? 1U : 2U),
                kInRouter, Style::kColon};
  });
  tell(sa, [&] {
    const std::string node = id == 0 ? "" : " " + message_id(id, DebugForm::kA);
    return Said{
        print(" retransmitting phase %u ", id == 0 ? 1U : 2U) + packet_state(sa) + node + "...",
        kInRouter, Style::kColon};
  });
  sent(sa, false);
}

void made_sa(const IsakmpSa& sa, std::size_t others) {
  tell(sa, [&] {
    PeerFound found{sa.local, sa.remote, {}, sa.initiator, sa.id, others};
    for (const policy::Interface& interface : sa.shard.snapshot->interfaces) {
      const bool ours = std::ranges::any_of(interface.addresses, [&](const IpPrefix& prefix) {
        return prefix.address == sa.local.address;
      });
      if (ours) found.interface = interface.name;
    }
    return found;
  });
}

// --- states ---

void stay(const IsakmpSa& sa, std::string_view from, std::string_view event) {
  tell(sa, [&] {
    const std::string_view state = state_of(sa, sa.phase1_step);
    return StateChange{from, event, state, state, 0};
  });
}

void heard_phase1(IsakmpSa& sa) {
  change(sa, "FROM_PEER", sa.aggressive ? "IKE_AM_EXCH" : "IKE_MM_EXCH");
}

void processed_phase1(const IsakmpSa& sa) {
  if (!sa.aggressive) stay(sa, "INTERNAL", "IKE_PROCESS_MAIN_MODE");
}

void answered_phase1(IsakmpSa& sa) {
  tell(sa, [] { return Returned{}; });
  change(sa, "INTERNAL", "IKE_PROCESS_COMPLETE");
}

void unheard_phase1(IsakmpSa& sa) {
  tell(sa, [] { return Returned{true}; });
  if (sa.phase1_step > 0) --sa.phase1_step;
}

void began_phase1(IsakmpSa& sa) {
  change(sa, "FROM_IPSEC", sa.aggressive ? "IKE_SA_REQ_AM" : "IKE_SA_REQ_MM");
  say(sa, sa.aggressive ? " beginning Aggressive Mode exchange" : " beginning Main Mode exchange",
      kInAll);
}

void completed_phase1(IsakmpSa& sa) {
  if (sa.phase1_step + 1U < states_of(sa).size()) answered_phase1(sa);
  stay(sa, "INTERNAL", "IKE_PHASE1_COMPLETE");
}

void heard_dpd(const IsakmpSa& sa, v1::NotifyType type, std::uint32_t sequence) {
  tell(sa, [&] {
    return DpdSaid{type == v1::NotifyType::kRUThereAck, false, sa.remote.address, sequence, 0, 0};
  });
}

void sending_notifications(const IsakmpSa& sa, const Payloads& payloads, std::uint32_t node) {
  if (!watched(sa)) return;
  for (const auto* notify : v1::find_all<v1::NotifyPayload>(payloads)) {
    const auto sequence = v1::parse_dpd(*notify, sa.cookie_i(), sa.cookie_r());
    const auto spi = static_cast<std::uint32_t>(sa.cookie_i() >> 32);
    if (sequence) {
      tell(sa, [&] {
        return DpdSaid{notify->type == v1::NotifyType::kRUThereAck,
                       true,
                       sa.remote.address,
                       *sequence,
                       spi,
                       node};
      });
      continue;
    }
    const v1::Proposal named{1, notify->protocol, notify->spi, {}};
    tell(sa, [&] {
      return Notified{notify->type, static_cast<unsigned>(notify->protocol), v1::spi32(named), node,
                      true};
    });
  }
}

void node_step(const IsakmpSa& sa, std::uint32_t node, std::string_view from,
               std::string_view event, std::string_view before, std::string_view after) {
  tell(sa, [&] { return StateChange{from, event, before, after, node}; });
}

void new_node(const IsakmpSa& sa, std::uint32_t node) {
  tell(sa, [&] {
    return Said{"set new node " + message_id(node, DebugForm::kA) + " to QM_IDLE", kInNewer,
                Style::kPlain};
  });
}

void purging_node(const IsakmpSa& sa, std::uint32_t node) {
  tell(sa, [&] {
    return Said{"purging node " + message_id(node, DebugForm::kA), kInRouter, Style::kColon};
  });
}

void deleting_node(const IsakmpSa& sa, std::uint32_t node, std::string_view reason,
                   std::string_view older_reason) {
  const auto line = [&](std::string_view why, unsigned forms) {
    tell(sa, [&] {
      return Said{"deleting node " + message_id(node, DebugForm::kA) + " error FALSE reason \"" +
                      std::string(why) + "\"",
                  forms, Style::kColon};
    });
  };
  line(reason, kInNewer);
  line(older_reason, kInC);
}

}  // namespace spa::ikev1::trace
