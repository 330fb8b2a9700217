// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/ikev1_hash.h"

#include <array>
#include <initializer_list>

namespace spa::crypto::v1 {
namespace {

std::array<std::uint8_t, 8> octets(std::uint64_t value) {
  std::array<std::uint8_t, 8> out{};
  for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
  return out;
}

std::array<std::uint8_t, 4> octets(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

// A HASH payload goes over the wire, so it is no secret any more.
Result<Bytes> keyed(HashAlgorithm hash, ByteView key, std::initializer_list<ByteView> parts) {
  const Result<SecretBytes> mac = hmac(hash, key, parts);
  if (!mac) return tl::unexpected<Error>(mac.error());
  return to_bytes(*mac);
}

}  // namespace

Result<Bytes> hash_i(HashAlgorithm hash, ByteView skeyid, const Phase1Hash& in) {
  return keyed(hash, skeyid,
               {in.public_i, in.public_r, octets(in.cookie_i), octets(in.cookie_r), in.sa_i_body,
                in.id_body});
}

Result<Bytes> hash_r(HashAlgorithm hash, ByteView skeyid, const Phase1Hash& in) {
  return keyed(hash, skeyid,
               {in.public_r, in.public_i, octets(in.cookie_r), octets(in.cookie_i), in.sa_i_body,
                in.id_body});
}

Result<Bytes> hash_1(HashAlgorithm hash, ByteView skeyid_a, std::uint32_t message_id,
                     ByteView rest) {
  return keyed(hash, skeyid_a, {octets(message_id), rest});
}

Result<Bytes> hash_2(HashAlgorithm hash, ByteView skeyid_a, std::uint32_t message_id,
                     ByteView nonce_i, ByteView rest) {
  return keyed(hash, skeyid_a, {octets(message_id), nonce_i, rest});
}

Result<Bytes> hash_3(HashAlgorithm hash, ByteView skeyid_a, std::uint32_t message_id,
                     ByteView nonce_i, ByteView nonce_r) {
  const std::uint8_t zero = 0;
  return keyed(hash, skeyid_a, {ByteView(&zero, 1), octets(message_id), nonce_i, nonce_r});
}

Result<Bytes> nat_d_hash(HashAlgorithm algorithm, std::uint64_t cookie_i, std::uint64_t cookie_r,
                         const Endpoint& endpoint) {
  const std::uint8_t port[] = {static_cast<std::uint8_t>(endpoint.port >> 8),
                               static_cast<std::uint8_t>(endpoint.port)};
  return hash(algorithm, {octets(cookie_i), octets(cookie_r), endpoint.address.bytes(), port});
}

}  // namespace spa::crypto::v1
