// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/child_terms.h"

#include <algorithm>

#include "userspace/ike/gre_mode.h"

namespace spa::ikev2 {

policy::EncapsulationMode wanted_mode(const IkeSa& sa, const ports::PolicyRule& rule) {
  const bool nat = sa.local_behind_nat || sa.remote_behind_nat;
  return nat ? ike::gre_mode_through_nat(rule).value_or(rule.mode) : rule.mode;
}

wire::ProtocolId protocol_of(const ChildSa& child) {
  return child.suite.has_esp() ? wire::ProtocolId::kEsp : wire::ProtocolId::kAh;
}

bool mode_required(const policy::Snapshot& snapshot, const policy::CryptoMapEntry& entry) {
  if (entry.transform_sets.empty()) return false;
  const auto set = snapshot.transform_sets.find(entry.transform_sets.front());
  return set != snapshot.transform_sets.end() && set->second.mode_required;
}

namespace {

bool is_of(const policy::TransformSet& set, const ports::EspSuite& suite) {
  const policy::Cipher cipher = set.esp_cipher.value_or(policy::Cipher{});
  return cipher.id == suite.cipher && cipher.key_bits == suite.key_bits &&
         set.esp_integrity.value_or(wire::IntegId::kNone) == suite.integrity &&
         set.ah.value_or(wire::IntegId::kNone) == suite.ah;
}

}  // namespace

Compression compression_for(IkeSa& sa, const policy::CryptoMapEntry& entry,
                            const ports::EspSuite& suite) {
  ports::SaDatabase& database = sa.shard.ports.sa_database;
  for (const std::string& name : entry.transform_sets) {
    const auto set = sa.shard.snapshot->transform_sets.find(name);
    if (set == sa.shard.snapshot->transform_sets.end() || !is_of(set->second, suite)) continue;
    ports::EspSuite with = suite;
    with.compression = set->second.compression;
    if (!with.has_ipcomp() || !database.supports(with)) return {};
    const auto cpi = database.allocate_cpi(sa.local.address, sa.remote.address);
    if (!cpi) return {};
    return {with.compression, {database, sa.local.address, *cpi}, 0};
  }
  return {};
}

void meet(Compression& compression, const Payloads& from_peer) {
  if (!compression.wanted()) return;
  for (const wire::Payload& payload : from_peer) {
    const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
    if (notify == nullptr || notify->type != wire::NotifyType::kIpcompSupported) continue;
    const auto notice = wire::parse_ipcomp_supported(*notify);
    if (!notice || notice->transform != compression.transform) continue;
    compression.peer_cpi = notice->cpi;
    return;
  }
  compression = {};
}

void leave_out_ah(Proposals& proposals, Steps& steps) {
  const auto ah = std::erase_if(
      proposals, [](const wire::Proposal& p) { return p.protocol == wire::ProtocolId::kAh; });
  if (ah != 0) steps.emplace_back("AH left out: there is a NAT on the way");
  renumber(proposals);
}

}  // namespace spa::ikev2
