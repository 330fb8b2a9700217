// SPDX-License-Identifier: Apache-2.0
// crypto isakmp … and crypto keyring … (R-POL, R-KEY, R-PROF, R-DPD, R-NAT).
#include "userspace/config/commands/algorithms.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/key_encryption.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

using policy::Identity;
using policy::IdentityMatch;

policy::IsakmpPolicy& policy_of(Build& build) {
  const auto priority = static_cast<std::uint32_t>(build.block->args.number("priority"));
  return build.snapshot.isakmp.policies[priority];
}
policy::IsakmpKeyring& keyring(Build& build) {
  return build.snapshot.isakmp.keyrings[build.block_name()];
}
policy::IsakmpProfile& profile(Build& build) {
  return build.snapshot.isakmp.profiles[build.block_name()];
}

void warn_of_legacy(Build& build, bool legacy, const std::string& name) {
  if (legacy && !build.snapshot.legacy_algorithms) build.warn(legacy_warning(name));
}

Status set_cipher(Build& build, const Args& args) {
  policy::Cipher cipher{wire::EncrId::kAesCbc, 128};
  if (args.has("192")) cipher.key_bits = 192;
  if (args.has("256")) cipher.key_bits = 256;
  if (args.has("3des")) cipher = {wire::EncrId::k3Des, 0};
  if (args.has("des")) cipher = {wire::EncrId::kDes, 0};
  policy_of(build).cipher = cipher;
  warn_of_legacy(build, is_legacy(cipher), "des");
  return {};
}

Status set_hash(Build& build, const Args& args) {
  const std::string& word = args.values().back().text;
  policy_of(build).hash = prf(word == "sha" ? "sha1" : word);
  warn_of_legacy(build, is_legacy(*policy_of(build).hash), word);
  return {};
}

void add_policy(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIsakmpPolicy;
  table.push_back({.pattern = "crypto isakmp policy <priority:1-10000>",
                   .help = "Defines what two ends must have in common for IKEv1; 1 is tried first.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const auto priority = static_cast<std::uint32_t>(a.number("priority"));
                     static_cast<void>(b.snapshot.isakmp.policies[priority]);
                     return {};
                   },
                   .key = by({"priority"}),
                   .section = Section::kIsakmpPolicy,
                   .sorted = {"priority"},
                   .enters = kMode});
  table.push_back({.mode = kMode,
                   .pattern = "encryption (des|3des|aes [128|192|256])",
                   .help = "The cipher; aes alone has 128 bits. Printed as encr.",
                   .apply = set_cipher,
                   .prepare = [](Args& a) -> Status {
                     a.print_as("encryption", "encr");
                     return {};
                   },
                   .order = 1});
  table.push_back({.mode = kMode,
                   .pattern = "hash (sha|sha256|sha384|sha512|md5)",
                   .help = "The hash function.",
                   .apply = set_hash,
                   .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "authentication (rsa-sig|rsa-encr|pre-share)",
                   .help = "How both ends prove themselves; RSA signatures unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     policy_of(b).auth = a.has("pre-share")  ? policy::IsakmpAuth::kPreShare
                                         : a.has("rsa-encr") ? policy::IsakmpAuth::kRsaEncr
                                                             : policy::IsakmpAuth::kRsaSig;
                     return {};
                   },
                   .order = 3,
                   .elide = "authentication rsa-sig"});
  table.push_back({.mode = kMode,
                   .pattern = "group (" + group_keywords("") + ")",
                   .help = "The Diffie-Hellman group.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     policy_of(b).group = group(a.values().back().text);
                     warn_of_legacy(b, is_legacy(*policy_of(b).group),
                                    "group " + a.values().back().text);
                     return {};
                   },
                   .order = 4});
  table.push_back({.mode = kMode,
                   .pattern = "lifetime <seconds:60-86400>",
                   .help = "Life of an ISAKMP SA in seconds; 86400 unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     policy_of(b).lifetime_seconds =
                         static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .order = 5,
                   .elide = "lifetime 86400"});
}

Status add_key(Build& build, policy::IsakmpKeyring& ring, const Args& args) {
  policy::IsakmpKey key;
  if (const Value* address = args.find("address")) {
    const Value* mask = args.find("mask");
    if (mask != nullptr && !address->address.is_v4())
      return refuse("a mask belongs to an IPv4 address");
    key.address =
        IpPrefix{address->address, mask != nullptr ? mask->prefix_length : address->address.bits()};
  } else {
    key.hostname = args.text("host");
  }
  auto secret = usable_key(build, args);
  if (!secret) return {};
  key.key = std::move(*secret);
  key.no_xauth = args.has("no-xauth");
  ring.keys.push_back(std::move(key));
  return {};
}

Status set_termination(policy::LocalTermination& local, const Args& args) {
  local = {};
  if (const Value* address = args.find("address")) {
    local.address = address->address;
    local.vrf = args.text("vrf");
  } else {
    local.interface = args.text("interface");
  }
  return {};
}

void add_keys(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto isakmp key [~0|6] <key:secret> (address <address:ip> "
                              "[<mask:mask>]|hostname <host:word>) [no-xauth]",
                   .help = "A pre-shared key of the keyring `default`; no-xauth: the peer has no "
                           "user.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     auto& ring = b.snapshot.isakmp.keyrings[policy::kDefaultKeyring];
                     ring.name = policy::kDefaultKeyring;
                     return add_key(b, ring, a);
                   },
                   .key = by({"address", "mask", "host"}),
                   .section = Section::kIsakmpKey});
  constexpr Mode kMode = Mode::kKeyring;
  table.push_back({.pattern = "crypto keyring <name:word> [vrf <vrf:word>]",
                   .help = "Defines a collection of keys for IKEv1.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     auto& ring = b.snapshot.isakmp.keyrings[a.text("name")];
                     ring.name = a.text("name");
                     ring.vrf = a.text("vrf");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kKeyring,
                   .enters = kMode});
  table.push_back({.mode = kMode,
                   .pattern = "description <text:line>",
                   .help = "Says what the keyring is for.",
                   .order = 1});
  table.push_back(
      {.mode = kMode,
       .pattern = "local-address (<address:ip> [<vrf:word>]|<interface:interface>)",
       .help = "Only for IKE SAs that end on this address, or on the primary address "
               "of this interface.",
       .apply = [](Build& b, const Args& a) { return set_termination(keyring(b).local, a); },
       .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "pre-shared-key (address <address:ip> [<mask:mask>]|hostname "
                              "<host:word>) key [~0|6] <key:secret>",
                   .help = "The key for a peer; the longest prefix wins.",
                   .apply = [](Build& b, const Args& a) { return add_key(b, keyring(b), a); },
                   .key = by({"address", "mask", "host"}),
                   .order = 3});
}

Status add_identity(Build& build, const Args& args) {
  IdentityMatch match;
  const bool domain = args.find("domain") != nullptr;
  if (const Value* address = args.find("address")) {
    const Value* mask = args.find("mask");
    if (mask != nullptr && !address->address.is_v4())
      return refuse("a mask belongs to an IPv4 address");
    match.kind = IdentityMatch::Kind::kAddress;
    match.address = {address->address,
                     mask != nullptr ? mask->prefix_length : address->address.bits()};
    match.vrf = args.text("vrf");
  } else if (args.has("host")) {
    match.kind = domain ? IdentityMatch::Kind::kFqdnDomain : IdentityMatch::Kind::kFqdn;
  } else if (args.has("user")) {
    match.kind = domain ? IdentityMatch::Kind::kEmailDomain : IdentityMatch::Kind::kEmail;
  } else {
    match.kind = IdentityMatch::Kind::kKeyId;
  }
  match.text = domain ? args.text("domain") : args.text("identity");
  profile(build).match_remote.push_back(std::move(match));
  return {};
}

void add_profile_matches(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIsakmpProfile;
  table.push_back({.pattern = "crypto isakmp profile <name:word>",
                   .help = "Defines how a group of IKEv1 peers is treated.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const auto [it, fresh] =
                         b.snapshot.isakmp.profiles.try_emplace(a.text("name"));
                     it->second.name = a.text("name");
                     if (fresh && !b.loading)
                       b.warnings.push_back(
                           "% A profile is deemed incomplete until it has match identity "
                           "statements");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kIsakmpProfile,
                   .enters = kMode});
  table.push_back(
      {.mode = kMode,
       .pattern = "match identity (address <address:ip> [<mask:mask> [<vrf:word>]]|host (domain "
                  "<domain:word>|<identity:word>)|user (domain <domain:word>|"
                  "<identity:word>)|group <identity:word>)",
       .help = "Peers whose identity fits; several lines are alternatives.",
       .apply = add_identity,
       .key = by_line(),
       .order = 6});
  table.push_back({.mode = kMode,
                   .pattern = "match certificate <map:word>",
                   .help = "Peers whose certificate fits a certificate map.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).match_certificate_maps.push_back(a.text("map"));
                     return {};
                   },
                   .key = by_line(),
                   .order = 7});
}

void add_profile_settings(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIsakmpProfile;
  table.push_back({.mode = kMode,
                   .pattern = "description <text:line>",
                   .help = "Says what the profile is for.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).description = a.text("text");
                     return {};
                   },
                   .order = 1});
  table.push_back({.mode = kMode,
                   .pattern = "vrf <vrf:word>",
                   .help = "The routing table of what the tunnels carry.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).vrf = a.text("vrf");
                     return {};
                   },
                   .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "keyring <keyring:word>",
                   .help = "Where the keys are; several keyrings are searched in this order.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).keyrings.push_back(a.text("keyring"));
                     return {};
                   },
                   .key = by_line(),
                   .order = 3});
  table.push_back({.mode = kMode,
                   .pattern = "self-identity (address|fqdn [<identity:word>]|user-fqdn "
                              "<identity:word>)",
                   .help = "What this router calls itself.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     Identity self;
                     self.kind = a.has("address") ? Identity::Kind::kAddress
                                 : a.has("fqdn")  ? Identity::Kind::kFqdn
                                                  : Identity::Kind::kEmail;
                     self.text = a.text("identity");
                     profile(b).self_identity = std::move(self);
                     return {};
                   },
                   .order = 4});
  table.push_back({.mode = kMode,
                   .pattern = "ca trust-point <trustpoint:word>",
                   .help = "Only certificates of these trustpoints are believed.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).trustpoints.push_back(a.text("trustpoint"));
                     if (!b.loading && b.snapshot.trustpoint(a.text("trustpoint")) == nullptr)
                       b.warn("trustpoint " + a.text("trustpoint") + " is not defined");
                     return {};
                   },
                   .key = by_line(),
                   .order = 5});
  table.push_back({.mode = kMode,
                   .pattern = "client configuration group <group:word>",
                   .help = "The group that every peer of the profile belongs to.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).client_group = a.text("group");
                     return {};
                   },
                   .order = 8});
  table.push_back({.mode = kMode,
                   .pattern = "keepalive <interval:10-3600> [retry <retry:2-60>]",
                   .help = "Dead peer detection in place of `crypto isakmp keepalive`.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).keepalive = policy::DpdSettings{
                         static_cast<std::uint32_t>(a.number("interval")),
                         static_cast<std::uint32_t>(a.number("retry", 2)), false};
                     return {};
                   },
                   .order = 9});
  table.push_back({.mode = kMode,
                   .pattern = "initiate mode aggressive",
                   .help = "Begins with aggressive mode.",
                   .apply = [](Build& b, const Args&) -> Status {
                     profile(b).initiate_aggressive = true;
                     return {};
                   },
                   .order = 10});
  table.push_back(
      {.mode = kMode,
       .pattern = "local-address (<address:ip> [<vrf:word>]|<interface:interface>)",
       .help = "Only for IKE SAs that end on this address, or on the primary address "
               "of this interface.",
       .apply = [](Build& b, const Args& a) { return set_termination(profile(b).local, a); },
       .order = 11});
}

void add_globals(std::vector<Command>& table) {
  constexpr Section kSection = Section::kIsakmpGlobal;
  table.push_back({.pattern = "crypto isakmp enable",
                   .help = "IKEv1 is on unless this is negated.",
                   .apply_no = [](Build& b, const Args&) -> Status {
                     b.snapshot.isakmp.enabled = false;
                     return {};
                   },
                   .section = kSection,
                   .elide = "crypto isakmp enable",
                   .negative = true});
  table.push_back({.pattern = "crypto isakmp disconnect-revoked-peers",
                   .help =
                       "Ends IKEv1 sessions of peers whose certificate a new CRL revokes; IKEv2 "
                       "has a switch of its own.",
                   .apply = [](Build& b, const Args&) -> Status {
                     b.snapshot.isakmp.disconnect_revoked_peers = true;
                     return {};
                   },
                   .section = kSection});
  table.push_back({.pattern = "crypto isakmp aggressive-mode disable",
                   .help = "Neither begins nor answers aggressive mode.",
                   .apply = [](Build& b, const Args&) -> Status {
                     b.snapshot.isakmp.aggressive_mode = false;
                     return {};
                   },
                   .section = kSection});
  table.push_back({.pattern = "crypto isakmp identity (address|hostname|dn)",
                   .help = "What this router calls itself in IKEv1; its address unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.isakmp.identity = a.has("hostname")
                                                      ? policy::IsakmpIdentity::kHostname
                                                  : a.has("dn") ? policy::IsakmpIdentity::kDn
                                                                : policy::IsakmpIdentity::kAddress;
                     return {};
                   },
                   .section = kSection,
                   .elide = "crypto isakmp identity address"});
  table.push_back({.pattern = "crypto isakmp keepalive <interval:10-3600> [<retry:2-60>] "
                              "[periodic|~on-demand]",
                   .help = "Dead peer detection of IKEv1 (R-DPD).",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.isakmp.keepalive = {
                         static_cast<std::uint32_t>(a.number("interval")),
                         static_cast<std::uint32_t>(a.number("retry", 2)), a.has("periodic")};
                     return {};
                   },
                   .section = kSection});
  table.push_back({.pattern = "crypto isakmp invalid-spi-recovery",
                   .help = "An IKE SA is made to tell a peer that his SPI is unknown.",
                   .apply = [](Build& b, const Args&) -> Status {
                     b.snapshot.isakmp.invalid_spi_recovery = true;
                     return {};
                   },
                   .section = kSection});
  table.push_back({.pattern = "crypto isakmp nat keepalive <seconds:5-3600>",
                   .help = "How often a NAT is kept open.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.nat_keepalive_seconds =
                         static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .section = kSection});
  table.push_back({.pattern = "crypto ipsec nat-transparency udp-encapsulation",
                   .help = "NATs are looked for and passed in UDP unless this is negated.",
                   .apply_no = [](Build& b, const Args&) -> Status {
                     b.snapshot.isakmp.udp_encapsulation = false;
                     return {};
                   },
                   .section = Section::kIpsecGlobal,
                   .elide = "crypto ipsec nat-transparency udp-encapsulation",
                   .negative = true});
}

}  // namespace

void add_isakmp_commands(std::vector<Command>& table) {
  add_policy(table);
  add_keys(table);
  add_profile_matches(table);
  add_profile_settings(table);
  add_globals(table);
}

}  // namespace spa::config
