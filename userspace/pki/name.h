// SPDX-License-Identifier: Apache-2.0
// Distinguished names in the three forms that are needed: printed, matched, compared.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

struct X509_name_st;

namespace spa::pki {

// One attribute: short name in lower case ("cn", "ou", "st") or dotted OID, and its value as UTF-8
// in which control characters are escaped.
using NameAttribute = std::pair<std::string, std::string>;

// Most specific attribute first, as the router prints them (R-SHOW-14).
[[nodiscard]] std::vector<NameAttribute> attributes(const X509_name_st* name);

// "cn=peer,o=Example,c=US"
[[nodiscard]] std::string to_string(const X509_name_st* name);

// The DER encoding.
[[nodiscard]] Bytes to_der(const X509_name_st* name);
// The name in a DER encoding, printed. kInvalid when it is none.
[[nodiscard]] Result<std::string> printed_name(ByteView der);

// Its attributes; none when it is no name.
[[nodiscard]] std::vector<NameAttribute> attributes(ByteView der);

// A key for comparisons: case folded and blanks collapsed (RFC 5280 7.1), so that two encodings of
// one name agree.
[[nodiscard]] Bytes canonical(const X509_name_st* name);
// The same for names in DER. False unless both are valid.
[[nodiscard]] bool same_name(ByteView a, ByteView b);

}  // namespace spa::pki
