// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/name.h"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace spa::pki {

namespace {

std::string attribute_name(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  // As the router prints the names of PKCS #9 (R-SHOW-14).
  if (nid == NID_pkcs9_unstructuredName) return "hostname";
  if (nid == NID_pkcs9_unstructuredAddress) return "ipaddress";
  if (nid != NID_undef) {
    std::string name = OBJ_nid2sn(nid);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
  }
  char oid[128];
  OBJ_obj2txt(oid, sizeof oid, object, 1);
  return oid;
}

// Certificates are foreign text on the operator's terminal: no control character gets through.
std::string printable(const unsigned char* data, int size) {
  std::string text;
  for (int i = 0; i < size; ++i) {
    if (data[i] < 0x20 || data[i] == 0x7f) {
      text += "\\x" + to_hex({data + i, 1});
    } else {
      text += static_cast<char>(data[i]);
    }
  }
  return text;
}

std::string value_of(const X509_NAME_ENTRY* entry) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
  if (size < 0) return {};
  std::string value = printable(utf8, size);
  OPENSSL_free(utf8);
  return value;
}

std::string folded(const std::string& value) {
  std::string result;
  bool blank = false;
  for (const unsigned char c : value) {
    if (std::isspace(c)) {
      blank = !result.empty();
      continue;
    }
    if (blank) result += ' ';
    blank = false;
    result += static_cast<char>(std::tolower(c));
  }
  return result;
}

}  // namespace

std::vector<NameAttribute> attributes(const X509_name_st* name) {
  std::vector<NameAttribute> list;
  for (int i = X509_NAME_entry_count(name) - 1; i >= 0; --i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    list.emplace_back(attribute_name(X509_NAME_ENTRY_get_object(entry)), value_of(entry));
  }
  return list;
}

std::string to_string(const X509_name_st* name) {
  std::string text;
  for (const auto& [attribute, value] : attributes(name)) {
    if (!text.empty()) text += ',';
    text += attribute + "=" + value;
  }
  return text;
}

Bytes to_der(const X509_name_st* name) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_NAME(name, &der);
  if (size < 0) return {};
  Bytes octets(der, der + size);
  OPENSSL_free(der);
  return octets;
}

namespace {

using NamePtr = std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)>;

// Null when the octets are not exactly one name.
NamePtr from_der(ByteView der) {
  const unsigned char* cursor = der.data();
  NamePtr name(d2i_X509_NAME(nullptr, &cursor, static_cast<long>(der.size())), X509_NAME_free);
  if (name && cursor != der.data() + der.size()) name.reset();
  return name;
}

}  // namespace

Result<std::string> printed_name(ByteView der) {
  const NamePtr name = from_der(der);
  if (!name) return fail(Errc::kInvalid, "a distinguished name is not valid DER");
  return to_string(name.get());
}

std::vector<NameAttribute> attributes(ByteView der) {
  const NamePtr name = from_der(der);
  return name ? attributes(name.get()) : std::vector<NameAttribute>{};
}

Bytes canonical(const X509_name_st* name) {
  Bytes key;
  for (const auto& [attribute, value] : attributes(name)) {
    const std::string part = attribute + "=" + folded(value);
    key.insert(key.end(), part.begin(), part.end());
    key.push_back(0);
  }
  return key;
}

bool same_name(ByteView a, ByteView b) {
  const NamePtr first = from_der(a);
  const NamePtr second = from_der(b);
  return first && second && canonical(first.get()) == canonical(second.get());
}

}  // namespace spa::pki
