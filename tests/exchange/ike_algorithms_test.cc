// SPDX-License-Identifier: Apache-2.0
// Every algorithm that an IKE SA can be made of, through IKE_SA_INIT, IKE_AUTH and a rekeying.
#include "tests/exchange/two_routers.h"
#include "userspace/crypto/dh.h"

namespace spa::exchange {
namespace {

using namespace wire;

class IkeAlgorithms : public TwoRouters {
 protected:
  static void propose(Router& router, const policy::Ikev2Proposal& proposal) {
    router.config.legacy_algorithms = true;
    router.config.ikev2_proposals["P"] = proposal;
    policy::Ikev2Policy policy;
    policy.name = "POL";
    policy.proposals = {"P"};
    router.config.ikev2_policies["POL"] = policy;
  }

  // Brings a fresh tunnel up with one proposal at both ends, and rekeys the IKE SA.
  void exercise(const policy::Ikev2Proposal& proposal) {
    for (Router* r : {&left, &right}) {
      r->database.pairs.clear();
      r->manager.reset();
      propose(*r, proposal);
      r->profile().lifetime_seconds = 120;
    }
    start();
    bring_up(left);
    expect_tunnel();
    run(Duration(115'000));
    EXPECT_EQ(left.manager->counters().ike_sas_rekeyed + right.manager->counters().ike_sas_rekeyed,
              2U);
    expect_tunnel();
  }
};

// RFC 7296 appendix B, RFC 3526, RFC 5114, RFC 5903, RFC 8031
TEST_F(IkeAlgorithms, EveryGroup) {
  for (const DhId group : {DhId::kModp768, DhId::kModp1024, DhId::kModp1536, DhId::kModp2048,
                           DhId::kModp3072, DhId::kModp4096, DhId::kModp6144, DhId::kModp8192,
                           DhId::kEcp256, DhId::kEcp384, DhId::kEcp521, DhId::kModp1024Sub160,
                           DhId::kModp2048Sub224, DhId::kModp2048Sub256, DhId::kCurve25519}) {
    SCOPED_TRACE(to_string(group));
    exercise({"P", {{EncrId::kAesGcm16, 128}}, {}, {PrfId::kHmacSha256}, {group}});
  }
}

// RFC 5282, RFC 5930, RFC 7634, RFC 2451
TEST_F(IkeAlgorithms, EveryCipher) {
  for (const policy::Cipher& cipher : std::vector<policy::Cipher>{{EncrId::kAesGcm16, 128},
                                                                  {EncrId::kAesGcm16, 192},
                                                                  {EncrId::kAesGcm16, 256},
                                                                  {EncrId::kAesCbc, 128},
                                                                  {EncrId::kAesCbc, 192},
                                                                  {EncrId::kAesCbc, 256},
                                                                  {EncrId::kAesCtr, 128},
                                                                  {EncrId::kAesCtr, 192},
                                                                  {EncrId::kAesCtr, 256},
                                                                  {EncrId::kChaCha20Poly1305, 0},
                                                                  {EncrId::k3Des, 0},
                                                                  {EncrId::kDes, 0}}) {
    SCOPED_TRACE(to_string(cipher.id) + "-" + std::to_string(cipher.key_bits));
    std::vector<IntegId> integrity;
    if (!is_aead(cipher.id)) integrity = {IntegId::kHmacSha256_128};
    exercise({"P", {cipher}, integrity, {PrfId::kHmacSha256}, {DhId::kCurve25519}});
  }
}

// RFC 2404, RFC 4868
TEST_F(IkeAlgorithms, EveryIntegrityAndPrf) {
  struct Pair {
    IntegId integrity;
    PrfId prf;
  };
  for (const Pair& p :
       {Pair{IntegId::kHmacMd5_96, PrfId::kHmacMd5}, Pair{IntegId::kHmacSha1_96, PrfId::kHmacSha1},
        Pair{IntegId::kHmacSha256_128, PrfId::kHmacSha256},
        Pair{IntegId::kHmacSha384_192, PrfId::kHmacSha384},
        Pair{IntegId::kHmacSha512_256, PrfId::kHmacSha512}}) {
    SCOPED_TRACE(to_string(p.integrity));
    exercise({"P", {{EncrId::kAesCbc, 128}}, {p.integrity}, {p.prf}, {DhId::kEcp256}});
  }
}

}  // namespace
}  // namespace spa::exchange
