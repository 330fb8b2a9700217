// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/isakmp.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/sa_rows.h"
#include "userspace/config/show/text.h"
#include "userspace/config/show/time.h"

namespace spa::config {
namespace {

using policy::IsakmpAuth;
using policy::IsakmpSuite;

const char* status_text(const ike::IkeSaStatus& sa) {
  return sa.state == ike::IkeSaState::kDeleting ? "ACTIVE (deleted)" : "ACTIVE";
}

// R-SHOW-6
std::string cipher_word(const policy::Cipher& cipher) {
  if (cipher.id == wire::EncrId::kDes) return "des";
  if (cipher.id == wire::EncrId::k3Des) return "3des";
  return "aes";
}

std::string hash_word(wire::PrfId hash) {
  switch (hash) {
    case wire::PrfId::kHmacMd5:
      return "md5";
    case wire::PrfId::kHmacSha1:
      return "sha";
    case wire::PrfId::kHmacSha256:
      return "sha256";
    case wire::PrfId::kHmacSha384:
      return "sha384";
    case wire::PrfId::kHmacSha512:
      return "sha512";
  }
  return "sha";
}

std::string auth_word(const std::string& auth) {
  return auth == "PSK" ? "psk" : auth == "RSA" ? "rsig" : "renc";
}

std::string capabilities(const ike::IkeSaStatus& sa) {
  std::string letters;
  if (sa.dpd.interval_seconds != 0) letters += "D";
  if (sa.local_behind_nat || sa.remote_behind_nat) letters += "N";
  return letters;
}

// Destination is whom phase 1 was begun with.
const Endpoint& destination(const ike::IkeSaStatus& sa) {
  return sa.initiator ? sa.remote : sa.local;
}
const Endpoint& source(const ike::IkeSaStatus& sa) {
  return sa.initiator ? sa.local : sa.remote;
}

// Nothing here sits in a slot.
constexpr unsigned kSlot = 0;

void brief_heading(Screen& screen, ScreenForm form) {
  const std::string columns = "dst             src             state          conn-id";
  screen.line("%s%s", c(columns),
              is_old(form)              ? "    slot"
              : form == ScreenForm::kDa ? " slot status"
                                        : " status");
}

void brief(Screen& screen, const ike::IkeSaStatus& sa, ScreenForm form) {
  std::array<char, 16> slot{};
  if (form != ScreenForm::kLive)
    std::snprintf(slot.data(), slot.size(), is_old(form) ? " %7u" : " %4u", kSlot);
  std::string status;
  if (!is_old(form)) status = std::string(" ") + status_text(sa);
  // R-PROF-19: the profile comes last.
  if (!is_old(form) && !sa.profile.empty()) status += " " + sa.profile;
  screen.line("%-15s %-15s %-14s %7u%s%s", c(destination(sa).address.to_string()),
              c(source(sa).address.to_string()), c(sa.isakmp_state), sa.id, slot.data(), c(status));
}

// By whom the SA was made: the one that computed its Diffie-Hellman.
bool by_software(const ike::IkeSaStatus& sa) {
  return sa.dh_engine.empty() || sa.dh_engine == "OpenSSL";
}

void engine_line(Screen& screen, const ike::IkeSaStatus& sa, ScreenForm form) {
  const bool software = by_software(sa);
  if (is_old(form)) {
    // R-SHOW-6: the engines have numbers there.
    screen.line("       Connection-id:Engine-id = %u:%u(%s)", sa.id, software ? 1U : 2U,
                software ? "software" : "hardware");
    return;
  }
  screen.line("       Engine-id:Conn-id = %s%s:%u", form == ScreenForm::kLive ? " " : "",
              software ? "SW" : c(sa.dh_engine), sa.id);
}

// The column of hashes.
int hash_width(ScreenForm form) {
  return form == ScreenForm::kLive ? 6 : 4;
}

void detailed_heading(Screen& screen, ScreenForm form) {
  screen.line("C-id  Local           Remote          I-VRF    %sEncr %-*s Auth DH Lifetime Cap.",
              is_old(form) ? "" : "Status ", hash_width(form), "Hash");
  if (!is_old(form)) screen.blank();
}

void detailed(Screen& screen, const Ikev2View& view, ScreenForm form) {
  const ike::IkeSaStatus& sa = view.sa;
  const std::uint32_t left = sa.lifetime_seconds - std::min(sa.lifetime_seconds, sa.active_seconds);
  std::array<char, 32> status{};
  if (!is_old(form)) std::snprintf(status.data(), status.size(), "%-6s ", status_text(sa));
  screen.line("%-5u %-15s %-15s %-8s %s%-4s %-*s %-4s %-2u %-8s %s", sa.id,
              c(sa.local.address.to_string()), c(sa.remote.address.to_string()), c(view.inside_vrf),
              status.data(), c(cipher_word(sa.cipher)), hash_width(form), c(hash_word(sa.prf)),
              c(auth_word(sa.local_auth)), static_cast<unsigned>(sa.group), c(age_text(left)),
              c(capabilities(sa)));
  engine_line(screen, sa, form);
}

// R-SHOW-1
std::string cipher_sentence(const policy::Cipher& cipher) {
  if (cipher.id == wire::EncrId::kDes) return "DES - Data Encryption Standard (56 bit keys).";
  if (cipher.id == wire::EncrId::k3Des) return "Three key triple DES";
  return "AES - Advanced Encryption Standard (" + std::to_string(cipher.key_bits) + " bit keys).";
}

const char* hash_sentence(wire::PrfId hash) {
  switch (hash) {
    case wire::PrfId::kHmacMd5:
      return "Message Digest 5";
    case wire::PrfId::kHmacSha1:
      return "Secure Hash Standard";
    case wire::PrfId::kHmacSha256:
      return "Secure Hash Standard 2 (256 bit)";
    case wire::PrfId::kHmacSha384:
      return "Secure Hash Standard 2 (384 bit)";
    case wire::PrfId::kHmacSha512:
      return "Secure Hash Standard 2 (512 bit)";
  }
  return "Secure Hash Standard";
}

const char* auth_sentence(IsakmpAuth auth) {
  switch (auth) {
    case IsakmpAuth::kPreShare:
      return "Pre-Shared Key";
    case IsakmpAuth::kRsaSig:
      return "Rivest-Shamir-Adleman Signature";
    case IsakmpAuth::kRsaEncr:
      return "Rivest-Shamir-Adleman Encryption";
  }
  return "";
}

unsigned group_bits(wire::DhId group) {
  switch (group) {
    case wire::DhId::kModp768:
      return 768;
    case wire::DhId::kModp1024:
    case wire::DhId::kModp1024Sub160:
      return 1024;
    case wire::DhId::kModp1536:
      return 1536;
    case wire::DhId::kModp2048:
    case wire::DhId::kModp2048Sub224:
    case wire::DhId::kModp2048Sub256:
      return 2048;
    case wire::DhId::kModp3072:
      return 3072;
    case wire::DhId::kModp4096:
      return 4096;
    case wire::DhId::kModp6144:
      return 6144;
    case wire::DhId::kModp8192:
      return 8192;
    case wire::DhId::kEcp384:
      return 384;
    case wire::DhId::kEcp521:
      return 521;
    default:
      return 256;
  }
}

// How far a suite's lines stand from the left, and where its values begin (R-SHOW-1).
struct SuiteColumns {
  int indent = 8;
  int label = 23;
};

SuiteColumns suite_columns(ScreenForm form) {
  if (form == ScreenForm::kDb) return {0, 21};
  if (form == ScreenForm::kDc) return {2, 22};
  return {};
}

void suite_text(Screen& screen, const IsakmpSuite& suite, ScreenForm form) {
  const SuiteColumns columns = suite_columns(form);
  const auto line = [&](const char* label, const std::string& value) {
    screen.line("%*s%-*s %s", columns.indent, "", columns.label, label, c(value));
  };
  line("encryption algorithm:", cipher_sentence(suite.cipher));
  line("hash algorithm:", hash_sentence(suite.hash));
  line("authentication method:", auth_sentence(suite.auth));
  line("Diffie-Hellman group:", "#" + std::to_string(static_cast<unsigned>(suite.group)) + " (" +
                                    std::to_string(group_bits(suite.group)) + " bit)");
  line("lifetime:", std::to_string(suite.lifetime_seconds) + " seconds, no volume limit");
}

void default_suite_text(Screen& screen, const policy::Snapshot& snapshot, ScreenForm form) {
  screen.line("Default protection suite");
  suite_text(screen, policy::default_isakmp_suite(snapshot.legacy_algorithms), form);
}

json::object suite_json(const IsakmpSuite& suite) {
  return {{"priority", suite.priority},
          {"encryption", cipher_word(suite.cipher)},
          {"key_bits", suite.cipher.key_bits},
          {"hash", hash_word(suite.hash)},
          {"authentication", auth_sentence(suite.auth)},
          {"dh_group", static_cast<unsigned>(suite.group)},
          {"lifetime_seconds", suite.lifetime_seconds}};
}

std::string whom(const policy::IsakmpKey& key) {
  if (!key.address) return key.hostname;
  const bool host = key.address->length == key.address->address.bits();
  return host ? key.address->address.to_string()
              : key.address->address.to_string() + " [" + mask_text(*key.address) + "]";
}

}  // namespace

Pieces isakmp_sa_text(const SaRows& sas, bool detail, ScreenForm form) {
  std::vector<Rows> parts(1);
  if (detail)
    parts[0].before =
        "Codes: C - IKE configuration mode, D - Dead Peer Detection\n"
        "       K - Keepalives, N - NAT-traversal\n"
        "       X - IKE Extended Authentication\n"
        "       psk - Preshared key, rsig - RSA signature\n"
        "       renc - RSA encryption\n";
  const auto table = [&](std::optional<bool> v6) {
    Rows rows = sas.rows(1, v6, [detail, form](const std::vector<Ikev2View>& list) {
      Screen screen;
      for (const Ikev2View& view : list)
        detail ? detailed(screen, view, form) : brief(screen, view.sa, form);
      return screen.take();
    });
    Screen heading;
    if (v6) heading.line("%s Crypto ISAKMP SA", *v6 ? "IPv6" : "IPv4");
    // R-SHOW-4, R-SHOW-5: over nothing there is no heading of columns in 12.2SRA.
    if (form == ScreenForm::kLive || !v6.value_or(false) || rows.count != 0) {
      if (detail) heading.blank();
      detail ? detailed_heading(heading, form) : brief_heading(heading, form);
    }
    rows.before = heading.take();
    if (v6) rows.behind = "\n";
    parts.push_back(std::move(rows));
  };
  if (is_old(form)) {
    table(std::nullopt);
  } else {
    for (const bool v6 : {false, true}) table(v6);
  }
  return pieces_of(std::move(parts), kShortRowsInPiece);
}

namespace {

// The newest SA of each peer and identity: an older one is only still finishing.
std::vector<const ike::IkeSaStatus*> peers_of(const std::vector<Ikev2View>& sas) {
  std::vector<const ike::IkeSaStatus*> peers;
  for (const Ikev2View& view : sas) {
    const ike::IkeSaStatus& sa = view.sa;
    if (sa.version != 1 || sa.state == ike::IkeSaState::kInNegotiation) continue;
    const auto same = std::find_if(peers.begin(), peers.end(), [&](const auto* other) {
      return other->remote == sa.remote && other->local == sa.local &&
             other->remote_identity == sa.remote_identity;
    });
    if (same == peers.end()) {
      peers.push_back(&sa);
    } else if ((*same)->id < sa.id) {
      *same = &sa;
    }
  }
  return peers;
}

}  // namespace

std::string isakmp_peers_text(const std::vector<Ikev2View>& sas) {
  Screen screen;
  for (const ike::IkeSaStatus* sa : peers_of(sas)) {
    screen.line("Peer: %s Port: %u Local: %s", c(sa->remote.address.to_string()), sa->remote.port,
                c(sa->local.address.to_string()));
    screen.line(" Phase1 id: %s", c(sa->remote_identity.to_string()));
    if (sa->disconnect_revoked) screen.line(" Disconnect Revoked Peer: Enabled");
  }
  return screen.take();
}

std::string isakmp_peers_json(const std::vector<Ikev2View>& sas) {
  json::array list;
  for (const ike::IkeSaStatus* sa : peers_of(sas)) {
    list.push_back(json::object{{"remote", endpoint_json(sa->remote)},
                                {"local", endpoint_json(sa->local)},
                                {"identity", sa->remote_identity.to_string()},
                                {"disconnect_revoked", sa->disconnect_revoked}});
  }
  return json::serialize(json::object{{"isakmp_peers", std::move(list)}});
}

namespace {

json::object sa_json(const Ikev2View& view) {
  const ike::IkeSaStatus& sa = view.sa;
  json::array children;
  for (std::size_t i = 0; i < sa.children.size(); ++i)
    children.push_back(child_json(sa.children[i], view.children[i]));
  return {{"id", sa.id},
          {"state", sa.isakmp_state},
          {"status", sa.status_description},
          {"initiator", sa.initiator},
          {"local", endpoint_json(sa.local)},
          {"remote", endpoint_json(sa.remote)},
          {"profile", sa.profile},
          {"fvrf", view.front_vrf},
          {"ivrf", view.inside_vrf},
          {"remote_identity", sa.remote_identity.to_string()},
          {"encryption", cipher_word(sa.cipher)},
          {"key_bits", sa.cipher.key_bits},
          {"hash", hash_word(sa.prf)},
          {"authentication", auth_word(sa.local_auth)},
          {"dh_group", static_cast<unsigned>(sa.group)},
          {"lifetime_seconds", sa.lifetime_seconds},
          {"active_seconds", sa.active_seconds},
          {"local_behind_nat", sa.local_behind_nat},
          {"remote_behind_nat", sa.remote_behind_nat},
          {"children", std::move(children)}};
}

}  // namespace

Pieces isakmp_sa_json(const SaRows& sas) {
  JsonList list;
  return list.pieces("isakmp_sas", sas.rows(1, std::nullopt, [list](const auto& views) {
    std::string out;
    for (const Ikev2View& view : views) list.add(out, sa_json(view));
    return out;
  }));
}

std::string isakmp_policy_text(const policy::Snapshot& snapshot, ScreenForm form) {
  Screen screen;
  const bool headed = form == ScreenForm::kLive || form == ScreenForm::kDa;
  // R-SHOW-2
  const bool separated = form == ScreenForm::kDb;
  if (headed || separated) screen.blank();
  if (headed) screen.line("Global IKE policy");
  for (const auto& [priority, configured] : snapshot.isakmp.policies) {
    screen.line("Protection suite of priority %u", priority);
    suite_text(screen, configured.suite(snapshot.legacy_algorithms), form);
    if (separated) screen.blank();
  }
  default_suite_text(screen, snapshot, form);
  return screen.take();
}

std::string isakmp_default_policy_text(const policy::Snapshot& snapshot, ScreenForm form) {
  Screen screen;
  screen.blank();
  screen.line("Default IKE policy");
  default_suite_text(screen, snapshot, form);
  return screen.take();
}

std::string isakmp_default_policy_json(const policy::Snapshot& snapshot) {
  return json::serialize(json::object{
      {"isakmp_policies",
       json::array{suite_json(policy::default_isakmp_suite(snapshot.legacy_algorithms))}}});
}

std::string isakmp_policy_json(const policy::Snapshot& snapshot) {
  json::array list;
  for (const auto& [priority, configured] : snapshot.isakmp.policies) {
    IsakmpSuite suite = configured.suite(snapshot.legacy_algorithms);
    suite.priority = priority;
    list.push_back(suite_json(suite));
  }
  list.push_back(suite_json(policy::default_isakmp_suite(snapshot.legacy_algorithms)));
  return json::serialize(json::object{{"isakmp_policies", std::move(list)}});
}

std::string isakmp_key_text(const policy::Snapshot& snapshot) {
  Screen screen;
  screen.line("%-12s %-43s %s", "Keyring", "Hostname/Address", "Preshared Key");
  screen.blank();
  for (const auto& [name, ring] : snapshot.isakmp.keyrings) {
    for (const policy::IsakmpKey& key : ring.keys)
      screen.line("%-12s %-43s %s", c(name), c(whom(key)),
                  c(std::string(key.key.begin(), key.key.end())));
  }
  return screen.take();
}

std::string isakmp_key_json(const policy::Snapshot& snapshot) {
  json::array list;
  for (const auto& [name, ring] : snapshot.isakmp.keyrings) {
    for (const policy::IsakmpKey& key : ring.keys)
      list.push_back(json::object{{"keyring", name}, {"peer", whom(key)}});
  }
  return json::serialize(json::object{{"isakmp_keys", std::move(list)}});
}

}  // namespace spa::config
