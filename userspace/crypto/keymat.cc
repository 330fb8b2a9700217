// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/keymat.h"

#include <array>

namespace spa::crypto {
namespace {

std::array<std::uint8_t, 8> octets(std::uint64_t spi) {
  std::array<std::uint8_t, 8> out{};
  for (std::size_t i = out.size(); i-- > 0; spi >>= 8) out[i] = static_cast<std::uint8_t>(spi);
  return out;
}

SecretBytes joined(ByteView a, ByteView b) {
  SecretBytes out;
  out.reserve(a.size() + b.size());
  out.insert(out.end(), a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

// Cuts keys off the front of a block of keying material.
class Slicer {
 public:
  explicit Slicer(ByteView material) : rest_(material) {}
  SecretBytes take(std::size_t size) {
    SecretBytes key = to_secret(rest_.first(size));
    rest_ = rest_.subspan(size);
    return key;
  }

 private:
  ByteView rest_;
};

}  // namespace

Result<SecretBytes> skeyseed(PrfAlgorithm algorithm, const ExchangeInputs& in,
                             ByteView shared_secret) {
  return prf(algorithm, joined(in.nonce_i, in.nonce_r), {shared_secret});
}

Result<SecretBytes> skeyseed_rekey(PrfAlgorithm old_algorithm, ByteView old_sk_d,
                                   ByteView shared_secret, const ExchangeInputs& in) {
  return prf(old_algorithm, old_sk_d, {shared_secret, in.nonce_i, in.nonce_r, in.more_secrets});
}

Result<SecretBytes> mix_ppk(PrfAlgorithm algorithm, ByteView ppk, ByteView key) {
  return prf_plus(algorithm, ppk, {key}, key.size());
}

Result<IkeKeys> ike_keys(PrfAlgorithm algorithm, const CipherSuite& suite, ByteView seed,
                         const ExchangeInputs& in) {
  const Result<std::size_t> e = encr_key_size(suite.encr, suite.key_bits);
  if (!e) return tl::unexpected<Error>(e.error());
  const std::size_t a = integ_key_size(suite.integ);
  const std::size_t p = prf_size(algorithm);
  const Result<SecretBytes> material =
      prf_plus(algorithm, seed, {in.nonce_i, in.nonce_r, octets(in.spi_i), octets(in.spi_r)},
               3 * p + 2 * a + 2 * *e);
  if (!material) return tl::unexpected<Error>(material.error());
  Slicer slicer(*material);
  IkeKeys keys;
  keys.sk_d = slicer.take(p);
  keys.sk_ai = slicer.take(a);
  keys.sk_ar = slicer.take(a);
  keys.sk_ei = slicer.take(*e);
  keys.sk_er = slicer.take(*e);
  keys.sk_pi = slicer.take(p);
  keys.sk_pr = slicer.take(p);
  return keys;
}

Result<SecretBytes> child_keymat(PrfAlgorithm algorithm, ByteView sk_d, ByteView shared_secret,
                                 const ExchangeInputs& in, std::size_t size) {
  return prf_plus(algorithm, sk_d, {shared_secret, in.nonce_i, in.nonce_r, in.more_secrets}, size);
}

Result<ChildKeys> child_keys(PrfAlgorithm algorithm, const CipherSuite& suite, ByteView sk_d,
                             ByteView shared_secret, const ExchangeInputs& in) {
  const Result<std::size_t> e = encr_key_size(suite.encr, suite.key_bits);
  if (!e) return tl::unexpected<Error>(e.error());
  const std::size_t a = integ_key_size(suite.integ);
  const Result<SecretBytes> material =
      child_keymat(algorithm, sk_d, shared_secret, in, 2 * (*e + a));
  if (!material) return tl::unexpected<Error>(material.error());
  Slicer slicer(*material);
  ChildKeys keys;
  keys.encr_i = slicer.take(*e);
  keys.integ_i = slicer.take(a);
  keys.encr_r = slicer.take(*e);
  keys.integ_r = slicer.take(a);
  return keys;
}

Result<Bytes> signed_octets(PrfAlgorithm algorithm, ByteView first_message, ByteView other_nonce,
                            ByteView sk_p, ByteView rest_of_id_payload) {
  const Result<SecretBytes> maced_id = prf(algorithm, sk_p, {rest_of_id_payload});
  if (!maced_id) return tl::unexpected<Error>(maced_id.error());
  Bytes out;
  out.reserve(first_message.size() + other_nonce.size() + maced_id->size());
  for (const ByteView part : {first_message, other_nonce, ByteView(*maced_id)}) {
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

Result<SecretBytes> shared_key_auth(PrfAlgorithm algorithm, ByteView secret,
                                    ByteView signed_input) {
  const Result<SecretBytes> padded = prf(algorithm, secret, {as_bytes("Key Pad for IKEv2")});
  if (!padded) return padded;
  return prf(algorithm, *padded, {signed_input});
}

}  // namespace spa::crypto
