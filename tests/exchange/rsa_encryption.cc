// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/rsa_encryption.h"

namespace spa::exchange {

void use_rsa_encryption(Router& router, const std::string& subject,
                        const crypto::PublicKey& peer_key) {
  router.use_ikev1();
  router.credentials.points["TP"] = {"CN=Test CA", subject};
  router.config.trustpoints.clear();
  router.config.trustpoints.emplace_back().name = "TP";
  router.config.isakmp.policies.at(10).auth = policy::IsakmpAuth::kRsaEncr;
  policy::RsaPublicKey known;
  known.address = router.peer_address;
  known.der = *peer_key.to_der();
  router.config.isakmp.keyrings.at(policy::kDefaultKeyring).public_keys = {std::move(known)};
}

}  // namespace spa::exchange
