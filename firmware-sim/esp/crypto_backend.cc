// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/esp/crypto_backend.h"

#include "firmware-sim/esp/backends.h"

namespace spa::esp {

Transform make_transform(const CipherTraits& cipher, spa_auth auth, std::size_t icv, bool esn,
                         bool outbound) {
  Transform out;
  out.cipher = cipher.cipher;
  out.auth = auth;
  out.iv_length = cipher.iv_length;
  out.icv_length = static_cast<std::uint8_t>(icv);
  out.block = cipher.block;
  out.combined = cipher.combined;
  out.counter_iv = cipher.counter_iv;
  out.esn = esn;
  out.outbound = outbound;
  return out;
}

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
