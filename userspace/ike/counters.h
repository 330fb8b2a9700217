// SPDX-License-Identifier: Apache-2.0
// What happened to messages and negotiations, each cause under its own name: the statistics screens
// and the metrics endpoint are made from this list.
#pragma once

#include <cstdint>

// X(member, metric name): one line per cause.
#define SPA_IKE_COUNTERS(X)                               \
  X(received, "messages_received")                        \
  X(sent, "messages_sent")                                \
  X(retransmitted, "requests_retransmitted")              \
  X(replies_resent, "replies_resent")                     \
  X(malformed, "dropped_malformed")                       \
  X(wrong_version, "dropped_major_version")               \
  X(unknown_spi, "dropped_unknown_ike_spi")               \
  X(not_encrypted, "dropped_not_encrypted")               \
  X(fragments, "fragments_received")                      \
  X(fragments_ignored, "dropped_fragments")               \
  X(fragments_over, "refused_fragments_beyond_limit")     \
  X(fragmented, "messages_sent_in_fragments")             \
  X(reassembled, "messages_reassembled")                  \
  X(integrity_failures, "dropped_integrity_check")        \
  X(out_of_window, "dropped_message_id_outside_window")   \
  X(unexpected, "dropped_unexpected_exchange")            \
  X(not_admitted, "refused_payload_admission")            \
  X(critical_unknown, "refused_unknown_critical_payload") \
  X(cookies_sent, "cookies_sent")                         \
  X(cookies_wrong, "cookies_wrong")                       \
  X(half_open_refused, "refused_half_open_limit")         \
  X(source_refused, "refused_half_open_share_of_source")  \
  X(no_proposal, "failed_no_proposal_chosen")             \
  X(invalid_ke, "retried_invalid_ke")                     \
  X(auth_failures, "failed_authentication")               \
  X(ts_unacceptable, "failed_traffic_selectors")          \
  X(temporary_failures, "refused_temporary_failure")      \
  X(collisions, "rekey_collisions")                       \
  X(ike_sas_created, "ike_sas_created")                   \
  X(ike_sas_rekeyed, "ike_sas_rekeyed")                   \
  X(child_sas_created, "child_sas_created")               \
  X(child_sas_rekeyed, "child_sas_rekeyed")               \
  X(children_for_peers, "child_sas_made_for_peers")       \
  X(children_refused, "refused_child_sas_of_peers")       \
  X(children_not_made, "failed_child_sas_of_ours")        \
  X(half_open_timeouts, "half_open_timeouts")             \
  X(peers_dead, "peers_dead")                             \
  X(liveness_checks, "liveness_checks")                   \
  X(hints_ignored, "unauthenticated_hints")               \
  X(peers_switched, "attempts_with_backup_peer")          \
  X(addresses_refused, "refused_no_address_left")         \
  X(reauthentications, "ike_sas_reauthenticated")         \
  X(address_updates, "mobike_address_updates")            \
  X(tickets_refused, "refused_tickets")                   \
  X(sessions_resumed, "ike_sas_resumed")                  \
  X(crash_tokens_sent, "crash_tokens_sent")               \
  X(crashes_detected, "peers_restarted")                  \
  X(sessions_revoked, "sessions_closed_by_revocation")    \
  X(unknown_ipsec_spi, "packets_for_unknown_ipsec_spi")   \
  X(spi_recoveries, "ike_sas_begun_for_unknown_spi")      \
  X(spi_recoveries_refused, "refused_spi_recoveries")     \
  X(send_errors, "send_errors")

namespace spa::ike {

struct Counters {
#define SPA_IKE_COUNTER_MEMBER(member, name) std::uint64_t member = 0;
  SPA_IKE_COUNTERS(SPA_IKE_COUNTER_MEMBER)
#undef SPA_IKE_COUNTER_MEMBER

  Counters& operator+=(const Counters& other) {
#define SPA_IKE_COUNTER_ADD(member, name) member += other.member;
    SPA_IKE_COUNTERS(SPA_IKE_COUNTER_ADD)
#undef SPA_IKE_COUNTER_ADD
    return *this;
  }

  // Calls visit(name, value) for every counter, in the order above.
  template <typename Visitor>
  void each(Visitor&& visit) const {
#define SPA_IKE_COUNTER_VISIT(member, name) visit(name, member);
    SPA_IKE_COUNTERS(SPA_IKE_COUNTER_VISIT)
#undef SPA_IKE_COUNTER_VISIT
  }
};

}  // namespace spa::ike
