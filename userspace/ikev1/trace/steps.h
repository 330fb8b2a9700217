// SPDX-License-Identifier: Apache-2.0
// What the scripts of several exchanges tell alike, and the states of an SA as the router names
// them (R-DBG-14).
#pragma once

#include <string_view>

#include "userspace/ikev1/exchange.h"
#include "userspace/ikev1/suite.h"
#include "userspace/ikev1/trace/phase2_events.h"
#include "userspace/ikev1/trace/teller.h"

namespace spa::ikev1::trace {

// --- messages ---

// "MM_KEY_EXCH", as it stands in brackets (R-DBG-15).
[[nodiscard]] std::string packet_state(const IsakmpSa& sa);
// It came, whatever is in it.
void received(const IsakmpSa& sa, v1::ExchangeType exchange, const Endpoint& at,
              const Endpoint& from);
// It was read: what is in it, and what the engine did for it.
void opened(const IsakmpSa& sa, const Incoming& message);
void sent(const IsakmpSa& sa, bool encrypted);
// It came before, or goes out once more.
void duplicate(const IsakmpSa& sa, std::uint32_t message_id);
void retransmitting(const IsakmpSa& sa, std::uint32_t message_id, unsigned attempt, unsigned tries);
// The first message of a peer, before there is an SA for it.
void received_first(const Teller& to, const Shard& shard, const Endpoint& at, const Endpoint& from,
                    v1::ExchangeType exchange);
// The SA that a first message, or traffic, makes.
void made_sa(const IsakmpSa& sa, std::size_t others);

// --- states ---

// A message of phase 1 came; it was taken in; ours is out. Each is a step from state to state.
void heard_phase1(IsakmpSa& sa);
void processed_phase1(const IsakmpSa& sa);
void answered_phase1(IsakmpSa& sa);
// What came was not what was awaited: back to the state before.
void unheard_phase1(IsakmpSa& sa);
// What leads nowhere: "FROM_TIMER", "IKE_TIMER_PEERS_ALIVE".
void stay(const IsakmpSa& sa, std::string_view from, std::string_view event);
// We begin.
void began_phase1(IsakmpSa& sa);
void completed_phase1(IsakmpSa& sa);

// The states of a quick mode.
inline constexpr std::string_view kQmReady = "IKE_QM_READY";
inline constexpr std::string_view kQmStarve = "IKE_QM_SPI_STARVE";
inline constexpr std::string_view kQmAnswered = "IKE_QM_R_QM2";
inline constexpr std::string_view kQmAsked = "IKE_QM_I_QM1";
inline constexpr std::string_view kQmComplete = "IKE_QM_PHASE2_COMPLETE";
// R-U-THERE or its answer; and what of the kind is about to go.
void heard_dpd(const IsakmpSa& sa, v1::NotifyType type, std::uint32_t sequence);
void sending_notifications(const IsakmpSa& sa, const Payloads& payloads, std::uint32_t node);
void node_step(const IsakmpSa& sa, std::uint32_t node, std::string_view from,
               std::string_view event, std::string_view before, std::string_view after);
// It is kept in the state QM_IDLE from here on, and no longer.
void new_node(const IsakmpSa& sa, std::uint32_t node);
void purging_node(const IsakmpSa& sa, std::uint32_t node);
void deleting_node(const IsakmpSa& sa, std::uint32_t node, std::string_view reason,
                   std::string_view older_reason);

// --- payloads ---

void processing(const IsakmpSa& sa, std::string_view payload, std::uint32_t message_id = 0);
void vendor_ids(const Teller& to, const Payloads& payloads);
// One of ours that speaks of NAT traversal.
void constructed_vendor_id(const IsakmpSa& sa, v1::Vendor vendor);
void certificate_requests(const IsakmpSa& sa, const Payloads& payloads);
// An offer, each transform of it as it was held against each policy.
void accepted_offer(const IsakmpSa& sa, const Payloads& payloads, const Checks& checks);
void refused_offer(const Teller& to, const Payloads& payloads, const Checks& checks,
                   const Endpoint& local, const Endpoint& remote);
// An answer to ours.
void checked_answer(const IsakmpSa& sa, const Checks& checks);
// A name in DER.
void name(const IsakmpSa& sa, std::string_view text, ByteView der, unsigned forms = kInAll,
          Style style = Style::kColon);
// The peer's identity as it claims it, and which profile it fits (R-PROF-12).
void claimed_identity(const IsakmpSa& sa, const Incoming& message,
                      const policy::Identity& identity);
void certificates(const IsakmpSa& sa, std::size_t count);
void signature(const IsakmpSa& sa, const policy::Identity& identity);
// R-DBG-12: what we send outgrew what the router begins with.
void growing_buffer(const IsakmpSa& sa, const Payloads& payloads);
void own_identity(const IsakmpSa& sa, const v1::IdPayload& id, const policy::Identity& identity,
                  v1::PayloadType next);
void nat_found(const IsakmpSa& sa);
// The attributes of a certificate's subject that a certificate map names (R-DBG-24).
void matched_names(const IsakmpSa& sa, ByteView subject, std::string_view certificate_map);

// --- the engine (R-ENG-1 to 6) ---

// "CryptoEngine0: NAME(hw)(ipsec)", or (sw)
[[nodiscard]] std::string operation(std::string_view name, bool hardware = false);
[[nodiscard]] bool is_hardware(std::string_view engine);
void dh_created(const IsakmpSa& sa, std::string_view engine);
void dh_shared(const IsakmpSa& sa, std::string_view engine);
void keys_made(const IsakmpSa& sa);
void hmac(const IsakmpSa& sa);
void rsa_verified(const IsakmpSa& sa);
void rsa_signed(const IsakmpSa& sa);
void dh_deleted(const IsakmpSa& sa);
void validated(const IsakmpSa& sa, std::string_view what);  // "proposal", "proposal request"
void flows_made(const IsakmpSa& sa);
// R-ENG-6: the SA and what the engine keeps of it.
void deleting_sa(const IsakmpSa& sa, const std::string& cause);

// --- phase 2 ---

void began_quick_mode(const IsakmpSa& sa, std::uint32_t node);
// What is in a message of quick mode besides HASH and SA.
void quick_mode_values(const IsakmpSa& sa, std::uint32_t node, const Payloads& payloads);
void got_spi(const IsakmpSa& sa, std::uint32_t spi, v1::ProtocolId protocol, bool initiator);
void accepted_proposal(const IsakmpSa& sa, const Protection& what, bool initiator);
// Nothing of ours equals it; or without a suite: no rule is about these packets (R-DBG-39).
void refused_proposal(const IsakmpSa& sa, std::optional<ports::EspSuite> suite);
void notification(const IsakmpSa& sa, const v1::NotifyPayload& notify, std::uint32_t node);
void responder_lifetime(const IsakmpSa& sa, const v1::NotifyPayload& notify, std::uint32_t node,
                        std::uint32_t seconds);
void no_proposal(const IsakmpSa& sa);
void proposal(const IsakmpSa& sa, const v1::Proposal& proposal, const v1::Transform& transform);

}  // namespace spa::ikev1::trace
