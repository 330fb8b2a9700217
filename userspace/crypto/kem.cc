// SPDX-License-Identifier: Apache-2.0
// The functions are those of OpenSSL 3.0, whatever algorithms it has: no version is asked for.
#include "userspace/crypto/kem.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <string>

#include "userspace/crypto/openssl_util.h"

namespace spa::crypto {
namespace {

const char* name_of(DhGroup group) {
  switch (group) {
    case DhGroup::kMlKem512:
      return "ML-KEM-512";
    case DhGroup::kMlKem768:
      return "ML-KEM-768";
    case DhGroup::kMlKem1024:
      return "ML-KEM-1024";
    default:
      return nullptr;
  }
}

class KemPrivate final : public DhPrivate {
 public:
  explicit KemPrivate(PkeyPtr key) : key_(std::move(key)) {}
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

 private:
  PkeyPtr key_;
};

bool look_for(const char* name) {
  if (name == nullptr) return false;
  using KeyManagementPtr = std::unique_ptr<EVP_KEYMGMT, FreeWith<EVP_KEYMGMT_free>>;
  using KemPtr = std::unique_ptr<EVP_KEM, FreeWith<EVP_KEM_free>>;
  const KeyManagementPtr keys(EVP_KEYMGMT_fetch(nullptr, name, nullptr));
  const KemPtr kem(EVP_KEM_fetch(nullptr, name, nullptr));
  const bool found = keys && kem;
  if (!found) (void)openssl_reason("");  // its error queue is empty afterwards
  return found;
}

tl::unexpected<Error> unsupported(DhGroup group) {
  return fail(Errc::kUnsupported, std::string(to_string(group)) +
                                      " is not in this machine's OpenSSL: version 3.5 has it");
}

PkeyPtr import(DhGroup group, ByteView peer_key) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, name_of(group), nullptr));
  Bytes octets = to_bytes(peer_key);
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, octets.data(), octets.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (context && EVP_PKEY_fromdata_init(context.get()) == 1) {
    (void)EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params);
  }
  return PkeyPtr(key);
}

}  // namespace

bool kem_supported(DhGroup group) {
  static const bool small = look_for(name_of(DhGroup::kMlKem512));
  static const bool middle = look_for(name_of(DhGroup::kMlKem768));
  static const bool large = look_for(name_of(DhGroup::kMlKem1024));
  switch (group) {
    case DhGroup::kMlKem512:
      return small;
    case DhGroup::kMlKem768:
      return middle;
    case DhGroup::kMlKem1024:
      return large;
    default:
      return false;
  }
}

Result<DhKey> kem_generate(DhGroup group) {
  if (!kem_supported(group)) return unsupported(group);
  PkeyPtr made(EVP_PKEY_Q_keygen(nullptr, nullptr, name_of(group)));
  if (!made) return openssl_failure("key pair");
  DhKey key;
  key.group = group;
  key.public_value.resize(public_size(group));
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(made.get(), OSSL_PKEY_PARAM_PUB_KEY, key.public_value.data(),
                                      key.public_value.size(), &size) != 1 ||
      size != key.public_value.size()) {
    return openssl_failure("encapsulation key");
  }
  key.secret = std::make_shared<KemPrivate>(std::move(made));
  return key;
}

Result<Encapsulation> kem_encapsulate(DhGroup group, ByteView peer_key) {
  if (!kem_supported(group)) return unsupported(group);
  const PkeyPtr peer = import(group, peer_key);
  if (!peer) return openssl_failure("the peer's encapsulation key is refused", Errc::kInvalid);
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, peer.get(), nullptr));
  if (!context || EVP_PKEY_encapsulate_init(context.get(), nullptr) != 1) {
    return openssl_failure("encapsulate");
  }
  Encapsulation out{Bytes(reply_size(group)), SecretBytes(shared_size(group))};
  std::size_t sent = out.reply.size(), shared = out.shared.size();
  if (EVP_PKEY_encapsulate(context.get(), out.reply.data(), &sent, out.shared.data(), &shared) !=
          1 ||
      sent != out.reply.size() || shared != out.shared.size()) {
    return openssl_failure("the peer's encapsulation key gives no secret", Errc::kInvalid);
  }
  return out;
}

Result<SecretBytes> kem_decapsulate(const DhKey& key, ByteView ciphertext) {
  const auto* own = dynamic_cast<const KemPrivate*>(key.secret.get());
  if (own == nullptr) return fail(Errc::kUnsupported, "the private value is not in this process");
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, own->key(), nullptr));
  if (!context || EVP_PKEY_decapsulate_init(context.get(), nullptr) != 1) {
    return openssl_failure("decapsulate");
  }
  SecretBytes out(shared_size(key.group));
  std::size_t size = out.size();
  if (EVP_PKEY_decapsulate(context.get(), out.data(), &size, ciphertext.data(),
                           ciphertext.size()) != 1 ||
      size != out.size()) {
    return openssl_failure("the peer's ciphertext gives no secret", Errc::kInvalid);
  }
  return out;
}

}  // namespace spa::crypto
