// SPDX-License-Identifier: Apache-2.0
// What `debug crypto …` tells of whole negotiations (R-DBG). The lines are compared to the letter
// but for numbers that are made by chance.
#include "tests/exchange/debugged_routers.h"

namespace spa::exchange {
namespace {

using Match = policy::IdentityMatch::Kind;

using Ikev1Debug = DebuggedRouters;

// R-DBG-20: the quick mode is forgotten fifty seconds after it is over.
TEST_F(Ikev1Debug, NodesArePurgedAfterFiftySeconds) {
  start();
  bring_up(left);
  expect_tunnel();
  const std::string deleted = "error FALSE reason \"QM done (await)\"";
  ASSERT_TRUE(right.log.has(deleted));
  run(Duration(39000));
  EXPECT_FALSE(right.log.has("purging node"));
  run(Duration(2000));
  EXPECT_TRUE(right.log.has("purging node"));
}

// No key is told, in whatever form.
TEST_F(Ikev1Debug, NoKeyIsTold) {
  start();
  bring_up(left);
  expect_tunnel();
  Lines secrets{"a secret", to_hex(as_bytes("a secret"))};
  for (const Router* r : {&left, &right}) {
    for (const auto& [spi, pair] : r->database.pairs) {
      for (const SecretBytes* key : {&pair.keys_in.cipher, &pair.keys_in.integrity,
                                     &pair.keys_out.cipher, &pair.keys_out.integrity}) {
        ASSERT_FALSE(key->empty());
        secrets.push_back(to_hex(ByteView(*key).first(8)));
      }
    }
  }
  const std::set<std::string> all{"isakmp", "ipsec", "engine", "log"};
  std::size_t looked_at = 0;
  for (const Router* r : {&left, &right}) {
    for (const auto form : {DebugForm::kA, DebugForm::kB, DebugForm::kC, DebugForm::kPix}) {
      for (std::string line : r->log.watch(form, all)) {
        ++looked_at;
        std::ranges::transform(line, line.begin(), [](unsigned char c) { return std::tolower(c); });
        for (const std::string& secret : secrets) {
          EXPECT_EQ(line.find(secret), std::string::npos) << line;
        }
      }
    }
  }
  EXPECT_GT(looked_at, 400U);
}

// Nothing is made of what nobody watches.
TEST_F(Ikev1Debug, NothingIsToldWhenItIsOff) {
  left.log.watched = false;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(left.log.events, 0U);
  EXPECT_GT(right.log.events, 50U);
}

// R-DBG-39
TEST_F(Ikev1Debug, PoliciesThatDoNotFit) {
  right.config.isakmp.policies.at(10).hash = wire::PrfId::kHmacSha1;
  right.config.legacy_algorithms = true;
  start();
  bring_up(left);
  expect_in_order(
      right.log.watch(DebugForm::kA, {"isakmp"}),
      {"ISAKMP (0): received packet from 172.16.172.34 dport 500 sport 500 Global (N) NEW SA",
       "ISAKMP:(0): processing SA payload. message ID = 0",
       "ISAKMP:(0):Checking ISAKMP transform 1 against priority 10 policy",
       "ISAKMP:      encryption 3DES-CBC", "ISAKMP:      hash MD5",
       "ISAKMP:(0):Hash algorithm offered does not match policy!",
       "ISAKMP:(0):atts are not acceptable. Next payload is 0", "ISAKMP:(0):no offers accepted!",
       "ISAKMP:(0): phase 1 SA policy not acceptable! (local 172.16.172.39 remote "
       "172.16.172.34)"});
}

// R-DBG-39
TEST_F(Ikev1Debug, PacketsThatNoRuleIsAbout) {
  right.rules[0].selectors.local = policy::TrafficSelector::of(*IpPrefix::parse("1.1.2.0/24"));
  start();
  bring_up(left);
  expect_in_order(right.log.watch(DebugForm::kA, {"isakmp", "ipsec"}),
                  {"IPSEC(validate_transform_proposal): proxy identities not supported",
                   "ISAKMP:(1): IPSec policy invalidated proposal",
                   "ISAKMP:(1): phase 2 SA policy not acceptable! (local 172.16.172.39 remote "
                   "172.16.172.34)"});
}

// R-DBG-39
TEST_F(Ikev1Debug, TransformsThatDoNotFit) {
  right.config.transform_sets.at("SET").esp_integrity = wire::IntegId::kHmacMd5_96;
  start();
  bring_up(left);
  expect_in_order(
      right.log.watch(DebugForm::kA, {"isakmp", "ipsec"}),
      {"ISAKMP:(1):Checking IPsec proposal 1", "ISAKMP: transform 1, ESP_3DES",
       "IPSEC(validate_transform_proposal): transform proposal not supported for identity:",
       "+    {esp-3des esp-sha-hmac }", "ISAKMP:(1): IPSec policy invalidated proposal"});
}

// R-DBG-13, R-DBG-38
TEST_F(Ikev1Debug, DeadPeerDetection) {
  left.config.isakmp.keepalive = {10, 5, true};
  start();
  bring_up(left);
  expect_tunnel();
  run(Duration(15000));
  const Lines asked = left.log.watch(DebugForm::kA, {"isakmp"});
  const auto has = [](const Lines& lines, const std::string& pattern) {
    const std::regex wanted(pattern);
    return std::ranges::any_of(
        lines, [&](const std::string& line) { return std::regex_match(line, wanted); });
  };
  EXPECT_TRUE(has(asked, R"(ISAKMP:\(1\):Input = IKE_MSG_FROM_TIMER, IKE_TIMER_IM_ALIVE)"));
  EXPECT_TRUE(
      has(asked,
          R"(ISAKMP:\(1\):Sending NOTIFY DPD/R_U_THERE protocol 1 spi \d+, message ID = -?\d+)"));
  EXPECT_TRUE(has(asked, R"(ISAKMP:\(1\): seq. no 0x[0-9A-F]+)"));
  EXPECT_TRUE(has(asked, R"(ISAKMP \(1\): DPD/R_U_THERE_ACK received from peer 172.16.172.39, )"
                         R"(sequence 0x[0-9A-F]+)"));
  const Lines heard = right.log.watch(DebugForm::kA, {"isakmp"});
  EXPECT_TRUE(has(heard, R"(ISAKMP \(1\): DPD/R_U_THERE received from peer 172.16.172.34, )"
                         R"(sequence 0x[0-9A-F]+)"));
  EXPECT_TRUE(has(heard, R"(ISAKMP:\(1\):Sending NOTIFY DPD/R_U_THERE_ACK protocol 1 .*)"));
  right.crash();
  run(Duration(60000));
  const Lines missed = left.log.watch(DebugForm::kA, {"isakmp"});
  expect_in_order(missed, {"ISAKMP:(1):DPD incrementing error counter (1/5)",
                           "ISAKMP:(1):Input = IKE_MSG_FROM_TIMER, IKE_TIMER_PEERS_ALIVE",
                           "ISAKMP:(1):DPD incrementing error counter (4/5)",
                           "ISAKMP:(1):peer 172.16.172.39 not responding!"});
}

// R-DBG-23, R-DBG-24, R-PROF-12 to R-PROF-14
TEST_F(Ikev1Debug, CertificateMapsInTheMiddleForm) {
  use_signatures();
  policy::IsakmpProfile& profile = right.isakmp_profile();
  profile.match_remote = {{Match::kFqdnDomain, {}, "elsewhere.org"}};
  profile.match_certificate_maps = {"PEERS"};
  profile.trustpoints = {"OTHER", "TP"};
  profile.client_group = "sales";
  right.credentials.maps["PEERS"] = "CN=left";
  right.config.certificate_maps = {{"PEERS", 10, {{"subject-name", "co", "ou = green"}}}};
  start();
  bring_up(left);
  expect_tunnel();
  expect_in_order(
      right.log.watch(DebugForm::kB, {"isakmp"}),
      {"ISAKMP (0:134217729): received packet from 172.16.172.34 dport 500 sport 500 fvrf (R) "
       "MM_KEY_EXCH",
       "          ID payload",
       "          FQDN <left.example.com> port 0 protocol 0",
       "          CERT payload",
       "          SIG payload",
       "ISAKMP:(0:1:SW:1):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH",
       "ISAKMP:(0:1:SW:1):Old State = IKE_R_MM4  New State = IKE_R_MM5",
       "ISAKMP:(0:1:SW:1): processing ID payload. message ID = 0",
       "ISAKMP (0:134217729): ID payload",
       "+        next-payload : 6",
       "+        type         : 2",
       "+        FQDN name    : left.example.com",
       "ISAKMP:(0:1:SW:1):: peer matches *none* of the profiles",
       "ISAKMP:(0:1:SW:1): processing CERT payload. message ID = 0",
       "ISAKMP:(0:1:SW:1): processing a CT_X509_SIGNATURE cert",
       "ISAKMP:(0:1:SW:1): peer's pubkey isn't cached",
       "ISAKMP:(0:1:SW:1): OU = green",
       "ISAKMP:(0:1:SW:1): certificate map matches V1 profile",
       "ISAKMP:(0:1:SW:1): Trying to re-validate CERT using new profile",
       "ISAKMP:(0:1:SW:1): Creating CERT validation list: OTHER, TP,",
       "ISAKMP:(0:1:SW:1): CERT validity confirmed.",
       "ISAKMP:(0:1:SW:1):Profile has no keyring, aborting key search",
       "ISAKMP:(0:1:SW:1): Profile V1 assigned peer the group named sales"});
}

// R-DBG-14: aggressive mode has states of its own.
TEST_F(Ikev1Debug, AggressiveMode) {
  left.isakmp_profile().initiate_aggressive = true;
  left.entry().isakmp_profile = "V1";
  start();
  bring_up(left);
  expect_tunnel();
  expect_in_order(left.log.watch(DebugForm::kA, {"isakmp"}),
                  {"ISAKMP:(0): SA request profile is V1",
                   "ISAKMP:(0):Input = IKE_MSG_FROM_IPSEC, IKE_SA_REQ_AM",
                   "ISAKMP:(0):Old State = IKE_READY  New State = IKE_I_AM1",
                   "ISAKMP:(0): beginning Aggressive Mode exchange",
                   "ISAKMP:(0):Input = IKE_MSG_FROM_PEER, IKE_AM_EXCH",
                   "ISAKMP:(0):Old State = IKE_I_AM1  New State = IKE_I_AM2",
                   "ISAKMP : Looking for xauth in profile V1",  // R-PROF-22
                   "ISAKMP:(1):SA has been authenticated with 172.16.172.39",
                   "ISAKMP:(1):Old State = IKE_I_AM2  New State = IKE_P1_COMPLETE",
                   "ISAKMP:(1):Input = IKE_MSG_INTERNAL, IKE_PHASE1_COMPLETE"});
  expect_in_order(right.log.watch(DebugForm::kA, {"isakmp"}),
                  {"ISAKMP:(0):Old State = IKE_READY  New State = IKE_R_AM1",
                   "ISAKMP:(1):Old State = IKE_R_AM1  New State = IKE_R_AM2",
                   "ISAKMP:(1):SA has been authenticated with 172.16.172.34",
                   "ISAKMP:(1):Input = IKE_MSG_INTERNAL, IKE_PHASE1_COMPLETE"});
}

// R-DBG-12
TEST_F(Ikev1Debug, SendBuffersGrow) {
  use_signatures();
  const std::string subject = "CN=left,O=" + std::string(1100, 'x');
  pki.issue(subject, "CN=Test CA", {{policy::Identity::Kind::kFqdn, {}, "left.example.com", {}}},
            1);
  left.credentials.points["TP"].own = subject;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_TRUE(left.log.has("ISKAMP: growing send buffer from 1024 to 3072"));
  EXPECT_FALSE(right.log.has("growing send buffer"));
}

// R-DBG-31
TEST_F(Ikev1Debug, CertificatesThatAreRefusedOnAPix) {
  use_signatures();
  pki.entries.at(kLeft).bad = "certificate 01 is revoked";
  start();
  bring_up(left);
  expect_in_order(
      right.log.watch(DebugForm::kPix, {"isakmp"}),
      {"ISAKMP (0): processing CERT payload. message ID = 0",
       "ISAKMP (0): processing a CT_X509_SIGNATURE cert",
       "ISAKMP (0): Unknown error in cert validation, 65535", "return status is IKMP_ERR_RETRANS"});
}

// R-ENG-6
TEST_F(Ikev1Debug, EndOfAnSa) {
  start();
  bring_up(left);
  expect_tunnel();
  left.manager->clear({});
  run(Duration(1000));
  expect_in_order(left.log.watch(DebugForm::kC, {"isakmp", "engine"}),
                  {"ISAKMP (0:1): purging SA., sa=1, delme=1", "CryptoEngine0: delete connection 1",
                   "CryptoEngine0: CRYPTO_ISA_SA_DELETE(sw)(ipsec)"});
}

}  // namespace
}  // namespace spa::exchange
