// SPDX-License-Identifier: Apache-2.0
// How the screens call algorithms, addresses and engines.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/config/backend.h"
#include "userspace/policy/snapshot.h"

namespace spa::config {

// The cipher of an IKE SA or a child: "AES-CBC", "AES-GCM", "3DES".
[[nodiscard]] std::string cipher_name(wire::EncrId id);
// "SHA256", "MD596"; "None" beside a combined cipher.
[[nodiscard]] std::string hash_name(wire::IntegId id);
[[nodiscard]] std::string prf_name(wire::PrfId id);
// "aes-256", the transforms of an SA: "esp-256-aes esp-sha256-hmac".
[[nodiscard]] std::string transform_names(const ports::EspSuite& suite);
// The same of a transform set as configured.
[[nodiscard]] std::string transform_names(const policy::TransformSet& set);
// "HMAC_SHA256+AES_CBC256" as the connection table has it, cut to 18 characters (AMB-25).
[[nodiscard]] std::string connection_algorithm(wire::IntegId integrity, wire::EncrId cipher,
                                               unsigned key_bits);
// Octets of an ESP packet (RFC 4303, RFC 4106): IV, padding block, integrity check value.
[[nodiscard]] unsigned iv_size(wire::EncrId id);
[[nodiscard]] unsigned block_size(wire::EncrId id);
[[nodiscard]] unsigned icv_size(const ports::EspSuite& suite);

// "255.255.255.0" of a prefix length; for IPv6 the length.
[[nodiscard]] std::string mask_text(const IpPrefix& prefix);
[[nodiscard]] std::string wildcard_text(const IpPrefix& prefix);
// "1.1.1.0/255.255.255.0/0/0"
[[nodiscard]] std::string ident_text(const policy::TrafficSelector& selector);
// "permit ip 1.1.1.0 0.0.0.255 any", of an access list.
[[nodiscard]] std::string acl_text(const policy::AclEntry& entry);

// Where the cryptography of an SA is done: "spa0 (card)", "software", "in-process card".
[[nodiscard]] std::string place_text(const ports::SaPairState& state);
[[nodiscard]] const char* place_word(ports::OffloadState state);

// "cn=peer,o=Example"; one attribute per line with an indent.
[[nodiscard]] std::string dn_text(const std::vector<NameAttribute>& name);
// "CN = CRL1, OU = sjvpn, O = cisco, C = us", as releases before 12.2SRA and the PIX have it.
[[nodiscard]] std::string spaced_dn_text(const std::vector<NameAttribute>& name);
// "0A1B2C3D 4E5F6071 …"
[[nodiscard]] std::string fingerprint_text(ByteView digest);

// The interface whose crypto map this is, and the address tunnels end on; null when none.
[[nodiscard]] const policy::Interface* interface_of(const policy::Snapshot& snapshot,
                                                    const std::string& crypto_map);

}  // namespace spa::config
