// SPDX-License-Identifier: Apache-2.0
#include "tests/device/pka/oracle.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

namespace spa::pka::test {
namespace {

const char* modp_name(std::uint16_t group) {
  switch (group) {
    case SPA_PK_MODP1536:
      return "modp_1536";
    case SPA_PK_MODP2048:
      return "modp_2048";
    case SPA_PK_MODP3072:
      return "modp_3072";
    case SPA_PK_MODP4096:
      return "modp_4096";
    default:
      return nullptr;
  }
}

const char* curve_name(std::uint16_t group) {
  switch (group) {
    case SPA_PK_ECP256:
      return "P-256";
    case SPA_PK_ECP384:
      return "P-384";
    case SPA_PK_ECP521:
      return "P-521";
    default:
      return nullptr;
  }
}

// Domain parameters, and with `peer` a public key, of a modp group.
Key modp_key(std::uint16_t group, ByteView peer) {
  OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
  BIGNUM* p = nullptr;
  BIGNUM* g = BN_new();
  BIGNUM* y = BN_bin2bn(peer.data(), static_cast<int>(peer.size()), nullptr);
  BN_set_word(g, 2);
  if (const char* name = modp_name(group)) {
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
  } else {
    p = group == SPA_PK_MODP768 ? BN_get_rfc2409_prime_768(nullptr)
                                : BN_get_rfc2409_prime_1024(nullptr);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, p);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, g);
  }
  if (!peer.empty()) OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PUB_KEY, y);
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(build);
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &key,
                    peer.empty() ? EVP_PKEY_KEY_PARAMETERS : EVP_PKEY_PUBLIC_KEY, params);
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(build);
  BN_free(p);
  BN_free(g);
  BN_free(y);
  return Key(key);
}

Key peer_key(std::uint16_t group, EVP_PKEY& own, ByteView peer) {
  if (group == SPA_PK_X25519)
    return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
  if (!curve_name(group)) return modp_key(group, peer);
  Bytes point{4};
  point.insert(point.end(), peer.begin(), peer.end());
  Key key(EVP_PKEY_new());
  EVP_PKEY_copy_parameters(key.get(), &own);
  EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size());
  return key;
}

}  // namespace

Bytes from_hex(std::string_view text) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}

Key oracle_generate(std::uint16_t group) {
  if (group == SPA_PK_X25519) return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  if (const char* curve = curve_name(group)) return Key(EVP_EC_gen(curve));
  const Key parameters = modp_key(group, {});
  const KeyContext context(EVP_PKEY_CTX_new(parameters.get(), nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_keygen(context.get(), &key);
  return Key(key);
}

Bytes oracle_public(std::uint16_t group, EVP_PKEY& key) {
  unsigned char* encoded = nullptr;
  const std::size_t length = EVP_PKEY_get1_encoded_public_key(&key, &encoded);
  Bytes out(encoded, encoded + length);
  OPENSSL_free(encoded);
  if (curve_name(group)) out.erase(out.begin());
  return out;
}

Bytes oracle_derive(std::uint16_t group, EVP_PKEY& key, ByteView peer) {
  const Key theirs = peer_key(group, key, peer);
  const KeyContext context(EVP_PKEY_CTX_new(&key, nullptr));
  std::size_t length = 0;
  EVP_PKEY_derive_init(context.get());
  if (!modp_name(group) && EVP_PKEY_is_a(&key, "DH")) {
    EVP_PKEY_CTX_set_dh_pad(context.get(), 1);
    EVP_PKEY_derive_set_peer_ex(context.get(), theirs.get(), 0);
  } else {
    if (modp_name(group)) EVP_PKEY_CTX_set_dh_pad(context.get(), 1);
    EVP_PKEY_derive_set_peer(context.get(), theirs.get());
  }
  EVP_PKEY_derive(context.get(), nullptr, &length);
  Bytes out(length);
  EVP_PKEY_derive(context.get(), out.data(), &length);
  out.resize(length);
  return out;
}

Reply run(const Pka& pka, std::uint16_t op, std::uint16_t alg, std::uint32_t key,
          std::uint32_t owner, ByteView in) {
  const PkReply reply = pka.execute({op, alg, key, owner, SPA_PK_DATA_MAX}, in);
  return {reply.status, reply.handle, Bytes(reply.out.begin(), reply.out.end())};
}

}  // namespace spa::pka::test
