// SPDX-License-Identifier: Apache-2.0
// crypto ikev2 …: fragments (RFC 7383), post-quantum pre-shared keys (RFC 8784) and additional key
// exchanges (RFC 9370).
#include <algorithm>

#include "userspace/config/commands/algorithms.h"
#include "userspace/config/commands/crypto_map_entry.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/key_encryption.h"
#include "userspace/config/tree.h"
#include "userspace/crypto/kem.h"

namespace spa::config {
namespace {

policy::KeyringPeer& peer(Build& build) {
  auto& peers = build.snapshot.ikev2_keyrings[build.block->parent->args.text("name")].peers;
  const std::string& name = build.block_name();
  const auto found = std::find_if(peers.begin(), peers.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
  if (found != peers.end()) return *found;
  peers.emplace_back().name = name;
  return peers.back();
}

void warn_of_missing(Build& build, wire::DhId id) {
  const auto group = crypto::dh_from_id(static_cast<std::uint16_t>(id));
  if (!group || !crypto::is_kem(*group) || crypto::kem_supported(*group)) return;
  build.warn(wire::to_string(id) +
             " is not in this machine's OpenSSL: version 3.5 has it. It will not be proposed.");
}

// `additional-key-exchange NUMBER METHOD...`; so many words stand before the first method.
void add_methods(Build& build, std::vector<std::vector<wire::DhId>>& additional, const Args& args,
                 std::size_t before) {
  const auto number = static_cast<std::size_t>(args.number("number"));
  if (additional.size() < number) additional.resize(number);
  std::vector<wire::DhId>& methods = additional[number - 1];
  methods.clear();
  const auto& values = args.values();
  for (std::size_t i = before; i < values.size(); ++i) {
    const std::optional<wire::DhId> id =
        values[i].text == "none" ? std::optional(wire::DhId::kNone) : group(values[i].text);
    if (id && std::find(methods.begin(), methods.end(), *id) == methods.end()) {
      methods.push_back(*id);
      warn_of_missing(build, *id);
    }
  }
}

}  // namespace

void add_ikev2_protection_commands(std::vector<Command>& table) {
  table.push_back({.mode = Mode::kIkev2Proposal,
                   .pattern = "additional-key-exchange <number:1-7> (none|" + group_keywords("") +
                              "|" + kem_keywords() + ")+",
                   .help = "The groups of one more key exchange for the same IKE SA; with none "
                           "among them the peer may do without.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     add_methods(b, b.snapshot.ikev2_proposals[b.block_name()].additional, a, 2);
                     return {};
                   },
                   .key = by({"number"}),
                   .order = 5,
                   .sorted = {"number"}});
  table.push_back(
      {.mode = Mode::kCryptoMap,
       .pattern = "set additional-key-exchange <number:1-7> (none|" + group_keywords("") + "|" +
                  kem_keywords() + ")+",
       .help = "The groups of one more key exchange for each IPsec SA beside set pfs, with IKEv2.",
       .apply = [](Build& b, const Args& a) -> Status {
         add_methods(b, map_entry(b).additional, a, 3);
         return {};
       },
       .key = by({"number"}),
       .order = 6,
       .sorted = {"number"}});
  table.push_back(
      {.pattern = "crypto ikev2 fragmentation [mtu <octets:96-1500>|disable]",
       .help = "The longest IP packet of an IKE message where the peer takes fragments; "
               "1280 octets unless given.",
       .apply = [](Build& b, const Args& a) -> Status {
         if (a.has("disable")) {
           b.snapshot.fragmentation_mtu = 0;
         } else if (a.find("octets") != nullptr) {
           b.snapshot.fragmentation_mtu = static_cast<std::uint32_t>(a.number("octets"));
         }
         return {};
       },
       .section = Section::kIkev2Global});
  table.push_back({.mode = Mode::kIkev2KeyringPeer,
                   .pattern = "ppk manual id <ppk-id:word> key [~0|6] <key:secret> [required]",
                   .help = "A post-quantum pre-shared key, to be mixed into the keys of an IKE SA "
                           "with this peer.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     const bool required = a.has("required");
                     auto key = usable_key(b, a);
                     // A key that is required and cannot be read: nobody gets in without it.
                     if (key || required)
                       peer(b).ppk = policy::Ppk{a.text("ppk-id"),
                                                 std::move(key).value_or(SecretBytes()), required};
                     return {};
                   },
                   .order = 8});
  table.push_back({.mode = Mode::kIkev2Profile,
                   .pattern = "keyring ppk <keyring:word>",
                   .help = "Where the post-quantum pre-shared keys are.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.snapshot.ikev2_profiles[b.block_name()].ppk_keyring = a.text("keyring");
                     if (!b.loading && !b.snapshot.ikev2_keyrings.contains(a.text("keyring")))
                       b.warn("IKEv2 keyring " + a.text("keyring") + " is not defined");
                     return {};
                   },
                   .order = 9});
}

}  // namespace spa::config
