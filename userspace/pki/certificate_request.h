// SPDX-License-Identifier: Apache-2.0
// What an authority is asked for: PKCS #10 (RFC 2986), with the attributes of PKCS #9 (RFC 2985).
#pragma once

#include <string>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"
#include "userspace/pki/key_store.h"

namespace spa::pki {

// What a request says besides the key (R-PKI-19, R-DLG-3). Empty texts are left out.
struct RequestContent {
  std::string fqdn;                            // unstructuredName, of IA5String
  std::string address;                         // unstructuredAddress
  std::string serial_number;                   // of the router
  std::string subject_name;                    // "ou=green,c=IN", as it is typed
  std::vector<std::string> alternative_names;  // dNSName of subjectAltName
  KeyUsage usage = KeyUsage::kGeneral;
  SecretBytes challenge;  // the password that revocation is asked for with
};

// kInvalid for a name that cannot be read, with the part that is wrong. The hash of the signature
// is SHA-256, or the longest that a short key has room for.
[[nodiscard]] Result<Bytes> make_certificate_request(const RequestContent& content,
                                                     const crypto::PrivateKey& key);
// Whether a name as it is typed can be read.
[[nodiscard]] Status check_subject_name(const std::string& subject_name);

// In lines of 64 characters, without a head.
[[nodiscard]] std::string base64_lines(ByteView octets);

}  // namespace spa::pki
