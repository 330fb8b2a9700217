// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/certificate_request.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <memory>

#include "userspace/pki/certificate.h"

namespace spa::pki {
namespace {

using RequestPtr = std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)>;
using NamePtr = std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)>;

struct ExtensionsFree {
  void operator()(STACK_OF(X509_EXTENSION) * list) const {
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
  }
};
using ExtensionsPtr = std::unique_ptr<STACK_OF(X509_EXTENSION), ExtensionsFree>;

// As they are typed, in any case.
struct Attribute {
  const char* word;
  int nid;
};
constexpr std::array<Attribute, 14> kAttributes{{{"cn", NID_commonName},
                                                 {"c", NID_countryName},
                                                 {"o", NID_organizationName},
                                                 {"ou", NID_organizationalUnitName},
                                                 {"st", NID_stateOrProvinceName},
                                                 {"l", NID_localityName},
                                                 {"e", NID_pkcs9_emailAddress},
                                                 {"ea", NID_pkcs9_emailAddress},
                                                 {"email", NID_pkcs9_emailAddress},
                                                 {"sn", NID_serialNumber},
                                                 {"serialnumber", NID_serialNumber},
                                                 {"t", NID_title},
                                                 {"dc", NID_domainComponent},
                                                 {"dnq", NID_dnQualifier}}};

// A PrintableString where it can be one, as old authorities expect.
int string_type(int nid, std::string_view value) {
  if (nid == NID_pkcs9_emailAddress || nid == NID_domainComponent ||
      nid == NID_pkcs9_unstructuredName)
    return V_ASN1_IA5STRING;
  const bool printable = std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view(" '()+,-./:=?").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return printable ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
}

bool add(X509_NAME* name, int nid, std::string_view value) {
  return X509_NAME_add_entry_by_NID(name, nid, string_type(nid, value),
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Status add_attribute(X509_NAME* name, std::string_view part) {
  const std::size_t equals = part.find('=');
  const std::string_view word = trimmed(part.substr(0, equals));
  const std::string_view value =
      equals == part.npos ? std::string_view() : trimmed(part.substr(equals + 1));
  const auto known = std::find_if(kAttributes.begin(), kAttributes.end(), [&](const auto& a) {
    return word.size() == std::string_view(a.word).size() &&
           strncasecmp(a.word, word.data(), word.size()) == 0;
  });
  if (value.empty() || known == kAttributes.end())
    return fail(Errc::kInvalid, "\"" + std::string(part) +
                                    "\" is no part of a name; parts are cn=, ou=, o=, l=, st=, "
                                    "c=, email= and a value, with commas between them");
  if (known->nid == NID_countryName && value.size() != 2)
    return fail(Errc::kInvalid, "\"" + std::string(part) + "\": a country has two letters");
  if (!add(name, known->nid, value))
    return fail(Errc::kInvalid,
                "\"" + std::string(part) + "\" cannot be written into a name: " + openssl_reason());
  return {};
}

// "ou=green,c=IN"; a comma that belongs to a value has a backslash before it.
Status add_subject_name(X509_NAME* name, std::string_view text) {
  std::string part;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == ',') {
      if (Status added = add_attribute(name, trimmed(part)); !added) return added;
      part.clear();
      continue;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    part += text[i];
  }
  return {};
}

// In the order of the router: its own name first, so that it is printed last (R-SHOW-14).
Status fill_name(X509_NAME* name, const RequestContent& content) {
  const std::array<std::pair<int, const std::string*>, 3> own{
      {{NID_serialNumber, &content.serial_number},
       {NID_pkcs9_unstructuredAddress, &content.address},
       {NID_pkcs9_unstructuredName, &content.fqdn}}};
  for (const auto& [nid, value] : own)
    if (!value->empty() && !add(name, nid, *value))
      return fail(Errc::kInvalid,
                  "\"" + *value + "\" cannot be written into a name: " + openssl_reason());
  if (content.subject_name.empty()) return {};
  return add_subject_name(name, content.subject_name);
}

bool add_key_usage(STACK_OF(X509_EXTENSION) * *list, KeyUsage usage) {
  const std::unique_ptr<ASN1_BIT_STRING, decltype(&ASN1_BIT_STRING_free)> bits(
      ASN1_BIT_STRING_new(), ASN1_BIT_STRING_free);
  constexpr int kDigitalSignature = 0, kKeyEncipherment = 2;  // RFC 5280 4.2.1.3
  if (!bits) return false;
  if (usage != KeyUsage::kEncryption &&
      ASN1_BIT_STRING_set_bit(bits.get(), kDigitalSignature, 1) != 1)
    return false;
  if (usage != KeyUsage::kSignature &&
      ASN1_BIT_STRING_set_bit(bits.get(), kKeyEncipherment, 1) != 1)
    return false;
  return X509V3_add1_i2d(list, NID_key_usage, bits.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_alternative_names(STACK_OF(X509_EXTENSION) * *list,
                           const std::vector<std::string>& names) {
  if (names.empty()) return true;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(GENERAL_NAMES_new(),
                                                                          GENERAL_NAMES_free);
  if (!all) return false;
  for (const std::string& text : names) {
    std::unique_ptr<GENERAL_NAME, decltype(&GENERAL_NAME_free)> name(GENERAL_NAME_new(),
                                                                     GENERAL_NAME_free);
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    if (!name || value == nullptr ||
        ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) != 1) {
      ASN1_IA5STRING_free(value);
      return false;
    }
    GENERAL_NAME_set0_value(name.get(), GEN_DNS, value);
    if (sk_GENERAL_NAME_push(all.get(), name.get()) == 0) return false;
    static_cast<void>(name.release());
  }
  return X509V3_add1_i2d(list, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_attributes(X509_REQ* request, const RequestContent& content) {
  STACK_OF(X509_EXTENSION)* list = nullptr;
  const bool made = add_key_usage(&list, content.usage) &&
                    add_alternative_names(&list, content.alternative_names);
  const ExtensionsPtr extensions(list);
  if (!made || X509_REQ_add_extensions(request, extensions.get()) != 1) return false;
  if (content.challenge.empty()) return true;
  const std::string_view password(reinterpret_cast<const char*>(content.challenge.data()),
                                  content.challenge.size());
  return X509_REQ_add1_attr_by_NID(request, NID_pkcs9_challengePassword,
                                   string_type(NID_pkcs9_challengePassword, password),
                                   content.challenge.data(),
                                   static_cast<int>(content.challenge.size())) == 1;
}

// What PKCS #1 v1.5 needs beside the hash: its AlgorithmIdentifier and 11 octets (RFC 8017 9.2).
const EVP_MD* longest_hash(const crypto::PrivateKey& key) {
  if (key.type() != crypto::KeyType::kRsa) return EVP_sha256();
  const unsigned octets = key.bits() / 8;
  if (octets >= 62) return EVP_sha256();
  return octets >= 46 ? EVP_sha1() : EVP_md5();
}

}  // namespace

Result<Bytes> make_certificate_request(const RequestContent& content,
                                       const crypto::PrivateKey& key) {
  const RequestPtr request(X509_REQ_new(), X509_REQ_free);
  if (!request) return fail(Errc::kCrypto, "certificate request: " + openssl_reason());
  if (Status filled = fill_name(X509_REQ_get_subject_name(request.get()), content); !filled)
    return tl::unexpected(filled.error());
  if (X509_REQ_set_version(request.get(), 0) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.native()) != 1 ||
      !add_attributes(request.get(), content) ||
      X509_REQ_sign(request.get(), key.native(), longest_hash(key)) <= 0)
    return fail(Errc::kCrypto, "certificate request: " + openssl_reason());
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_REQ(request.get(), &encoded);
  if (size <= 0) return fail(Errc::kCrypto, "certificate request: " + openssl_reason());
  Bytes der(encoded, encoded + size);
  OPENSSL_free(encoded);
  return der;
}

Status check_subject_name(const std::string& subject_name) {
  const NamePtr name(X509_NAME_new(), X509_NAME_free);
  if (!name) return fail(Errc::kExhausted, "no memory for a name");
  return add_subject_name(name.get(), subject_name);
}

std::string base64_lines(ByteView octets) {
  std::string base64(4 * ((octets.size() + 2) / 3) + 1, '\0');
  base64.resize(
      static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                               octets.data(), static_cast<int>(octets.size()))));
  constexpr std::size_t kLine = 64;
  std::string lines;
  for (std::size_t at = 0; at < base64.size(); at += kLine)
    lines += base64.substr(at, kLine) + "\n";
  return lines;
}

}  // namespace spa::pki
