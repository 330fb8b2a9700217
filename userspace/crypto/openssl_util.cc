// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/openssl_util.h"

#include <openssl/err.h>

namespace spa::crypto {

std::string openssl_reason(std::string_view what) {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  std::string text(what);
  if (reason != nullptr) text.append(": ").append(reason);
  return text;
}

tl::unexpected<Error> openssl_failure(std::string_view what, Errc code) {
  return fail(code, openssl_reason(what));
}

}  // namespace spa::crypto
