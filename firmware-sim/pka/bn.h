// SPDX-License-Identifier: Apache-2.0
// OpenSSL's big numbers, owned; secret ones are wiped when freed.
#pragma once

#include <openssl/bn.h>

#include <memory>

namespace spa::pka {

struct BnFree {
  void operator()(BIGNUM* bn) const { BN_clear_free(bn); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  void operator()(BN_MONT_CTX* context) const { BN_MONT_CTX_free(context); }
};
using Bn = std::unique_ptr<BIGNUM, BnFree>;
using BnContext = std::unique_ptr<BN_CTX, BnFree>;
using BnMontgomery = std::unique_ptr<BN_MONT_CTX, BnFree>;

}  // namespace spa::pka
