// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/ikev1_keys.h"

#include <algorithm>
#include <array>
#include <utility>

namespace spa::crypto::v1 {
namespace {

constexpr std::size_t kMaxKeymat = 4096;  // octets; far more than any SA takes

std::array<std::uint8_t, 16> cookies(const ExchangeInputs& in) {
  std::array<std::uint8_t, 16> out{};
  for (std::size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(in.cookie_i >> (56 - 8 * i));
    out[8 + i] = static_cast<std::uint8_t>(in.cookie_r >> (56 - 8 * i));
  }
  return out;
}

SecretBytes joined(ByteView a, ByteView b) {
  SecretBytes out;
  out.reserve(a.size() + b.size());
  out.insert(out.end(), a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

// K1 | K2 | …, Kn = prf(key, [Kn-1 |] seed), cut to `size`. `chained` tells whether Kn-1 stands
// before the seed or takes its place.
enum class Chain { kBeforeSeed, kInsteadOfSeed };
Result<SecretBytes> expand(HashAlgorithm hash, ByteView key, const SecretBytes& seed, Chain chain,
                           std::size_t size) {
  if (size > kMaxKeymat) {
    return fail(Errc::kInvalid, "keying material of " + std::to_string(size) + " octets");
  }
  SecretBytes out;
  SecretBytes block;
  while (out.size() < size) {
    const bool first = out.empty();
    const ByteView tail = first || chain == Chain::kBeforeSeed ? ByteView(seed) : ByteView{};
    Result<SecretBytes> next = hmac(hash, key, {ByteView(block), tail});
    if (!next) return next;
    block = std::move(*next);
    out.insert(out.end(), block.begin(), block.end());
  }
  out.resize(size);
  return out;
}

}  // namespace

Result<SecretBytes> skeyid_pre_shared(HashAlgorithm hash, ByteView pre_shared_key,
                                      const ExchangeInputs& in) {
  return hmac(hash, pre_shared_key, {in.nonce_i, in.nonce_r});
}

Result<SecretBytes> skeyid_signature(HashAlgorithm hash, const ExchangeInputs& in,
                                     ByteView shared_secret) {
  return hmac(hash, joined(in.nonce_i, in.nonce_r), {shared_secret});
}

Result<SecretBytes> skeyid_encryption(HashAlgorithm algorithm, const ExchangeInputs& in) {
  const Result<Bytes> key = hash(algorithm, {in.nonce_i, in.nonce_r});
  if (!key) return tl::unexpected<Error>(key.error());
  return hmac(algorithm, *key, {ByteView(cookies(in))});
}

Result<Keys> keys(HashAlgorithm hash, SecretBytes skeyid, ByteView shared_secret,
                  const ExchangeInputs& in) {
  Keys out;
  const auto both = cookies(in);
  SecretBytes* const made[] = {&out.skeyid_d, &out.skeyid_a, &out.skeyid_e};
  ByteView before;
  for (std::uint8_t number = 0; number < 3; ++number) {
    Result<SecretBytes> key = hmac(
        hash, skeyid, {before, shared_secret, ByteView(both), ByteView(&number, sizeof number)});
    if (!key) return tl::unexpected<Error>(key.error());
    *made[number] = std::move(*key);
    before = *made[number];
  }
  out.skeyid = std::move(skeyid);
  return out;
}

Result<SecretBytes> cipher_key(HashAlgorithm hash, ByteView skeyid_e, std::size_t size) {
  if (size <= skeyid_e.size()) return to_secret(skeyid_e.first(size));
  return expand(hash, skeyid_e, SecretBytes{0}, Chain::kInsteadOfSeed, size);
}

Result<SecretBytes> quick_mode_keymat(HashAlgorithm hash, ByteView skeyid_d,
                                      const QuickModeInputs& in, std::uint8_t protocol,
                                      ByteView spi, std::size_t size) {
  SecretBytes seed = to_secret(in.shared_secret);
  seed.push_back(protocol);
  for (const ByteView part : {spi, in.nonce_i, in.nonce_r}) {
    seed.insert(seed.end(), part.begin(), part.end());
  }
  return expand(hash, skeyid_d, seed, Chain::kBeforeSeed, size);
}

Result<SaKeys> quick_mode_keys(HashAlgorithm hash, ByteView skeyid_d, const QuickModeInputs& in,
                               std::uint8_t protocol, ByteView spi, const CipherSuite& suite) {
  const Result<std::size_t> encr = encr_key_size(suite.encr, suite.key_bits);
  if (!encr) return tl::unexpected<Error>(encr.error());
  const Result<SecretBytes> keymat =
      quick_mode_keymat(hash, skeyid_d, in, protocol, spi, *encr + integ_key_size(suite.integ));
  if (!keymat) return tl::unexpected<Error>(keymat.error());
  const ByteView material(*keymat);
  return SaKeys{to_secret(material.first(*encr)), to_secret(material.subspan(*encr))};
}

}  // namespace spa::crypto::v1
