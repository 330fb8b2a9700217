// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/path.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <string>

namespace spa::pki {

namespace {

// 112 bits of security: RSA from 2048, SHA-2 (NIST SP 800-57).
constexpr int kModernLevel = 2;

using StorePtr = std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)>;
using ContextPtr = std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)>;

struct StackDeleter {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

Error refusal(X509_STORE_CTX* context, const Certificate& leaf) {
  const int code = X509_STORE_CTX_get_error(context);
  const X509* at = X509_STORE_CTX_get_current_cert(context);
  const std::string subject = at != nullptr ? to_string(X509_get_subject_name(at)) : leaf.subject();
  std::string text = "certificate " + subject;
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      text += " has expired";
      break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      text += " is not yet valid";
      break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      text += " was issued by a CA that is not trusted here (" + leaf.issuer() + ")";
      return {Errc::kNotFound, text};
    case X509_V_ERR_CA_MD_TOO_WEAK:
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      text += std::string(" is too weak (") + X509_verify_cert_error_string(code) +
              "); \"crypto legacy-algorithms\" would accept it";
      break;
    default:
      text += std::string(": ") + X509_verify_cert_error_string(code);
  }
  return {Errc::kDenied, text};
}

}  // namespace

Result<std::vector<Certificate>> build_path(const std::vector<Certificate>& chain,
                                            const std::vector<Certificate>& authorities,
                                            const std::vector<Certificate>& intermediates,
                                            WallTime now, bool legacy) {
  if (chain.empty()) return fail(Errc::kInvalid, "the peer sent no certificate");
  if (chain.size() > kMaxChainLength)
    return fail(Errc::kExhausted, "the peer sent more than 10 certificates");
  const StorePtr store(X509_STORE_new(), X509_STORE_free);
  const ContextPtr context(X509_STORE_CTX_new(), X509_STORE_CTX_free);
  const std::unique_ptr<STACK_OF(X509), StackDeleter> untrusted(sk_X509_new_null());
  for (const Certificate& authority : authorities)
    X509_STORE_add_cert(store.get(), authority.native());
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(untrusted.get(), chain[i].native());
  for (const Certificate& helper : intermediates) sk_X509_push(untrusted.get(), helper.native());
  if (X509_STORE_CTX_init(context.get(), store.get(), chain.front().native(), untrusted.get()) !=
      1) {
    return fail(Errc::kCrypto, "certificate validation cannot start: " + openssl_reason());
  }
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, std::chrono::system_clock::to_time_t(now));
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(kMaxChainLength));
  X509_VERIFY_PARAM_set_auth_level(parameters, legacy ? 0 : kModernLevel);
  // An intermediate CA that the operator trusts is trusted, without its root.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  const int verdict = X509_verify_cert(context.get());
  ERR_clear_error();
  if (verdict != 1) return tl::unexpected(refusal(context.get(), chain.front()));
  std::vector<Certificate> path;
  const STACK_OF(X509)* verified = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(verified); ++i) {
    path.push_back(Certificate::from_native(sk_X509_value(verified, i)));
  }
  return path;
}

}  // namespace spa::pki
