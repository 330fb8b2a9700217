// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/ikev1_cipher.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "userspace/crypto/cbc.h"
#include "userspace/crypto/ikev1_keys.h"

namespace spa::crypto::v1 {
namespace {

bool is_cbc(EncrAlgorithm encr) {
  return encr == EncrAlgorithm::kDes || encr == EncrAlgorithm::k3Des ||
         encr == EncrAlgorithm::kAesCbc;
}

Iv iv_from(ByteView octets, std::size_t size) {
  Iv iv;
  iv.size = size;
  std::ranges::copy(octets.first(size), iv.octets.begin());
  return iv;
}

}  // namespace

Result<Iv> phase1_iv(HashAlgorithm algorithm, EncrAlgorithm encr, ByteView public_i,
                     ByteView public_r) {
  if (!is_cbc(encr)) return fail(Errc::kInvalid, "an IKEv1 cipher that is not CBC");
  const Result<Bytes> digest = hash(algorithm, {public_i, public_r});
  if (!digest) return tl::unexpected<Error>(digest.error());
  return iv_from(*digest, iv_size(encr));
}

Result<Iv> exchange_iv(HashAlgorithm algorithm, const Iv& phase1_last, std::uint32_t message_id) {
  const std::uint8_t id[] = {
      static_cast<std::uint8_t>(message_id >> 24), static_cast<std::uint8_t>(message_id >> 16),
      static_cast<std::uint8_t>(message_id >> 8), static_cast<std::uint8_t>(message_id)};
  const Result<Bytes> digest = hash(algorithm, {phase1_last.view(), ByteView(id)});
  if (!digest) return tl::unexpected<Error>(digest.error());
  return iv_from(*digest, phase1_last.size);
}

Result<std::size_t> cipher_key_size(EncrAlgorithm encr, unsigned key_bits) {
  if (!is_cbc(encr)) return fail(Errc::kInvalid, "an IKEv1 cipher that is not CBC");
  return encr_key_size(encr, key_bits);
}

Result<IkeCipher> IkeCipher::create(HashAlgorithm hash, EncrAlgorithm encr, unsigned key_bits,
                                    ByteView skeyid_e) {
  const Result<std::size_t> size = cipher_key_size(encr, key_bits);
  if (!size) return tl::unexpected<Error>(size.error());
  Result<SecretBytes> key = cipher_key(hash, skeyid_e, *size);
  if (!key) return tl::unexpected<Error>(key.error());
  return IkeCipher(encr, key_bits, std::move(*key));
}

Status IkeCipher::run(const Iv& iv, ByteView in, MutableByteView out, bool encrypt) const {
  const std::size_t block = block_size(encr_);
  if (in.empty() || in.size() % block != 0 || iv.size != block ||
      in.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(Errc::kInvalid, "an encrypted body of " + std::to_string(in.size()) +
                                    " octets in blocks of " + std::to_string(block));
  }
  return cbc(encr_, key_bits_, key_, iv.view(),
             encrypt ? CbcDirection::kEncrypt : CbcDirection::kDecrypt, in, out);
}

Result<Chained> IkeCipher::seal(const Iv& iv, ByteView payloads) const {
  const std::size_t block = block_size(encr_);
  SecretBytes padded((payloads.size() + block - 1) / block * block);
  std::ranges::copy(payloads, padded.begin());
  Bytes ciphertext(padded.size());
  if (Status done = run(iv, padded, ciphertext, /*encrypt=*/true); !done) {
    return tl::unexpected<Error>(std::move(done.error()));
  }
  const Iv next = iv_from(ByteView(ciphertext).last(block), block);
  return Chained{std::move(ciphertext), next};
}

Result<Opened> IkeCipher::open(const Iv& iv, ByteView ciphertext) const {
  SecretBytes plaintext(ciphertext.size());
  if (Status done = run(iv, ciphertext, plaintext, /*encrypt=*/false); !done) {
    return tl::unexpected<Error>(std::move(done.error()));
  }
  const std::size_t block = block_size(encr_);
  return Opened{std::move(plaintext), iv_from(ciphertext.last(block), block)};
}

}  // namespace spa::crypto::v1
