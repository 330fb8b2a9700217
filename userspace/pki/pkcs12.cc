// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include <memory>

#include "userspace/pki/pkcs12_cost.h"

namespace spa::pki {

namespace {

struct Parts {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509) * others = nullptr;
  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    EVP_PKEY_free(key);
    X509_free(certificate);
    sk_X509_pop_free(others, X509_free);
  }
};

}  // namespace

Result<Pkcs12> parse_pkcs12(ByteView content, std::string_view password) {
  if (content.size() > kMaxPkcs12Size) {
    return fail(Errc::kExhausted, "the PKCS#12 file is longer than 1 MiB");
  }
  const unsigned char* cursor = content.data();
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> file(
      d2i_PKCS12(nullptr, &cursor, static_cast<long>(content.size())), PKCS12_free);
  if (!file) return fail(Errc::kInvalid, "not a PKCS#12 file: " + openssl_reason());
  const SecretBytes pass = [&] {
    SecretBytes copy = to_secret(as_bytes(password));
    copy.push_back(0);
    return copy;
  }();
  const auto* text = reinterpret_cast<const char*>(pass.data());
  if (Status good = pkcs12_is_affordable(file.get(), text); !good)
    return tl::unexpected(good.error());
  if (PKCS12_mac_present(file.get()) == 1 && PKCS12_verify_mac(file.get(), text, -1) != 1) {
    ERR_clear_error();
    return fail(Errc::kDenied, "the password of the PKCS#12 file is wrong");
  }
  Parts parts;
  if (PKCS12_parse(file.get(), text, &parts.key, &parts.certificate, &parts.others) != 1) {
    return fail(Errc::kUnsupported,
                "the PKCS#12 file cannot be decrypted (" + openssl_reason() +
                    "); if it was made by an old program, export it again with AES");
  }
  if (parts.key == nullptr || parts.certificate == nullptr) {
    return fail(Errc::kInvalid, "the PKCS#12 file lacks a private key with its certificate");
  }
  auto key = crypto::PrivateKey::from_native(parts.key);
  if (!key) return tl::unexpected(key.error());
  Pkcs12 result{std::move(*key), Certificate::from_native(parts.certificate), {}};
  for (int i = 0; i < sk_X509_num(parts.others); ++i) {
    result.others.push_back(Certificate::from_native(sk_X509_value(parts.others, i)));
  }
  return result;
}

}  // namespace spa::pki
