// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "userspace/config/check/subject.h"

namespace spa::config::check {
namespace {

using policy::AclEntry;
using policy::CryptoMapEntry;
using policy::SelectorPair;

bool contains(const SelectorPair& a, const SelectorPair& b) {
  return a.local.contains(b.local) && a.remote.contains(b.remote);
}

bool overlap(const SelectorPair& a, const SelectorPair& b) {
  policy::TrafficSelector common;
  return policy::intersect(a.local, b.local, common) &&
         policy::intersect(a.remote, b.remote, common);
}

// How an access list meets some traffic.
struct Meeting {
  std::size_t entry = 0;
  bool whole = false;
  bool permit = false;
};
std::optional<Meeting> meet(const policy::AccessList& list, const SelectorPair& traffic,
                            std::size_t before) {
  for (std::size_t i = 0; i < std::min(before, list.entries.size()); ++i) {
    const SelectorPair pair = list.entries[i].selectors();
    if (contains(pair, traffic)) return Meeting{i, true, list.entries[i].permit};
    if (overlap(pair, traffic)) return Meeting{i, false, list.entries[i].permit};
  }
  return std::nullopt;
}

class Reachability {
 public:
  Reachability(const Subject& subject, Findings& findings) : s_(subject), out_(findings) {}

  void run() {
    for (const auto& [name, list] : s_.policy.access_lists) look_within(list);
    for (const auto& [name, map] : s_.policy.crypto_maps) {
      if (!map.entries.empty() && !is_bound(name))
        add(Severity::kWarning, s_.places.of(title_of(name, map.entries.front())),
            "crypto map " + name + " is on no interface: it protects nothing");
      for (std::size_t later = 0; later < map.entries.size(); ++later) look_at(map, later);
    }
  }

 private:
  void add(Severity severity, std::size_t line, std::string text) {
    out_.push_back({severity, line, "reachability", std::move(text)});
  }
  [[nodiscard]] bool is_bound(const std::string& map) const {
    return std::any_of(s_.policy.interfaces.begin(), s_.policy.interfaces.end(),
                       [&](const auto& interface) { return interface.crypto_map == map; });
  }
  [[nodiscard]] const policy::AccessList* list_of(const CryptoMapEntry& entry) const {
    const auto found = s_.policy.access_lists.find(entry.access_list);
    return entry.complete() && found != s_.policy.access_lists.end() ? &found->second : nullptr;
  }

  // Lines that earlier lines of the same list leave nothing for; `any any`.
  void look_within(const policy::AccessList& list) {
    for (std::size_t i = 0; i < list.entries.size(); ++i) {
      const AclEntry& entry = list.entries[i];
      const auto met = meet(list, entry.selectors(), i);
      if (met && met->whole)
        add(Severity::kWarning, s_.places.of_entry(list.name, i),
            "access list " + list.name + ": line " +
                std::to_string(s_.places.of_entry(list.name, met->entry)) +
                " has all that this one says");
      if (!entry.permit || !is_used(list.name)) continue;
      if (entry.source.length == 0 && entry.destination.length == 0)
        add(Severity::kWarning, s_.places.of_entry(list.name, i),
            "access list " + list.name +
                " protects any to any: whatever comes in clear is dropped, multicast and the "
                "router's own traffic too");
    }
  }
  [[nodiscard]] bool is_used(const std::string& list) const {
    for (const auto& [name, map] : s_.policy.crypto_maps)
      for (const CryptoMapEntry& entry : map.entries)
        if (entry.access_list == list) return true;
    return false;
  }

  // Against the entries before it: is there traffic left for it?
  void look_at(const policy::CryptoMap& map, std::size_t index) {
    const CryptoMapEntry& entry = map.entries[index];
    const policy::AccessList* list = list_of(entry);
    if (list == nullptr) return;
    std::size_t permits = 0, taken = 0, taker_sequence = 0;
    for (std::size_t i = 0; i < list->entries.size(); ++i) {
      if (!list->entries[i].permit) continue;
      ++permits;
      for (std::size_t before = 0; before < index; ++before) {
        const policy::AccessList* other = list_of(map.entries[before]);
        if (other == nullptr) continue;
        const auto met = meet(*other, list->entries[i].selectors(), other->entries.size());
        if (!met || !met->permit) continue;
        if (met->whole) {
          ++taken;
          taker_sequence = map.entries[before].sequence;
        } else {
          overlaps(map, map.entries[before], met->entry, entry, i);
        }
        break;
      }
    }
    if (permits == 0 || taken == 0) return;
    const std::string title = title_of(map.name, entry);
    const std::string taker = "entry " + std::to_string(taker_sequence);
    if (taken == permits)
      add(Severity::kError, s_.places.of(title),
          title + " is never reached: earlier entries (last " + taker +
              ") protect all its traffic");
    else
      add(Severity::kWarning, s_.places.of(title),
          title + ": earlier entries (last " + taker + ") protect a part of its traffic");
  }

  void overlaps(const policy::CryptoMap& map, const CryptoMapEntry& first, std::size_t first_line,
                const CryptoMapEntry& second, std::size_t second_line) {
    const bool same_peer = first.peers == second.peers;
    add(same_peer ? Severity::kNote : Severity::kWarning,
        s_.places.of_entry(second.access_list, second_line),
        title_of(map.name, second) + " overlaps with entry " + std::to_string(first.sequence) +
            " (line " + std::to_string(s_.places.of_entry(first.access_list, first_line)) +
            (same_peer ? "), of the same peer" : "), of another peer: what both say goes there"));
  }

  const Subject& s_;
  Findings& out_;
};

std::vector<SelectorPair> permitted(const policy::Snapshot& policy, const CryptoMapEntry& entry) {
  std::vector<SelectorPair> out;
  const auto list = policy.access_lists.find(entry.access_list);
  if (list == policy.access_lists.end()) return out;
  for (const AclEntry& line : list->second.entries)
    if (line.permit) out.push_back(line.selectors());
  return out;
}

bool owns(const policy::Snapshot& policy, const IpAddress& address) {
  for (const auto& interface : policy.interfaces)
    for (const IpPrefix& own : interface.addresses)
      if (own.address == address) return true;
  return false;
}

bool speaks_to(const CryptoMapEntry& entry, const policy::Snapshot& other) {
  return std::any_of(entry.peers.begin(), entry.peers.end(),
                     [&](const IpAddress& peer) { return owns(other, peer); });
}

}  // namespace

void find_unreachable(const Subject& subject, Findings& findings) {
  Reachability(subject, findings).run();
}

void find_unmirrored(const Subject& subject, const Subject& peer, Findings& findings) {
  std::vector<SelectorPair> theirs;
  for (const auto& [name, map] : peer.policy.crypto_maps)
    for (const CryptoMapEntry& entry : map.entries) {
      if (!speaks_to(entry, subject.policy)) continue;
      const auto pairs = permitted(peer.policy, entry);
      theirs.insert(theirs.end(), pairs.begin(), pairs.end());
    }
  for (const auto& [name, map] : subject.policy.crypto_maps)
    for (const CryptoMapEntry& entry : map.entries) {
      const auto list = subject.policy.access_lists.find(entry.access_list);
      if (!speaks_to(entry, peer.policy) || list == subject.policy.access_lists.end()) continue;
      for (std::size_t i = 0; i < list->second.entries.size(); ++i) {
        const AclEntry& line = list->second.entries[i];
        const SelectorPair own = line.selectors();
        if (!line.permit || std::find(theirs.begin(), theirs.end(),
                                      SelectorPair{own.remote, own.local}) != theirs.end())
          continue;
        findings.push_back({Severity::kWarning, subject.places.of_entry(entry.access_list, i),
                            "mirror",
                            title_of(name, entry) + ": this line of access list " +
                                entry.access_list + " has no mirror in " + peer.name});
      }
    }
}

}  // namespace spa::config::check
