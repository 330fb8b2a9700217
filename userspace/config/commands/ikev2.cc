// SPDX-License-Identifier: Apache-2.0
// crypto ikev2 …
#include <algorithm>

#include "userspace/config/commands/algorithms.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/key_encryption.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

using policy::Identity;
using policy::IdentityMatch;

policy::Ikev2Proposal& proposal(Build& build) {
  return build.snapshot.ikev2_proposals[build.block_name()];
}
policy::Ikev2Policy& ike_policy(Build& build) {
  return build.snapshot.ikev2_policies[build.block_name()];
}
policy::Ikev2Profile& profile(Build& build) {
  return build.snapshot.ikev2_profiles[build.block_name()];
}

policy::KeyringPeer& peer(Build& build) {
  auto& peers = build.snapshot.ikev2_keyrings[build.block->parent->args.text("name")].peers;
  const std::string& name = build.block_name();
  const auto found = std::find_if(peers.begin(), peers.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
  if (found != peers.end()) return *found;
  peers.emplace_back().name = name;
  return peers.back();
}

// Reads the keywords after the first one as algorithms; each is taken once.
template <typename List, typename Lookup>
Status algorithms(Build& build, const Args& args, List& list, Lookup lookup) {
  list.clear();
  for (const Value& value : args.values()) {
    const auto id = lookup(value.text);
    if (!id || std::find(list.begin(), list.end(), *id) != list.end()) continue;
    list.push_back(*id);
    if (is_legacy(*id) && !build.snapshot.legacy_algorithms) build.warn(legacy_warning(value.text));
  }
  return {};
}

void add_proposal(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIkev2Proposal;
  table.push_back({.pattern = "crypto ikev2 proposal <name:word>",
                   .help = "Defines which algorithms an IKE SA may use.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.ikev2_proposals[a.text("name")].name = a.text("name");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kIkev2Proposal,
                   .enters = kMode});
  table.push_back(
      {.mode = kMode,
       .pattern = "encryption (" + ike_cipher_keywords() + ")+",
       .help = "Ciphers, in order of preference.",
       .apply = [](Build& b,
                   const Args& a) { return algorithms(b, a, proposal(b).ciphers, ike_cipher); },
       .order = 1});
  table.push_back(
      {.mode = kMode,
       .pattern = "integrity (" + integrity_keywords() + ")+",
       .help = "Integrity algorithms; none are needed with AES-GCM and ChaCha20.",
       .apply = [](Build& b,
                   const Args& a) { return algorithms(b, a, proposal(b).integrity, integrity); },
       .order = 2});
  table.push_back(
      {.mode = kMode,
       .pattern = "prf (" + integrity_keywords() + ")+",
       .help = "Pseudo-random functions; they follow the integrity algorithms unless given.",
       .apply = [](Build& b, const Args& a) { return algorithms(b, a, proposal(b).prfs, prf); },
       .order = 3});
  table.push_back(
      {.mode = kMode,
       .pattern = "group (" + group_keywords("") + ")+",
       .help = "Diffie-Hellman groups, in order of preference.",
       .apply = [](Build& b, const Args& a) { return algorithms(b, a, proposal(b).groups, group); },
       .order = 4});
}

void add_policy(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIkev2Policy;
  table.push_back({.pattern = "crypto ikev2 policy <name:word>",
                   .help = "Defines which proposals are used, and where.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.ikev2_policies[a.text("name")].name = a.text("name");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kIkev2Policy,
                   .enters = kMode});
  table.push_back({.mode = kMode,
                   .pattern = "match fvrf any",
                   .help = "Accepted for what other routers print; a policy is for every VRF.",
                   .order = 1});
  table.push_back({.mode = kMode,
                   .pattern = "match address local <address:ip>",
                   .help = "Only for IKE SAs that end on this address.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     ike_policy(b).match_local_address = a.find("address")->address;
                     return {};
                   },
                   .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "proposal <proposal:word>",
                   .help = "Adds a proposal.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     ike_policy(b).proposals.push_back(a.text("proposal"));
                     if (!b.loading && !b.snapshot.ikev2_proposals.contains(a.text("proposal")))
                       b.warn("IKEv2 proposal " + a.text("proposal") + " is not defined");
                     return {};
                   },
                   .key = by_line(),
                   .order = 3});
}

Status set_identity(std::optional<Identity>& out, const Args& args) {
  Identity identity;
  if (args.has("dn")) {
    identity.kind = Identity::Kind::kDn;
  } else if (const Value* address = args.find("address")) {
    identity.kind = Identity::Kind::kAddress;
    identity.address = address->address;
  } else {
    identity.kind = args.has("fqdn")    ? Identity::Kind::kFqdn
                    : args.has("email") ? Identity::Kind::kEmail
                                        : Identity::Kind::kKeyId;
    identity.text = args.text("identity");
  }
  out = std::move(identity);
  return {};
}

void add_keyring(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto ikev2 keyring <name:word>",
                   .help = "Defines a collection of pre-shared keys.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.ikev2_keyrings[a.text("name")].name = a.text("name");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kIkev2Keyring,
                   .enters = Mode::kIkev2Keyring});
  table.push_back({.mode = Mode::kIkev2Keyring,
                   .pattern = "peer <name:word>",
                   .help = "Defines a peer, or a group of peers that share a key.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     auto& peers = b.snapshot.ikev2_keyrings[b.block_name()].peers;
                     for (const auto& known : peers)
                       if (known.name == a.text("name")) return {};
                     peers.emplace_back().name = a.text("name");
                     return {};
                   },
                   .key = by({"name"}),
                   .enters = Mode::kIkev2KeyringPeer});
  constexpr Mode kMode = Mode::kIkev2KeyringPeer;
  table.push_back({.mode = kMode,
                   .pattern = "description <text:line>",
                   .help = "Says who this is.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     peer(b).description = a.text("text");
                     return {};
                   },
                   .order = 1});
  table.push_back({.mode = kMode,
                   .pattern = "hostname <host:word>",
                   .help = "The name of the peer, when it identifies itself by name.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     peer(b).hostname = a.text("host");
                     return {};
                   },
                   .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "address (<address:ip> [<mask:mask>]|<prefix:prefix6>)",
                   .help = "The addresses the key is for; the longest prefix wins.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const Value* address = a.find("address");
                     const Value* mask = a.find("mask");
                     if (address == nullptr) address = a.find("prefix");
                     if (mask != nullptr && !address->address.is_v4())
                       return refuse("a mask belongs to an IPv4 address");
                     peer(b).address =
                         IpPrefix{address->address,
                                  mask != nullptr ? mask->prefix_length : address->prefix_length};
                     return {};
                   },
                   .order = 3});
  table.push_back(
      {.mode = kMode,
       .pattern = "identity (address <address:ip>|(fqdn|email|key-id) <identity:word>)",
       .help = "The identity the key is for.",
       .apply = [](Build& b, const Args& a) { return set_identity(peer(b).identity, a); },
       .order = 4});
  table.push_back({.mode = kMode,
                   .pattern = "pre-shared-key [~0|6] <key:secret>",
                   .help = "The key for both directions.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     if (const auto key = usable_key(b, a))
                       peer(b).local_key = peer(b).remote_key = *key;
                     return {};
                   },
                   .order = 5});
  table.push_back({.mode = kMode,
                   .pattern = "pre-shared-key local [~0|6] <key:secret>",
                   .help = "The key with which this router proves itself.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     if (const auto key = usable_key(b, a)) peer(b).local_key = *key;
                     return {};
                   },
                   .order = 6});
  table.push_back({.mode = kMode,
                   .pattern = "pre-shared-key remote [~0|6] <key:secret>",
                   .help = "The key with which the peer proves itself.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     if (const auto key = usable_key(b, a)) peer(b).remote_key = *key;
                     return {};
                   },
                   .order = 7});
}

Status add_remote_identity(Build& build, const Args& args) {
  IdentityMatch match;
  const bool domain = args.find("domain") != nullptr;
  if (args.has("any")) {
    match.kind = IdentityMatch::Kind::kAny;
  } else if (args.has("address")) {
    match.kind = IdentityMatch::Kind::kAddress;
    const Value* address = args.find("address");
    const Value* mask = args.find("mask");
    if (address == nullptr) address = args.find("prefix");
    if (mask != nullptr && !address->address.is_v4())
      return refuse("a mask belongs to an IPv4 address");
    match.address = {address->address,
                     mask != nullptr ? mask->prefix_length : address->prefix_length};
  } else if (args.has("fqdn")) {
    match.kind = domain ? IdentityMatch::Kind::kFqdnDomain : IdentityMatch::Kind::kFqdn;
  } else if (args.has("email")) {
    match.kind = domain ? IdentityMatch::Kind::kEmailDomain : IdentityMatch::Kind::kEmail;
  } else {
    match.kind = IdentityMatch::Kind::kKeyId;
  }
  match.text = domain ? args.text("domain") : args.text("identity");
  profile(build).match_remote.push_back(std::move(match));
  return {};
}

policy::AuthMethod method(const Args& args) {
  if (args.has("rsa-sig")) return policy::AuthMethod::kRsaSig;
  if (args.has("ecdsa-sig")) return policy::AuthMethod::kEcdsaSig;
  if (args.has("eddsa-sig")) return policy::AuthMethod::kEddsaSig;
  return policy::AuthMethod::kPreShare;
}

policy::DpdSettings dpd(const Args& args) {
  return {static_cast<std::uint32_t>(args.number("interval")),
          static_cast<std::uint32_t>(args.number("retry")), args.has("periodic")};
}

void add_profile_matches(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIkev2Profile;
  table.push_back({.pattern = "crypto ikev2 profile <name:word>",
                   .help = "Defines how a group of peers is authenticated.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const auto [it, fresh] = b.snapshot.ikev2_profiles.try_emplace(a.text("name"));
                     it->second.name = a.text("name");
                     if (fresh && !b.loading)
                       b.warnings.push_back(
                           "% A profile is deemed incomplete until it has match identity "
                           "statements");
                     return {};
                   },
                   .key = by({"name"}),
                   .section = Section::kIkev2Profile,
                   .enters = kMode});
  table.push_back({.mode = kMode,
                   .pattern = "description <text:line>",
                   .help = "Says what the profile is for.",
                   .order = 1});
  table.push_back({.mode = kMode,
                   .pattern = "match fvrf (any|<vrf:word>)",
                   .help = "Only for peers that are met in this VRF; any unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const Value* vrf = a.find("vrf");
                     profile(b).match_front_vrf =
                         vrf != nullptr ? std::optional(vrf->text) : std::nullopt;
                     return {};
                   },
                   .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "ivrf <vrf:word>",
                   .help = "The VRF of what the tunnels carry; that of their outside unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).inside_vrf = a.text("vrf");
                     return {};
                   },
                   .order = 2});
  table.push_back({.mode = kMode,
                   .pattern = "match address local <address:ip>",
                   .help = "Only for IKE SAs that end on this address.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).match_local_address = a.find("address")->address;
                     return {};
                   },
                   .order = 3});
  table.push_back({.mode = kMode,
                   .pattern = "match identity remote (any|address (<address:ip> [<mask:mask>]|"
                              "<prefix:prefix6>)|fqdn (domain <domain:word>|<identity:word>)|"
                              "email (domain <domain:word>|<identity:word>)|key-id "
                              "<identity:word>)",
                   .help = "Peers whose identity fits; several lines are alternatives.",
                   .apply = add_remote_identity,
                   .key = by_line(),
                   .order = 4});
  table.push_back({.mode = kMode,
                   .pattern = "match certificate <map:word>",
                   .help = "Peers whose certificate fits a certificate map.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).match_certificate_maps.push_back(a.text("map"));
                     return {};
                   },
                   .key = by_line(),
                   .order = 5});
}

void add_profile_settings(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kIkev2Profile;
  table.push_back(
      {.mode = kMode,
       .pattern = "identity local (dn|address <address:ip>|(fqdn|email|key-id) "
                  "<identity:word>)",
       .help = "What this router calls itself.",
       .apply = [](Build& b, const Args& a) { return set_identity(profile(b).local_identity, a); },
       .order = 6});
  table.push_back({.mode = kMode,
                   .pattern = "authentication remote (pre-share|rsa-sig|ecdsa-sig|eddsa-sig)",
                   .help = "How the peer may prove itself; several lines are alternatives.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).remote_auth.push_back(method(a));
                     return {};
                   },
                   .key = by_line(),
                   .order = 7});
  table.push_back({.mode = kMode,
                   .pattern = "authentication local (pre-share|rsa-sig [pss]|ecdsa-sig|eddsa-sig)",
                   .help = "How this router proves itself.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).local_auth = method(a);
                     profile(b).rsa_pss = a.has("pss");
                     return {};
                   },
                   .order = 8});
  table.push_back({.mode = kMode,
                   .pattern = "keyring local <keyring:word>",
                   .help = "Where the pre-shared keys are.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).keyring = a.text("keyring");
                     if (!b.loading && !b.snapshot.ikev2_keyrings.contains(a.text("keyring")))
                       b.warn("IKEv2 keyring " + a.text("keyring") + " is not defined");
                     return {};
                   },
                   .order = 9});
  table.push_back({.mode = kMode,
                   .pattern = "pki trustpoint <trustpoint:word> [sign|verify]",
                   .help = "Whose certificates to sign with, or to believe.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     // What signs comes first: the exchange takes the first that has a certificate.
                     auto& list = profile(b).trustpoints;
                     const std::string& name = a.text("trustpoint");
                     if (std::find(list.begin(), list.end(), name) != list.end()) return {};
                     list.insert(a.has("sign") ? list.begin() : list.end(), name);
                     if (!b.loading && b.snapshot.trustpoint(name) == nullptr)
                       b.warn("trustpoint " + name + " is not defined");
                     return {};
                   },
                   .key = by_line(),
                   .order = 10});
  table.push_back({.mode = kMode,
                   .pattern = "lifetime <seconds:120-86400>",
                   .help = "Life of an IKE SA in seconds; 86400 unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).lifetime_seconds = static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .order = 11,
                   .elide = "lifetime 86400"});
  table.push_back({.mode = kMode,
                   .pattern = "dpd <interval:10-3600> <retry:2-60> (on-demand|periodic)",
                   .help = "Checks whether the peer lives.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).dpd = dpd(a);
                     return {};
                   },
                   .order = 12});
  table.push_back({.mode = kMode,
                   .pattern = "nat keepalive <seconds:5-3600>",
                   .help = "How often a NAT is kept open.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     profile(b).nat_keepalive_seconds =
                         static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .order = 13});
}

void add_globals(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto ikev2 cookie-challenge <half-open:1-1000>",
                   .help = "So many half-open IKE SAs, and new peers must prove their address.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.cookie_challenge =
                         static_cast<std::uint32_t>(a.number("half-open"));
                     return {};
                   },
                   .section = Section::kIkev2Global});
  table.push_back({.pattern = "crypto ikev2 dpd <interval:10-3600> <retry:2-60> "
                              "(on-demand|periodic)",
                   .help = "Dead peer detection where the profile has none of its own.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.global_dpd = dpd(a);
                     return {};
                   },
                   .section = Section::kIkev2Global});
  table.push_back({.pattern = "crypto ikev2 nat keepalive <seconds:5-3600>",
                   .help = "How often a NAT is kept open; 20 seconds unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.nat_keepalive_seconds =
                         static_cast<std::uint32_t>(a.number("seconds"));
                     return {};
                   },
                   .section = Section::kIkev2Global,
                   .elide = "crypto ikev2 nat keepalive 20"});
  table.push_back({.pattern = "crypto ikev2 disconnect-revoked-peers",
                   .help = "Ends the sessions of peers whose certificate a new CRL revokes.",
                   .apply = [](Build& b, const Args&) -> Status {
                     b.snapshot.disconnect_revoked_peers = true;
                     return {};
                   },
                   .section = Section::kIkev2Global});
  table.push_back(
      {.pattern = "crypto legacy-algorithms",
       .help = "Lets DES, MD5 and the Diffie-Hellman groups 1, 2, 5 and 22 be negotiated.",
       .apply = [](Build& b, const Args&) -> Status {
         b.snapshot.legacy_algorithms = true;
         return {};
       },
       .section = Section::kGeneral,
       .both_dialects = true});
}

}  // namespace

void add_ikev2_commands(std::vector<Command>& table) {
  add_proposal(table);
  add_policy(table);
  add_keyring(table);
  add_profile_matches(table);
  add_profile_settings(table);
  add_globals(table);
}

}  // namespace spa::config
