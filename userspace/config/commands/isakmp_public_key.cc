// SPDX-License-Identifier: Apache-2.0
// RSA public keys of peers: crypto key pubkey-chain rsa, and rsa-pubkey of a keyring (R-KEY-13).
#include "userspace/config/commands/refusal.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"
#include "userspace/crypto/key.h"

namespace spa::config {
namespace {

constexpr unsigned kMinBits = 512;
constexpr unsigned kMaxBits = 4096;

// The keyring that a block is in: the chain is the one that everybody has (R-KEY-9).
policy::IsakmpKeyring& ring_of(Build& build, const Node& block) {
  const std::string& named = block.args.text("name");
  const std::string name = named.empty() ? policy::kDefaultKeyring : named;
  policy::IsakmpKeyring& ring = build.snapshot.isakmp.keyrings[name];
  ring.name = name;
  return ring;
}

policy::RsaPublicKey& key_in(policy::IsakmpKeyring& ring, const Args& args) {
  const Value* host = args.find("host");
  const Value* address = args.find("address");
  for (policy::RsaPublicKey& known : ring.public_keys) {
    const bool same = host != nullptr ? known.name == host->text
                                      : known.name.empty() && known.address == address->address;
    if (same) return known;
  }
  policy::RsaPublicKey& added = ring.public_keys.emplace_back();
  if (host != nullptr) {
    added.name = host->text;
  } else {
    added.address = address->address;
  }
  return added;
}

// The key whose block the line stands in.
policy::RsaPublicKey& key_of(Build& build) {
  return key_in(ring_of(build, *build.block->parent), build.block->args);
}

Status open_key(Build& build, const Args& args) {
  static_cast<void>(key_in(ring_of(build, *build.block), args));
  return {};
}

Status set_key(Build& build, const Args& args) {
  std::string text;
  for (const std::string& word : args.texts("key")) text += word;
  Bytes der = from_hex(text);
  const auto key = crypto::PublicKey::from_der(der);
  if (!key || key->type() != crypto::KeyType::kRsa) return refuse("this is no RSA public key");
  if (key->bits() < kMinBits || key->bits() > kMaxBits) {
    return refuse("an RSA key of " + std::to_string(key->bits()) + " bits; 512 to 4096 are taken");
  }
  // Peers that sign have certificates: what is for signatures alone is kept, and nothing uses it.
  if (!build.block->args.has("signature")) key_of(build).der = std::move(der);
  return {};
}

void add_key_block(std::vector<Command>& table, Mode mode) {
  table.push_back({.mode = mode,
                   .pattern = "address <address:ip>",
                   .help = "The address of the peer, so that it can be called.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     key_of(b).address = a.find("address")->address;
                     return {};
                   },
                   .order = 1});
  table.push_back({.mode = mode,
                   .pattern = "key-string",
                   .help = "Takes the key in hexadecimal, up to a line with quit.",
                   .run = [](Exec& exec, const Args&) {
                     DataInput input;
                     input.what = DataInput::What::kPublicKey;
                     exec.state().input = std::move(input);
                   }});
  table.push_back({.mode = mode,
                   .pattern = "key-string <key:hex>+",
                   .help = "The key (SubjectPublicKeyInfo, DER) in one line, as it is printed.",
                   .apply = set_key,
                   .order = 2});
}

}  // namespace

void add_isakmp_public_key_commands(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto key pubkey-chain rsa",
                   .help = "Opens the RSA public keys of peers, for authentication rsa-encr.",
                   .apply = [](Build&, const Args&) -> Status { return {}; },
                   .section = Section::kIsakmpKey,
                   .order = 1,
                   .enters = Mode::kPubkeyChain});
  table.push_back({.mode = Mode::kPubkeyChain,
                   .pattern = "named-key <host:word> [encryption|signature]",
                   .help = "The key of a peer that calls itself by this name.",
                   .apply = open_key,
                   .key = by({"host"}),
                   .enters = Mode::kPubkey});
  table.push_back({.mode = Mode::kPubkeyChain,
                   .pattern = "addressed-key <address:ip> [encryption|signature]",
                   .help = "The key of a peer that calls itself by this address.",
                   .apply = open_key,
                   .key = by({"address"}),
                   .enters = Mode::kPubkey});
  table.push_back({.mode = Mode::kKeyring,
                   .pattern = "rsa-pubkey (name <host:word>|address <address:ip>) "
                              "[encryption|signature]",
                   .help = "The RSA public key of a peer, for authentication rsa-encr.",
                   .apply = open_key,
                   .key = by({"host", "address"}),
                   .order = 4,
                   .enters = Mode::kKeyringPubkey});
  add_key_block(table, Mode::kPubkey);
  add_key_block(table, Mode::kKeyringPubkey);
}

}  // namespace spa::config
