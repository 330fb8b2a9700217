// SPDX-License-Identifier: Apache-2.0
#include "tests/device/esp/reference.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

namespace spa::esp::test {
namespace {

void append(Bytes& to, ByteView what) {
  to.insert(to.end(), what.begin(), what.end());
}

bool is_gmac(const spa_sa& sa) {
  return sa.cipher == SPA_CIPHER_AES_GMAC;
}
bool is_combined(const spa_sa& sa) {
  return sa.auth == SPA_AUTH_NONE;
}
std::size_t iv_length(const spa_sa& sa) {
  if (sa.cipher == SPA_CIPHER_NULL) return 0;
  return sa.cipher == SPA_CIPHER_AES_CBC ? 16 : 8;
}
bool esn(const spa_sa& sa) {
  return (sa.flags & SPA_SA_ESN) != 0;
}

Bytes be32(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

const EVP_CIPHER* cipher(const spa_sa& sa) {
  const EVP_CIPHER* gcm[] = {EVP_aes_128_gcm(), EVP_aes_192_gcm(), EVP_aes_256_gcm()};
  const EVP_CIPHER* cbc[] = {EVP_aes_128_cbc(), EVP_aes_192_cbc(), EVP_aes_256_cbc()};
  const EVP_CIPHER* ctr[] = {EVP_aes_128_ctr(), EVP_aes_192_ctr(), EVP_aes_256_ctr()};
  const int size = sa.key_len / 8 - 2;
  switch (sa.cipher) {
    case SPA_CIPHER_AES_GCM_16:
    case SPA_CIPHER_AES_GMAC:
      return gcm[size];
    case SPA_CIPHER_AES_CTR:
      return ctr[size];
    case SPA_CIPHER_3DES_CBC:
    case SPA_CIPHER_DES_CBC:
      return EVP_des_ede3_cbc();
    case SPA_CIPHER_CHACHA20_POLY1305:
      return EVP_chacha20_poly1305();
    default:
      return cbc[size];
  }
}

// Single DES lives in OpenSSL's legacy provider; three times the same key is the same cipher.
Bytes cipher_key(const spa_sa& sa) {
  Bytes key(sa.key, sa.key + sa.key_len);
  if (sa.cipher != SPA_CIPHER_DES_CBC) return key;
  append(key, {sa.key, sa.key_len});
  append(key, {sa.key, sa.key_len});
  return key;
}

const EVP_MD* digest(const spa_sa& sa) {
  switch (sa.auth) {
    case SPA_AUTH_HMAC_SHA1_96:
      return EVP_sha1();
    case SPA_AUTH_HMAC_SHA2_384_192:
      return EVP_sha384();
    case SPA_AUTH_HMAC_SHA2_512_256:
      return EVP_sha512();
    case SPA_AUTH_HMAC_MD5_96:
      return EVP_md5();
    default:
      return EVP_sha256();
  }
}

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Bytes crypt(const spa_sa& sa, ByteView iv, ByteView in, int encrypt) {
  if (sa.cipher == SPA_CIPHER_NULL) return {in.begin(), in.end()};
  Bytes start(iv.begin(), iv.end());
  if (sa.cipher == SPA_CIPHER_AES_CTR) {  // RFC 3686 4: nonce, IV, a block counter from 1
    start.insert(start.begin(), sa.salt, sa.salt + 4);
    append(start, be32(1));
  }
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  Bytes out(in.size());
  int length = 0;
  EVP_CipherInit_ex(context.get(), cipher(sa), nullptr, cipher_key(sa).data(), start.data(),
                    encrypt);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  EVP_CipherUpdate(context.get(), out.data(), &length, in.data(), static_cast<int>(in.size()));
  return out;
}

// RFC 4303 2.8, RFC 2403, RFC 2404, RFC 4868: over SPI .. text, and the upper half of the number
// with ESN.
Bytes hmac(const spa_sa& sa, ByteView esp, std::uint32_t seq_hi) {
  Bytes input(esp.begin(), esp.end());
  if (esn(sa)) append(input, be32(seq_hi));
  Bytes out(EVP_MAX_MD_SIZE);
  HMAC(digest(sa), sa.auth_key, sa.auth_key_len, input.data(), input.size(), out.data(), nullptr);
  out.resize(sa.icv_len);
  return out;
}

struct Sealed {
  Bytes text;
  Bytes tag;
};
// RFC 4106, RFC 7634: the text through the cipher, and the tag over the cipher text. RFC 4543: the
// text is only authenticated, after the IV.
Sealed combined(const spa_sa& sa, ByteView spi_seq, std::uint32_t seq_hi, ByteView iv, ByteView in,
                ByteView expect) {
  Bytes nonce(sa.salt, sa.salt + 4);
  append(nonce, iv);
  Bytes aad(spi_seq.begin(), spi_seq.begin() + 4);
  if (esn(sa)) append(aad, be32(seq_hi));
  append(aad, spi_seq.subspan(4, 4));
  if (is_gmac(sa)) {
    append(aad, iv);
    append(aad, in);
  }
  const bool encrypt = expect.empty();
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  Sealed out{Bytes(in.begin(), in.end()), Bytes(sa.icv_len)};
  int length = 0;
  EVP_CipherInit_ex(context.get(), cipher(sa), nullptr, sa.key, nonce.data(), encrypt ? 1 : 0);
  EVP_CipherUpdate(context.get(), nullptr, &length, aad.data(), static_cast<int>(aad.size()));
  if (!is_gmac(sa))
    EVP_CipherUpdate(context.get(), out.text.data(), &length, in.data(),
                     static_cast<int>(in.size()));
  if (!encrypt) {
    Bytes tag(expect.begin(), expect.end());
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, sa.icv_len, tag.data());
  }
  std::uint8_t none[1];
  if (EVP_CipherFinal_ex(context.get(), none, &length) != 1) return {{}, {}};
  if (encrypt)
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, sa.icv_len, out.tag.data());
  return out;
}

}  // namespace

Bytes reference_seal(const spa_sa& sa, std::uint64_t sequence, ByteView iv, ByteView text) {
  const auto seq_hi = static_cast<std::uint32_t>(sequence >> 32);
  Bytes esp = be32(card::from_be(sa.spi));
  append(esp, be32(static_cast<std::uint32_t>(sequence)));
  append(esp, iv);
  if (is_combined(sa)) {
    const Sealed sealed = combined(sa, ByteView(esp).first(8), seq_hi, iv, text, {});
    append(esp, sealed.text);
    append(esp, sealed.tag);
    return esp;
  }
  append(esp, crypt(sa, iv, text, 1));
  append(esp, hmac(sa, esp, seq_hi));
  return esp;
}

std::optional<Bytes> reference_open(const spa_sa& sa, std::uint32_t seq_hi, ByteView esp) {
  const std::size_t text_at = 8 + iv_length(sa);
  const ByteView iv = esp.subspan(8, iv_length(sa));
  const ByteView icv = esp.last(sa.icv_len);
  const ByteView text = esp.subspan(text_at, esp.size() - text_at - sa.icv_len);
  if (is_combined(sa)) {
    Sealed opened = combined(sa, esp.first(8), seq_hi, iv, text, icv);
    if (opened.tag.empty()) return std::nullopt;
    return std::move(opened.text);
  }
  const Bytes expected = hmac(sa, esp.first(esp.size() - sa.icv_len), seq_hi);
  if (!std::equal(icv.begin(), icv.end(), expected.begin())) return std::nullopt;
  return crypt(sa, iv, text, 0);
}

}  // namespace spa::esp::test
