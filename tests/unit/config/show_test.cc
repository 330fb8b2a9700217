// SPDX-License-Identifier: Apache-2.0
// The screens, held to golden texts. SPA_UPDATE_GOLDEN=1 writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/sample.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

constexpr std::uint32_t kSpiIn = 0x9360A95;

policy::TrafficSelector net(const char* prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value());
}

ike::ChildSaStatus child() {
  ike::ChildSaStatus sa;
  sa.id = 200;
  sa.spi_in = kSpiIn;
  sa.spi_out = 0x6C340600;
  sa.rule = {"vpn", 10, 1};
  sa.suite = {wire::EncrId::kAesCbc, 256, wire::IntegId::kHmacSha256_128, false};
  sa.pfs = wire::DhId::kEcp256;
  sa.selectors_local = {net("1.1.1.0/24")};
  sa.selectors_remote = {net("192.168.4.0/24")};
  sa.lifetime = {900, 4608000};
  sa.remaining_seconds = 852;
  sa.replay_window = 256;
  sa.local = {IpAddress::parse("172.16.172.39").value(), 500};
  sa.remote = {IpAddress::parse("172.16.172.34").value(), 500};
  sa.device = "spawan7";
  return sa;
}

ike::IkeSaStatus ike_sa() {
  ike::IkeSaStatus sa;
  sa.id = 1;
  sa.state = ike::IkeSaState::kReady;
  sa.status_description = "Negotiation done";
  sa.initiator = true;
  sa.local = child().local;
  sa.remote = child().remote;
  sa.spi_local = 0x750CBE827434A245;
  sa.spi_remote = 0x4353FEDBABEBF24C;
  sa.profile = "TO-PIX";
  sa.local_identity.kind = policy::Identity::Kind::kFqdn;
  sa.local_identity.text = "1720-1.example.com";
  sa.remote_identity.kind = policy::Identity::Kind::kAddress;
  sa.remote_identity.address = sa.remote.address;
  sa.cipher = {wire::EncrId::kAesCbc, 256};
  sa.integrity = wire::IntegId::kHmacSha256_128;
  sa.prf = wire::PrfId::kHmacSha256;
  sa.group = wire::DhId::kModp2048;
  sa.local_auth = "RSA";
  sa.remote_auth = "RSA";
  sa.dh_engine = "spa0";
  sa.auth_engine = "OpenSSL";
  sa.lifetime_seconds = 86400;
  sa.active_seconds = 248;
  sa.local_request_id = 2;
  sa.dpd = {30, 5, true};
  sa.disconnect_revoked = true;
  sa.children = {child()};
  return sa;
}

CertificateView certificate() {
  CertificateView view;
  view.trustpoint = "LAB";
  view.serial = "3B2FD652";
  view.usage = "General Purpose";
  view.issuer = {{"cn", "Lab CA"}, {"o", "Example"}, {"c", "US"}};
  view.subject = {{"cn", "router"}, {"ou", "green"}};
  view.fqdn = "1720-1.example.com";
  view.crl_urls = {"file:///etc/spa/lab.crl"};
  view.not_before = WallTime{Duration{1'010'718'374'000}};
  view.not_after = WallTime{Duration{1'042'256'174'000}};
  view.public_key = "RSA (2048 bit)";
  view.signature_algorithm = "SHA256 with RSA Encryption";
  view.md5 = Bytes(16, 0xAB);
  view.sha1 = Bytes(20, 0x1C);
  view.der = Bytes(70, 0x30);
  return view;
}

class Screens : public testing::Test {
 protected:
  Screens() {
    backend.sas = {ike_sa()};
    ports::SaPairState state;
    state.in = {5, 5 * 1024, 1, 2, 0};
    state.out = {7, 7 * 2048, 0, 0, 0};
    state.offload_in = state.offload_out = ports::OffloadState::kCard;
    state.offload_device = "spa0";
    backend.states[kSpiIn] = state;
    backend.store = {certificate()};
    backend.crl_list = {{certificate().issuer, certificate().not_before, certificate().not_after,
                         backend.time, "file:///etc/spa/lab.crl", 413, 2}};
    backend.engine_list = {{"SPA-IPSEC", true, "/dev/spa0", "Active", "kernel", 4, 2, 0, 2},
                           {"OpenSSL", false, "", "Active", "", 1, 3, 0, 0}};
    backend.engine_list[0].dh_values = backend.engine_list[0].dh_secrets = 2;
    backend.engine_list[1].dh_values = 1;
    backend.accelerator_list = {{"SPA-IPSEC",
                                 "spa0",
                                 false,
                                 "Active",
                                 {"DES", "3DES", "AES", "GCM", "RSA", "IPv6"},
                                 2,
                                 16384,
                                 {{"rx_frames", 120},
                                  {"drv_rx_packets", 117},
                                  {"rx_esp_ok", 100},
                                  {"rx_esp_auth", 2},
                                  {"rx_esp_replay", 1},
                                  {"rx_esp_format", 0},
                                  {"rx_esp_no_sa", 3},
                                  {"rx_no_buffer", 4},
                                  {"tx_frames", 90},
                                  {"tx_esp_ok", 80},
                                  {"tx_esp_errors", 5},
                                  {"tx_errors", 6},
                                  {"drv_tx_packets", 95},
                                  {"drv_sa_added", 14},
                                  {"drv_sa_refused", 1}}}};
    backend.info.version = "0.1.0";
    backend.info.uptime = Duration{3 * 3600 * 1000 + 60 * 1000};
    backend.lines = {
        {backend.time, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON", "Jan 11 04:17:48.123: "}};
    EXPECT_TRUE(configuration.load(kSample).value().empty());
  }

  // Compares the screen with its golden text.
  void expect(const std::string& command, const std::string& name,
              OutputFormat format = OutputFormat::kText) {
    const Output output = session.execute(command, format);
    EXPECT_FALSE(output.rejection) << command;
    const std::string text = format == OutputFormat::kJson ? output.json + "\n" : output.text;
    const std::string path = SPA_SOURCE_DIR "/tests/unit/config/golden/" + name;
    if (std::getenv("SPA_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
    std::ifstream file(path);
    std::stringstream golden;
    golden << file.rdbuf();
    EXPECT_EQ(text, golden.str()) << command;
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

// R-SHOW-18, R-REV-15, R-DPD-24, R-NAT-18
TEST_F(Screens, Ikev2) {
  expect("show crypto ikev2 sa", "ikev2-sa.txt");
  expect("sh cry ikev2 sa det", "ikev2-sa-detailed.txt");
  expect("show crypto ikev2 session detail", "ikev2-session-detail.txt");
  expect("show crypto ikev2 sa", "ikev2-sa.json", OutputFormat::kJson);
  backend.sas[0].dpd = {};
  backend.sas[0].remote_behind_nat = true;
  const std::string text = session.execute("show crypto ikev2 session detail").text;
  EXPECT_NE(text.find("      DPD configured for 0 seconds, retry 0\n"), std::string::npos);
  EXPECT_NE(text.find("      NAT-T is detected outside\n"), std::string::npos);
}

// R-SHOW-17, R-REV-15: a peer once, whatever the number of its SAs; the third line only with the
// feature.
TEST_F(Screens, IsakmpPeers) {
  EXPECT_EQ(session.execute("show crypto isakmp peers").text, "");  // IKEv2's are not among them
  backend.sas[0].version = 1;
  backend.sas[0].remote.port = 500;
  backend.sas.push_back(backend.sas[0]);
  backend.sas[1].id = 2;
  backend.sas[1].disconnect_revoked = true;
  EXPECT_EQ(session.execute("show crypto isakmp peers").text,
            "Peer: 172.16.172.34 Port: 500 Local: 172.16.172.39\n"
            " Phase1 id: 172.16.172.34\n"
            " Disconnect Revoked Peer: Enabled\n");
  backend.sas[1].disconnect_revoked = false;
  EXPECT_EQ(session.execute("show crypto isakmp peers").text,
            "Peer: 172.16.172.34 Port: 500 Local: 172.16.172.39\n"
            " Phase1 id: 172.16.172.34\n");
  backend.sas[1].state = ike::IkeSaState::kInNegotiation;
  backend.sas.erase(backend.sas.begin());
  EXPECT_EQ(session.execute("show crypto isakmp peers").text, "");
}

TEST_F(Screens, IpsecSa) {  // R-SHOW-37, R-MAP-24, 26 to 30
  expect("sh cr ipsec sa", "ipsec-sa.txt");
  expect("show crypto ipsec sa detail", "ipsec-sa-detail.txt");
  expect("show crypto ipsec sa", "ipsec-sa.json", OutputFormat::kJson);
}

// R-MAP-31: with the line of the access list that they met, whether it has SAs by now or not.
TEST_F(Screens, PacketsDroppedForWantOfAnSa) {
  const ports::PolicyId rule = backend.sas[0].children[0].rule;
  const std::string before = session.execute("show crypto ipsec sa").text;
  backend.dropped[rule] = 24;
  std::string text = session.execute("show crypto ipsec sa").text;
  EXPECT_NE(text, before);
  EXPECT_EQ(text.find("#send errors 24, "), text.find("#send errors "));
  EXPECT_NE(session.execute("show crypto ipsec sa detail").text.find("#pkts no sa (send) 24, "),
            std::string::npos);
  EXPECT_NE(session.execute("show crypto ipsec sa", OutputFormat::kJson)
                .json.find(R"("dropped_without_sa":24)"),
            std::string::npos);
  backend.sas.clear();
  text = session.execute("show crypto ipsec sa").text;
  EXPECT_NE(text.find("#send errors 24, "), std::string::npos);
}

// R-SHOW-38
TEST_F(Screens, PkiCounters) {
  backend.pki_counts = {6, 2, 3, 5, 9, 4};
  EXPECT_EQ(session.execute("show crypto pki counters").text,
            "PKI Sessions Started: 8\n"
            "PKI Sessions Ended: 8\n"
            "PKI Sessions Active: 0\n"
            "Successful Validations: 6\n"
            "Failed Validations: 2\n"
            "Bypassed Validations: 3\n"
            "Pending Validations: 0\n"
            "CRLs checked: 5\n"
            "CRL - fetch attempts: 9\n"
            "CRL - failed attempts: 4\n"
            "CRL - rejected busy fetching: 0\n"
            "AAA authorizations: 0\n");
  EXPECT_EQ(session.execute("show crypto pki counters", OutputFormat::kJson).json,
            R"({"pki_counters":{"validations":6,"validations_failed":2,"validations_bypassed":3,)"
            R"("crls_checked":5,"crl_fetches":9,"crl_fetches_failed":4}})");
}

TEST_F(Screens, IpsecSaWithoutSas) {
  backend.sas.clear();
  expect("show crypto ipsec sa", "ipsec-sa-idle.txt");
  EXPECT_EQ(session.execute("show crypto ipsec sa peer 10.9.9.9").text, "No SAs found\n");
}

TEST_F(Screens, CryptoMap) {  // R-SHOW-9
  expect("sh cr map", "crypto-map.txt");
  expect("show crypto map", "crypto-map.json", OutputFormat::kJson);
}

TEST_F(Screens, CryptoSession) {  // R-SHOW-35
  expect("show crypto session", "crypto-session.txt");
  expect("show crypto session detail", "crypto-session-detail.txt");
  backend.sas.clear();
  EXPECT_NE(session.execute("show crypto session").text.find("Session status: DOWN\n"),
            std::string::npos);
}

// R-SPI-11: what was done about unknown SPIs is counted; so is everything else of IKE's.
TEST_F(Screens, Counters) {
  backend.counted.unknown_ipsec_spi = 7;
  backend.counted.spi_recoveries = 2;
  backend.counted.spi_recoveries_refused = 3;
  const std::string text = session.execute("show crypto counters").text;
  for (const char* line : {"\npackets_for_unknown_ipsec_spi                   7\n",
                           "\nike_sas_begun_for_unknown_spi                   2\n",
                           "\nrefused_spi_recoveries                          3\n",
                           "\nsend_errors                                     0\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  const std::string json = session.execute("show crypto counters", OutputFormat::kJson).json;
  EXPECT_NE(json.find("\"ike_sas_begun_for_unknown_spi\":2,"), std::string::npos) << json;
}

TEST_F(Screens, Engine) {  // R-SHOW-10, R-ENG-7
  expect("sh cr en conn ac", "engine-connections.txt");
  expect("sh cr en conn ac", "engine-connections.json", OutputFormat::kJson);
}

// R-ENG-11; R-SHOW-25, R-SHOW-26, R-SHOW-40
TEST_F(Screens, Accelerators) {
  expect("show crypto eli", "eli.txt");
  expect("show crypto eli all", "eli-all.txt");
  expect("show crypto engine brief", "engine-brief.txt");
  expect("show crypto engine accelerator statistic", "accelerator-statistic.txt");
  expect("show crypto eli", "eli.json", OutputFormat::kJson);
}

// R-ENG-10: no card, and what is left.
TEST_F(Screens, NoAccelerator) {
  backend.accelerator_list.clear();
  backend.engine_list.erase(backend.engine_list.begin());
  expect("show crypto eli", "eli-none.txt");
  expect("show crypto engine accelerator statistic", "accelerator-statistic-none.txt");
}

TEST_F(Screens, Pki) {  // R-SHOW-14, R-SHOW-36, R-CRL-5
  expect("sh cr ca cert", "pki-certificates.txt");
  expect("show crypto pki certificates verbose", "pki-certificates-verbose.txt");
  expect("show crypto pki crls", "pki-crls.txt");
  expect("show crypto pki certificates", "pki-certificates.json", OutputFormat::kJson);
}

TEST_F(Screens, CertificatesOfARegistrationAuthority) {  // R-PKI-30
  backend.store[0].kind = CertificateKind::kRaSign;
  EXPECT_TRUE(session.execute("show crypto pki certificates")
                  .text.starts_with("RA Signature Certificate\n"));
  backend.store[0].kind = CertificateKind::kRaEncrypt;
  EXPECT_TRUE(session.execute("show crypto pki certificates")
                  .text.starts_with("RA KeyEncipher Certificate\n"));
  EXPECT_NE(session.execute("show crypto pki certificates", OutputFormat::kJson)
                .json.find("\"kind\":\"ra-encrypt\""),
            std::string::npos);
}

TEST_F(Screens, System) {  // R-SHOW-19, R-SHOW-21
  EXPECT_EQ(session.execute("show clock").text, "*04:17:48.123 UTC Fri Jan 11 2002\n");
  EXPECT_EQ(session.execute("show version").text,
            "spa-iked, version 0.1.0\n1720-1 uptime is 3 hours, 1 minute\n");
  EXPECT_EQ(session.execute("show logging").text,
            "Syslog logging: enabled\n"
            "    Console logging: level debugging\n"
            "    Monitor logging: level debugging\n"
            "    Buffer logging: level debugging\n"
            "    Trap logging: level informational\n"
            "\n"
            "Log Buffer (1 lines):\n\n"
            "Jan 11 04:17:48.123: %CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON\n");
  const std::string text = session.execute("show run").text;
  const std::string head = "Building configuration...\n\nCurrent configuration : ";
  ASSERT_EQ(text.substr(0, head.size()), head);
  const std::size_t body = text.find("!\n");
  EXPECT_EQ(std::stoul(text.substr(head.size())), text.size() - body);
  EXPECT_EQ(session.execute("show start").text, "startup-config is not present\n");
}

// R-CFG-10: what show running-config prints can be pasted.
TEST_F(Screens, RunningConfigCanBePasted) {
  const std::string text = session.execute("show running-config").text;
  FakeBackend fresh;
  Configuration again(fresh, "/nonexistent/startup-config");
  EXPECT_TRUE(again.load(text).value().empty());
  EXPECT_EQ(*fresh.in_force->transform_sets.find("AES"),
            *backend.in_force->transform_sets.find("AES"));
}

}  // namespace
}  // namespace spa::config
