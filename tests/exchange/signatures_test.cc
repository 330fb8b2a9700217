// SPDX-License-Identifier: Apache-2.0
// Every signature that an end may prove itself with (RFC 7427, RFC 4754, RFC 8420).
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

using policy::AuthMethod;

class Signatures : public TwoRouters {
 protected:
  void use(Router& router, const std::string& subject, crypto::KeyType type, AuthMethod method) {
    router.use_certificates(subject);
    if (type != crypto::KeyType::kRsa) {
      pki.entries.at(subject).own =
          std::make_shared<const crypto::PrivateKey>(*crypto::PrivateKey::generate_ec(type));
    }
    router.profile().local_auth = method;
    router.profile().remote_auth = {AuthMethod::kRsaSig, AuthMethod::kEcdsaSig,
                                    AuthMethod::kEddsaSig};
  }
};

// RFC 7427 3, RFC 8420: each end with another kind of key.
TEST_F(Signatures, EveryKindOfKey) {
  struct Case {
    crypto::KeyType type;
    AuthMethod method;
    const char* name;
  };
  for (const Case& c : {Case{crypto::KeyType::kEcdsaP256, AuthMethod::kEcdsaSig, "ECDSA"},
                        Case{crypto::KeyType::kEcdsaP384, AuthMethod::kEcdsaSig, "ECDSA"},
                        Case{crypto::KeyType::kEcdsaP521, AuthMethod::kEcdsaSig, "ECDSA"},
                        Case{crypto::KeyType::kEd25519, AuthMethod::kEddsaSig, "EdDSA"}}) {
    SCOPED_TRACE(crypto::to_string(c.type));
    for (Router* r : {&left, &right}) {
      r->manager.reset();
      r->database.pairs.clear();
    }
    use(left, "CN=left", c.type, c.method);
    use(right, "CN=right", crypto::KeyType::kRsa, AuthMethod::kRsaSig);
    start();
    bring_up(right);
    expect_tunnel();
    EXPECT_EQ(left.status()[0].local_auth, c.name);
    EXPECT_EQ(right.status()[0].remote_auth, c.name);
    EXPECT_EQ(right.status()[0].local_auth, "RSA");
  }
}

// RFC 7427 3: RSASSA-PSS where it is configured; a peer takes it as rsa-sig.
TEST_F(Signatures, RsaPss) {
  use(left, "CN=left", crypto::KeyType::kRsa, AuthMethod::kRsaSig);
  use(right, "CN=right", crypto::KeyType::kRsa, AuthMethod::kRsaSig);
  left.profile().rsa_pss = true;
  start();
  bring_up(left);
  expect_tunnel();
}

// The profile says which kinds of proof a peer may give.
TEST_F(Signatures, AnotherKindThanAllowed) {
  use(left, "CN=left", crypto::KeyType::kEcdsaP256, AuthMethod::kEcdsaSig);
  use(right, "CN=right", crypto::KeyType::kRsa, AuthMethod::kRsaSig);
  right.profile().remote_auth = {AuthMethod::kRsaSig};
  start();
  bring_up(left);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_EQ(right.manager->counters().auth_failures, 1U);
}

// A trustpoint whose key is of another type than the configured method is not taken.
TEST_F(Signatures, NoKeyOfThatType) {
  use(left, "CN=left", crypto::KeyType::kRsa, AuthMethod::kEcdsaSig);
  use(right, "CN=right", crypto::KeyType::kRsa, AuthMethod::kRsaSig);
  start();
  bring_up(left);
  EXPECT_EQ(left.up(), 0U);
  EXPECT_TRUE(left.log.has("has a key of type RSA"));
}

}  // namespace
}  // namespace spa::exchange
