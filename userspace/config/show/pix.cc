// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/pix.h"

#include <algorithm>
#include <array>
#include <bit>

#include "userspace/config/show/names.h"
#include "userspace/config/show/pki.h"
#include "userspace/config/show/sa_rows.h"
#include "userspace/config/show/text.h"
#include "userspace/config/show/time.h"

namespace spa::config {
namespace {

// An end of a line of an access list, with a network mask (R-PIX-2).
std::string end_text(const IpPrefix& prefix) {
  if (prefix.length == 0) return "any";
  if (prefix.length == prefix.address.bits()) return "host " + prefix.address.to_string();
  return prefix.address.to_string() + " " + mask_text(prefix);
}

// "permit ip 192.168.4.0 255.255.255.0 1.1.1.0 255.255.255.0"
std::string line_text(const policy::AclEntry& entry) {
  const std::string wild = acl_text(entry);
  // The words between the ends are the same as the router's.
  const std::string head = wild.substr(0, wild.find(' ', wild.find(' ') + 1));
  const auto ports = [](std::uint16_t first, std::uint16_t last) -> std::string {
    if (first == 0 && last == 65535) return "";
    if (first == last) return " eq " + std::to_string(first);
    return " range " + std::to_string(first) + " " + std::to_string(last);
  };
  return head + " " + end_text(entry.source) +
         ports(entry.source_port_first, entry.source_port_last) + " " +
         end_text(entry.destination) +
         ports(entry.destination_port_first, entry.destination_port_last);
}

std::uint64_t hits(const std::vector<IpsecIdentView>& idents, const std::string& map,
                   std::uint32_t sequence, std::size_t number) {
  std::uint64_t count = 0;
  for (const IpsecIdentView& ident : idents)
    if (ident.rule.crypto_map == map && ident.rule.sequence == sequence &&
        ident.rule.line == number)
      count += ipsec_totals(ident).out.packets;
  return count;
}

void entry_text(Screen& screen, const policy::Snapshot& policy, const policy::CryptoMap& map,
                const policy::CryptoMapEntry& entry, const std::vector<IpsecIdentView>& idents) {
  screen.blank();
  screen.line("Crypto Map \"%s\" %u ipsec-isakmp", c(map.name), entry.sequence);
  if (!entry.dynamic_map.empty()) {
    screen.line("        Dynamic map template tag: %s", c(entry.dynamic_map));
    return;
  }
  for (const IpAddress& peer : entry.peers) screen.line("        Peer = %s", c(peer.to_string()));
  const auto list = policy.access_lists.find(entry.access_list);
  if (list != policy.access_lists.end()) {
    std::size_t number = 0;
    for (const policy::AclEntry& line : list->second.entries) {
      ++number;
      screen.line("        access-list %s %s (hitcnt=%llu)", c(entry.access_list),
                  c(line_text(line)), n(hits(idents, map.name, entry.sequence, number)));
    }
  }
  if (!entry.peers.empty())
    screen.line("        Current peer: %s", c(entry.peers.front().to_string()));
  const policy::SaLifetime& global = policy.default_lifetime;
  screen.line("        Security association lifetime: %llu kilobytes/%u seconds",
              n(entry.lifetime.kilobytes != 0 ? entry.lifetime.kilobytes : global.kilobytes),
              entry.lifetime.seconds != 0 ? entry.lifetime.seconds : global.seconds);
  screen.line("        PFS (Y/N): %s", entry.pfs ? "Y" : "N");
  if (entry.pfs) screen.line("        DH group:  group%u", static_cast<unsigned>(*entry.pfs));
  std::string sets;
  for (const std::string& name : entry.transform_sets) sets += name + ", ";
  screen.line("        Transform sets={ %s}", c(sets));
}

std::string lower(std::string text) {
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return text;
}

void certificate_text(Screen& screen, const CertificateView& view) {
  screen.line("%s", certificate_title(view.kind));
  screen.line("  Status: Available");
  screen.line("  Certificate Serial Number: %s", c(lower(view.serial)));
  screen.line("  Key Usage: %s", c(view.usage));
  if (view.kind == CertificateKind::kOwn) {
    screen.line("  Subject Name");
    screen.line("    Name: %s", c(view.fqdn));
  } else {
    for (const NameAttribute& attribute : view.subject) {
      const std::string text = spaced_dn_text({attribute});
      screen.line("    %*s", static_cast<int>(text.size() + (text[1] == ' ' ? 1 : 0)), c(text));
    }
  }
  // R-PIX-19
  if (!view.crl_urls.empty()) {
    screen.line("  CRL Distribution Point:");
    for (const std::string& url : view.crl_urls) screen.line("    %s", c(url));
  }
  screen.line("  Validity Date:");
  screen.line("    start date: %s", c(plain_date_text(view.not_before)));
  screen.line("    end   date: %s", c(plain_date_text(view.not_after)));
}

}  // namespace

Pieces pix_isakmp_sa_text(const SaRows& sas) {
  Rows rows = sas.rows(1, std::nullopt, [](const std::vector<Ikev2View>& list) {
    Screen screen;
    for (const Ikev2View& view : list) {
      const ike::IkeSaStatus& sa = view.sa;
      const Endpoint& destination = sa.initiator ? sa.remote : sa.local;
      const Endpoint& source = sa.initiator ? sa.local : sa.remote;
      screen.line("%16s  %16s  %-11s %5u  %10zu", c(destination.address.to_string()),
                  c(source.address.to_string()), c(sa.isakmp_state), sa.requests_queued,
                  sa.children.size());
    }
    return screen.take();
  });
  Screen heading;
  heading.line("Total     : %zu", rows.count);
  heading.line("Embryonic : %zu", sas.negotiating_ikev1());
  heading.line("        dst               src        state     pending     created");
  rows.before = heading.take();
  std::vector<Rows> parts;
  parts.push_back(std::move(rows));
  return pieces_of(std::move(parts), kShortRowsInPiece);
}

std::string pix_crypto_map_text(const policy::Snapshot& policy, const std::string& only,
                                const std::vector<IpsecIdentView>& idents) {
  Screen screen;
  for (const auto& [name, map] : policy.crypto_maps) {
    if (!only.empty() && only != name) continue;
    std::string interfaces;
    for (const auto& interface : policy.interfaces)
      if (interface.crypto_map == name) interfaces += interface.name + " ";
    screen.line("Crypto Map: \"%s\" interfaces: { %s}", c(name), c(interfaces));
    for (const auto& entry : map.entries) entry_text(screen, policy, map, entry, idents);
  }
  return screen.take();
}

std::string pix_engine_text(const EngineInventory& inventory,
                            const std::vector<ike::IkeSaStatus>& sas) {
  // R-SHOW-31: both directions of each IPsec SA.
  std::size_t used = 0;
  for (const ike::IkeSaStatus& sa : sas) used += 2 * sa.children.size();
  std::size_t size = 0;
  for (const AcceleratorView& card : inventory.accelerators) size += card.sas_max;
  constexpr std::size_t kLeast = 8;
  if (size < used || size == 0) size = std::bit_ceil(std::max(used, kLeast));
  Screen screen;
  screen.line("Crypto Engine Connection Map:");
  screen.line("    size = %zu, free = %zu, used = %zu, active = %zu", size, size - used, used,
              used);
  return screen.take();
}

std::string pix_certificates_text(const std::vector<CertificateView>& certificates,
                                  const std::vector<pki::PendingRequest>& requests) {
  Screen screen;
  for (const CertificateView& view : certificates) certificate_text(screen, view);
  for (const pki::PendingRequest& request : requests) {
    screen.line("Certificate");
    screen.line("  Subject Name");
    screen.line("    Name: %s", c(request.name));
    screen.line("  Status: Pending");
    screen.line("  Key Usage: %s", request_usage(request.usage));
    screen.line("    Fingerprint: %s", c(lower(fingerprint_text(request.fingerprint))));
  }
  return screen.take();
}

std::string pix_crls_text(const std::vector<CrlView>& crls) {
  Screen screen;
  for (const CrlView& crl : crls) {
    screen.line("CRL:");
    screen.line("    CRL Issuer Name:");
    screen.line("        %s", c(spaced_dn_text(crl.issuer)));
    screen.line("    LastUpdate: %s", c(plain_date_text(crl.last_update)));
    screen.blank();
    screen.line("    NextUpdate: %s", c(plain_date_text(crl.next_update)));
  }
  return screen.take();
}

std::string pix_time_text(WallTime now) {
  return plain_date_text(now) + "\n";
}

std::string pix_debug_text(const std::vector<std::string>& streams) {
  constexpr std::array<std::pair<const char*, const char*>, 3> kStreams{
      {{"pki", "ca"}, {"ipsec", "ipsec"}, {"isakmp", "isakmp"}}};
  constexpr std::array kFailover{"tx",   "rx",  "open", "cable",  "txdmp",  "rxdmp", "ifc", "rxip",
                                 "txip", "get", "put",  "verify", "switch", "fail",  "fmsg"};
  Screen screen;
  for (const auto& [stream, word] : kStreams)
    if (std::find(streams.begin(), streams.end(), stream) != streams.end())
      screen.line("debug crypto %s 1", word);
  screen.line("debug fover status");
  for (const char* state : kFailover) screen.line("    %-7s Off", state);
  return screen.take();
}

}  // namespace spa::config
