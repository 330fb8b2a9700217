// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/pkcs12_cost.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace spa::pki {

namespace {

template <typename T, void (*kFree)(T*)>
struct Free {
  void operator()(T* object) const { kFree(object); }
};
template <typename T, void (*kFree)(T*)>
using Owned = std::unique_ptr<T, Free<T, kFree>>;

struct FreeSafes {
  void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
};
struct FreeBags {
  void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const {
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  }
};
using Bags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags>;

Status affordable(const ASN1_INTEGER* iterations) {
  if (iterations == nullptr) return {};  // the default is 1
  std::int64_t count = 0;
  if (ASN1_INTEGER_get_int64(&count, iterations) == 1 && count <= kMostPkcs12Iterations) return {};
  ERR_clear_error();
  return fail(Errc::kExhausted, "the PKCS#12 file wants its password hashed more than " +
                                    std::to_string(kMostPkcs12Iterations) +
                                    " times; export it again with fewer iterations");
}

// PKCS#5 (RFC 8018): scheme 1 and PKCS#12's own have one parameter structure, scheme 2 another.
// What is none of these, OpenSSL refuses later, or bounds itself (scrypt).
Status affordable(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  int type = 0;
  const void* value = nullptr;
  X509_ALGOR_get0(&object, &type, &value, algorithm);
  if (type != V_ASN1_SEQUENCE) return {};
  const auto* sequence = static_cast<const ASN1_STRING*>(value);
  if (OBJ_obj2nid(object) != NID_pbes2) {
    const Owned<PBEPARAM, PBEPARAM_free> scheme1(
        static_cast<PBEPARAM*>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBEPARAM))));
    return scheme1 ? affordable(scheme1->iter) : Status{};
  }
  const Owned<PBE2PARAM, PBE2PARAM_free> scheme2(
      static_cast<PBE2PARAM*>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBE2PARAM))));
  if (!scheme2) return {};
  X509_ALGOR_get0(&object, &type, &value, scheme2->keyfunc);
  if (OBJ_obj2nid(object) != NID_id_pbkdf2 || type != V_ASN1_SEQUENCE) return {};
  const Owned<PBKDF2PARAM, PBKDF2PARAM_free> kdf(static_cast<PBKDF2PARAM*>(
      ASN1_item_unpack(static_cast<const ASN1_STRING*>(value), ASN1_ITEM_rptr(PBKDF2PARAM))));
  return kdf ? affordable(kdf->iter) : Status{};
}

constexpr int kMostNested = 8;

Status affordable(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
  if (depth > kMostNested)
    return fail(Errc::kExhausted, "the PKCS#12 file nests its parts too deep");
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
    const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
    Status good;
    if (PKCS12_SAFEBAG_get_nid(bag) == NID_pkcs8ShroudedKeyBag) {
      const X509_ALGOR* algorithm = nullptr;
      X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
      good = affordable(algorithm);
    } else if (PKCS12_SAFEBAG_get_nid(bag) == NID_safeContentsBag) {
      good = affordable(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
    }
    if (!good) return good;
  }
  return {};
}

Status affordable(PKCS7* part, const char* password) {
  Bags bags;
  if (PKCS7_type_is_encrypted(part) == 1) {
    if (part->d.encrypted == nullptr || part->d.encrypted->enc_data == nullptr) return {};
    if (Status good = affordable(part->d.encrypted->enc_data->algorithm); !good) return good;
    bags.reset(PKCS12_unpack_p7encdata(part, password, -1));
  } else if (PKCS7_type_is_data(part) == 1) {
    bags.reset(PKCS12_unpack_p7data(part));
  }
  ERR_clear_error();
  return bags ? affordable(bags.get(), 0) : Status{};  // what cannot be opened, is refused later
}

}  // namespace

Status pkcs12_is_affordable(PKCS12* file, const char* password) {
  const ASN1_INTEGER* iterations = nullptr;
  if (PKCS12_mac_present(file) == 1) PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, file);
  if (Status good = affordable(iterations); !good) return good;
  const std::unique_ptr<STACK_OF(PKCS7), FreeSafes> safes(PKCS12_unpack_authsafes(file));
  if (!safes) {
    ERR_clear_error();
    return fail(Errc::kInvalid, "the PKCS#12 file holds nothing that can be read");
  }
  for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
    if (Status good = affordable(sk_PKCS7_value(safes.get(), i), password); !good) return good;
  }
  return {};
}

}  // namespace spa::pki
