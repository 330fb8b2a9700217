// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/crypto_backend.h"

#include "firmware-sim/esp/backends.h"

namespace spa::esp {

std::unique_ptr<CryptoBackend> make_crypto_backend(Backend backend) {
#ifdef SPA_HAVE_IPSEC_MB
  if (backend != Backend::kOpenSsl) {
    if (auto made = make_ipsec_mb_backend()) return made;
  }
#endif
  if (backend == Backend::kIpsecMb) return nullptr;
  return make_openssl_backend();
}

}  // namespace spa::esp
