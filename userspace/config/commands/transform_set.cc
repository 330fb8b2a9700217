// SPDX-License-Identifier: Apache-2.0
// crypto ipsec transform-set … (R-MAP-1 to R-MAP-7).
#include "userspace/config/commands/transform_set.h"

#include <array>

#include "userspace/config/commands/algorithms.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

using policy::Cipher;
using wire::EncrId;
using wire::IntegId;
using wire::IpCompId;

struct Hash {
  std::string_view word;
  IntegId id;
};
constexpr std::array kAhHashes{
    Hash{"ah-md5-hmac", IntegId::kHmacMd5_96},
    Hash{"ah-sha-hmac", IntegId::kHmacSha1_96},
    Hash{"ah-sha256-hmac", IntegId::kHmacSha256_128},
    Hash{"ah-sha384-hmac", IntegId::kHmacSha384_192},
    Hash{"ah-sha512-hmac", IntegId::kHmacSha512_256},
};
constexpr std::array kEspHashes{
    Hash{"esp-md5-hmac", IntegId::kHmacMd5_96},
    Hash{"esp-sha-hmac", IntegId::kHmacSha1_96},
    Hash{"esp-sha256-hmac", IntegId::kHmacSha256_128},
    Hash{"esp-sha384-hmac", IntegId::kHmacSha384_192},
    Hash{"esp-sha512-hmac", IntegId::kHmacSha512_256},
};

Status set_cipher(policy::TransformSet& set, Cipher cipher) {
  if (set.esp_cipher) return refuse("A transform set has one ESP encryption transform at most.");
  set.esp_cipher = cipher;
  return {};
}

Status set_compression(policy::TransformSet& set, IpCompId id) {
  if (set.compression != IpCompId::kNone)
    return refuse("A transform set has one compression transform at most.");
  set.compression = id;
  return {};
}

// A cipher whose keyword a key length may follow; DES stands for none.
EncrId sized_cipher(std::string_view word) {
  if (word == "esp-aes") return EncrId::kAesCbc;
  if (word == "esp-aes-ctr") return EncrId::kAesCtr;
  if (word == "esp-gcm") return EncrId::kAesGcm16;
  return word == "esp-gmac" ? EncrId::kNullAuthAesGmac : EncrId::kDes;
}

// One transform: its keyword and, for AES, the key length that may follow.
Status add_transform(policy::TransformSet& set, const std::string& word, std::uint16_t bits) {
  if (bits != 0) return set_cipher(set, {sized_cipher(word), bits});
  if (word == "esp-chacha20-poly1305") return set_cipher(set, {EncrId::kChaCha20Poly1305, 0});
  if (word == "esp-3des") return set_cipher(set, {EncrId::k3Des, 0});
  if (word == "esp-des") return set_cipher(set, {EncrId::kDes, 0});
  if (word == "esp-null") return set_cipher(set, {EncrId::kNull, 0});
  if (word == "comp-lzs") return set_compression(set, IpCompId::kLzs);
  if (word == "comp-deflate") return set_compression(set, IpCompId::kDeflate);
  for (const Hash& hash : kAhHashes) {
    if (hash.word != word) continue;
    if (set.ah) return refuse("A transform set has one AH transform at most.");
    set.ah = hash.id;
    return {};
  }
  for (const Hash& hash : kEspHashes) {
    if (hash.word != word) continue;
    if (set.esp_integrity)
      return refuse("A transform set has one ESP authentication transform at most.");
    set.esp_integrity = hash.id;
  }
  return {};
}

// R-MAP-2, RFC 4303 3.2, RFC 8221 4: what must come together, and what must not.
Status check_combination(const policy::TransformSet& set) {
  if (!set.esp_cipher) {
    if (set.esp_integrity)
      return refuse("An ESP authentication transform needs an encryption transform (esp-null).");
    if (!set.ah) return refuse("A transform set needs an AH or an ESP transform.");
    return {};
  }
  const bool combined = wire::is_aead(set.esp_cipher->id);
  if (combined && set.esp_integrity)
    return refuse(
        "esp-gcm, esp-gmac and esp-chacha20-poly1305 authenticate by themselves and take no "
        "authentication transform.");
  const bool bare = !combined && !set.esp_integrity;
  if (bare && (!set.ah || set.esp_cipher->id == EncrId::kNull))
    return refuse("The encryption transform needs an authentication transform (esp-sha256-hmac).");
  return {};
}

Status define_transform_set(Build& build, const Args& args) {
  policy::TransformSet set;
  set.name = args.text("name");
  const auto& values = args.values();
  for (std::size_t i = 4; i < values.size(); ++i) {
    const std::string word = values[i].text;
    const bool sized = sized_cipher(word) != EncrId::kDes;
    std::uint16_t bits = sized ? 128 : 0;
    set.words.push_back(word);
    if (sized && i + 1 < values.size() && values[i + 1].text.find('-') == std::string::npos) {
      ++i;
      bits = values[i].text == "256" ? 256 : values[i].text == "192" ? 192 : 128;
      set.words.back() += " " + values[i].text;
    }
    if (auto ok = add_transform(set, word, bits); !ok) return ok;
  }
  if (auto ok = check_combination(set); !ok) return ok;
  for (const std::string& word : set.words)
    if (!build.snapshot.legacy_algorithms &&
        (word == "esp-des" || word == "esp-md5-hmac" || word == "ah-md5-hmac"))
      build.warn(legacy_warning(word));
  // R-MAP-7
  if (set.compression == IpCompId::kLzs)
    build.warn("no engine here has LZS; such packets are sent without compression");
  auto& slot = build.snapshot.transform_sets[set.name];
  set.mode = slot.mode;
  set.mode_required = slot.mode_required;
  slot = std::move(set);
  return {};
}

std::string transform_words() {
  std::string words =
      "esp-aes [128|192|256]|esp-gcm [128|192|256]|esp-gmac [128|192|256]|"
      "esp-aes-ctr [128|192|256]|esp-chacha20-poly1305";
  for (const auto* list : {&kEspHashes, &kAhHashes})
    for (const Hash& hash : *list) words += "|" + std::string(hash.word);
  return words + "|esp-3des|esp-des|esp-null|comp-lzs|comp-deflate";
}

}  // namespace

void add_transform_set_commands(std::vector<Command>& table) {
  table.push_back(
      {.pattern = "crypto ipsec transform-set <name:word> (" + transform_words() + ")+",
       .help = "Defines how packets are protected: ESP, AH, or AH around ESP; with compression.",
       .apply = define_transform_set,
       .key = by({"name"}),
       .section = Section::kTransformSet,
       .enters = Mode::kTransformSet});
  table.push_back({.mode = Mode::kTransformSet,
                   .pattern = "mode (tunnel|transport [require])",
                   .help = "Whole packets or their payload; tunnel unless given. Where the peer "
                           "wants a tunnel, transport falls back to it unless required.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     auto& set = b.snapshot.transform_sets[b.block_name()];
                     set.mode = a.has("transport") ? policy::EncapsulationMode::kTransport
                                                   : policy::EncapsulationMode::kTunnel;
                     set.mode_required = a.has("require");
                     return {};
                   },
                   .elide = "mode tunnel"});
}

}  // namespace spa::config
