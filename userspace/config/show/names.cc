// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/names.h"

namespace spa::config {
namespace {

using wire::EncrId;
using wire::IntegId;
using wire::PrfId;

std::string esp_cipher(EncrId id, unsigned bits) {
  const std::string size = std::to_string(bits);
  switch (id) {
    case EncrId::kAesCbc:
      return bits == 128 ? "esp-aes" : "esp-" + size + "-aes";
    case EncrId::kAesGcm8:
    case EncrId::kAesGcm12:
    case EncrId::kAesGcm16:
      return bits == 128 ? "esp-gcm" : "esp-gcm " + size;
    case EncrId::kNullAuthAesGmac:
      return bits == 128 ? "esp-gmac" : "esp-gmac " + size;
    case EncrId::kAesCtr:
      return bits == 128 ? "esp-aes-ctr" : "esp-aes-ctr " + size;
    case EncrId::kChaCha20Poly1305:
      return "esp-chacha20-poly1305";
    case EncrId::k3Des:
      return "esp-3des";
    case EncrId::kDes:
      return "esp-des";
    case EncrId::kNull:
      return "esp-null";
    default:
      return wire::to_string(id);
  }
}

std::string esp_integrity(IntegId id) {
  switch (id) {
    case IntegId::kNone:
      return "";
    case IntegId::kHmacMd5_96:
      return " esp-md5-hmac";
    case IntegId::kHmacSha1_96:
      return " esp-sha-hmac";
    case IntegId::kHmacSha256_128:
      return " esp-sha256-hmac";
    case IntegId::kHmacSha384_192:
      return " esp-sha384-hmac";
    case IntegId::kHmacSha512_256:
      return " esp-sha512-hmac";
  }
  return " " + wire::to_string(id);
}

std::string end_text(const IpPrefix& prefix) {
  if (prefix.length == 0) return "any";
  if (prefix.length == prefix.address.bits()) return "host " + prefix.address.to_string();
  if (prefix.address.is_v6()) return prefix.to_string();
  return prefix.address.to_string() + " " + wildcard_text(prefix);
}

std::string ports_text(std::uint16_t first, std::uint16_t last) {
  if (first == 0 && last == 65535) return "";
  if (first == last) return " eq " + std::to_string(first);
  return " range " + std::to_string(first) + " " + std::to_string(last);
}

std::string protocol_text(std::uint8_t protocol, bool v6) {
  switch (protocol) {
    case 0:
      return v6 ? "ipv6" : "ip";
    case 1:
    case 58:
      return "icmp";
    case 6:
      return "tcp";
    case 17:
      return "udp";
    case 47:
      return "gre";
    default:
      return std::to_string(protocol);
  }
}

}  // namespace

std::string cipher_name(EncrId id) {
  switch (id) {
    case EncrId::kAesCbc:
      return "AES-CBC";
    case EncrId::kAesGcm8:
    case EncrId::kAesGcm12:
    case EncrId::kAesGcm16:
      return "AES-GCM";
    case EncrId::kAesCtr:
      return "AES-CTR";
    case EncrId::kNullAuthAesGmac:
      return "AES-GMAC";
    case EncrId::kChaCha20Poly1305:
      return "CHACHA20-POLY1305";
    case EncrId::k3Des:
      return "3DES";
    case EncrId::kDes:
      return "DES";
    case EncrId::kNull:
      return "NULL";
    default:
      return wire::to_string(id);
  }
}

std::string hash_name(IntegId id) {
  switch (id) {
    case IntegId::kNone:
      return "None";
    case IntegId::kHmacMd5_96:
      return "MD596";
    case IntegId::kHmacSha1_96:
      return "SHA96";
    case IntegId::kHmacSha256_128:
      return "SHA256";
    case IntegId::kHmacSha384_192:
      return "SHA384";
    case IntegId::kHmacSha512_256:
      return "SHA512";
  }
  return wire::to_string(id);
}

std::string prf_name(PrfId id) {
  switch (id) {
    case PrfId::kHmacMd5:
      return "MD5";
    case PrfId::kHmacSha1:
      return "SHA1";
    case PrfId::kHmacSha256:
      return "SHA256";
    case PrfId::kHmacSha384:
      return "SHA384";
    case PrfId::kHmacSha512:
      return "SHA512";
  }
  return wire::to_string(id);
}

std::string transform_names(const ports::EspSuite& suite) {
  std::string text;
  const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  if (suite.has_ah()) add("ah" + esp_integrity(suite.ah).substr(4));
  if (suite.has_esp())
    add(esp_cipher(suite.cipher, suite.key_bits) + esp_integrity(suite.integrity));
  if (suite.has_ipcomp())
    add(suite.compression == wire::IpCompId::kLzs ? "comp-lzs" : "comp-deflate");
  return text;
}

std::string transform_names(const policy::TransformSet& set) {
  ports::EspSuite suite;
  if (set.esp_cipher) suite.cipher = set.esp_cipher->id;
  if (set.esp_cipher) suite.key_bits = set.esp_cipher->key_bits;
  suite.integrity = set.esp_integrity.value_or(IntegId::kNone);
  suite.ah = set.ah.value_or(IntegId::kNone);
  suite.compression = set.compression;
  return transform_names(suite);
}

std::string connection_algorithm(IntegId integrity, EncrId cipher, unsigned key_bits) {
  std::string out;
  if (integrity != IntegId::kNone) {
    const std::string hash = hash_name(integrity);
    out = "HMAC_" + (hash == "MD596" ? "MD5" : hash == "SHA96" ? "SHA" : hash) + "+";
  }
  switch (cipher) {
    case EncrId::kAesCbc:
      out += "AES_CBC" + std::to_string(key_bits);
      break;
    case EncrId::kAesGcm8:
    case EncrId::kAesGcm12:
    case EncrId::kAesGcm16:
      out += "AES_GCM" + std::to_string(key_bits);
      break;
    case EncrId::kAesCtr:
      out += "AES_CTR" + std::to_string(key_bits);
      break;
    case EncrId::kNullAuthAesGmac:
      out += "AES_GMAC" + std::to_string(key_bits);
      break;
    case EncrId::kChaCha20Poly1305:
      out += "CHACHA20_POLY1305";
      break;
    case EncrId::k3Des:
      out += "3DES_56_CBC";
      break;
    case EncrId::kDes:
      out += "DES_56_CBC";
      break;
    default:
      out += "NULL";
  }
  return out.substr(0, 18);
}

unsigned iv_size(EncrId id) {
  return id == EncrId::kAesCbc ? 16 : id == EncrId::kNull ? 0 : 8;
}

unsigned block_size(EncrId id) {
  if (id == EncrId::kAesCbc) return 16;
  return id == EncrId::kDes || id == EncrId::k3Des ? 8 : 4;
}

unsigned icv_size(const ports::EspSuite& suite) {
  switch (suite.integrity) {
    case IntegId::kHmacMd5_96:
    case IntegId::kHmacSha1_96:
      return 12;
    case IntegId::kHmacSha256_128:
      return 16;
    case IntegId::kHmacSha384_192:
      return 24;
    case IntegId::kHmacSha512_256:
      return 32;
    case IntegId::kNone:
      break;
  }
  const bool short_tag = suite.cipher == EncrId::kAesGcm8,
             middle = suite.cipher == EncrId::kAesGcm12;
  return short_tag ? 8 : middle ? 12 : wire::is_aead(suite.cipher) ? 16 : 0;
}

std::string mask_text(const IpPrefix& prefix) {
  if (!prefix.address.is_v4()) return std::to_string(prefix.length);
  const std::uint32_t mask = prefix.length == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix.length);
  return IpAddress::v4(mask).to_string();
}

std::string wildcard_text(const IpPrefix& prefix) {
  const std::uint32_t mask = prefix.length == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix.length);
  return IpAddress::v4(~mask).to_string();
}

std::string ident_text(const policy::TrafficSelector& selector) {
  const IpPrefix prefix = selector.covering_prefix();
  const unsigned port = selector.port_first == selector.port_last ? selector.port_first : 0;
  return prefix.first().to_string() + "/" + mask_text(prefix) + "/" +
         std::to_string(selector.protocol) + "/" + std::to_string(port);
}

std::string acl_text(const policy::AclEntry& entry) {
  const bool v6 = entry.source.address.is_v6();
  return std::string(entry.permit ? "permit " : "deny ") + protocol_text(entry.protocol, v6) + " " +
         end_text(entry.source) + ports_text(entry.source_port_first, entry.source_port_last) +
         " " + end_text(entry.destination) +
         ports_text(entry.destination_port_first, entry.destination_port_last);
}

const char* place_word(ports::OffloadState state) {
  switch (state) {
    case ports::OffloadState::kSoftware:
      return "software";
    case ports::OffloadState::kCard:
      return "card";
    case ports::OffloadState::kInProcess:
      return "in-process card";
  }
  return "software";
}

std::string place_text(const ports::SaPairState& state) {
  const auto one = [&](ports::OffloadState offload) {
    return offload == ports::OffloadState::kCard
               ? state.offload_device + " (card)"
               : std::string(place_word(offload)) +
                     (offload == ports::OffloadState::kSoftware && !state.offload_reason.empty()
                          ? " (" + state.offload_reason + ")"
                          : "");
  };
  if (state.offload_in == state.offload_out) return one(state.offload_in);
  return "in " + one(state.offload_in) + ", out " + one(state.offload_out);
}

std::string dn_text(const std::vector<NameAttribute>& name) {
  std::string out;
  for (const auto& [attribute, value] : name)
    out += (out.empty() ? "" : ",") + attribute + "=" + value;
  return out;
}

std::string spaced_dn_text(const std::vector<NameAttribute>& name) {
  std::string out;
  for (const auto& [attribute, value] : name) {
    out += out.empty() ? "" : ", ";
    for (const char letter : attribute)
      out += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    out += " = " + value;
  }
  return out;
}

std::string fingerprint_text(ByteView digest) {
  std::string out;
  for (std::size_t at = 0; at < digest.size(); at += 4) {
    if (at > 0) out += ' ';
    out += to_hex(digest.subspan(at, std::min<std::size_t>(4, digest.size() - at)));
  }
  for (char& letter : out)
    if (letter >= 'a' && letter <= 'f') letter = static_cast<char>(letter - 'a' + 'A');
  return out;
}

const policy::Interface* interface_of(const policy::Snapshot& snapshot,
                                      const std::string& crypto_map) {
  for (const auto& interface : snapshot.interfaces)
    if (!crypto_map.empty() && interface.crypto_map == crypto_map) return &interface;
  return nullptr;
}

}  // namespace spa::config
