// SPDX-License-Identifier: Apache-2.0
// The screens of a PIX, word by word as one printed them: its tunnel, its certificates, its times.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

constexpr std::uint32_t kSpiIn = 0x3803a0c1;

policy::TrafficSelector net(const char* prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value());
}

Endpoint end(const char* address) {
  return {IpAddress::parse(address).value(), 500};
}

ike::IkeSaStatus tunnel() {
  ike::ChildSaStatus child;
  child.id = 4;
  child.spi_in = kSpiIn;
  child.spi_out = 0xd740971c;
  child.rule = {"mymap", 5, 1};
  child.suite.cipher = wire::EncrId::kDes;
  child.suite.integrity = wire::IntegId::kHmacMd5_96;
  child.selectors_local = {net("192.168.4.0/24")};
  child.selectors_remote = {net("1.1.1.0/24")};
  child.lifetime = {3600, 4608000};
  child.remaining_seconds = 2971;
  child.local = end("172.16.172.34");
  child.remote = end("172.16.172.39");
  ike::IkeSaStatus sa;
  sa.id = 1;
  sa.version = 1;
  sa.state = ike::IkeSaState::kReady;
  sa.isakmp_state = "QM_IDLE";
  sa.initiator = true;
  sa.local = child.local;
  sa.remote = child.remote;
  sa.children = {child};
  return sa;
}

WallTime at(std::int64_t seconds) {
  return WallTime{Duration{seconds * 1000}};
}

const std::vector<NameAttribute> kIssuer{{"ou", "sjvpn"}, {"o", "cisco"}, {"c", "us"}};

CertificateView certificate(CertificateKind kind, const char* serial, const char* usage) {
  CertificateView view;
  view.trustpoint = "cisco";
  view.kind = kind;
  view.serial = serial;
  view.usage = usage;
  view.issuer = view.subject = kIssuer;
  view.crl_urls = {"CN = CRL1, OU = sjvpn, O = cisco, C = us"};
  view.not_before = at(992988160);  // 22:02:40 Jun 19 2001
  view.not_after = at(1624141960);  // 22:32:40 Jun 19 2021
  return view;
}

class PixScreens : public testing::Test {
 protected:
  PixScreens() {
    std::ifstream file(SPA_SOURCE_DIR "/tests/vectors/pix/pix520-1.cfg");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(configuration.load(text.str() + "crypto legacy-algorithms\n"));
    backend.sas = {tunnel()};
    ports::SaPairState state;
    state.in = {3, 312, 0, 0, 0};
    state.out = {3, 1336, 0, 0, 2};
    backend.states[kSpiIn] = state;
    session.execute("terminal dialect pix");
  }
  std::string show(const std::string& command) {
    const Output output = session.execute(command);
    EXPECT_FALSE(output.rejection) << command;
    return output.text;
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

TEST_F(PixScreens, IsakmpSa) {  // R-SHOW-27, R-PIX-16
  EXPECT_EQ(show("sh cr isa sa"),
            "Total     : 1\n"
            "Embryonic : 0\n"
            "        dst               src        state     pending     created\n"
            "   172.16.172.39     172.16.172.34  QM_IDLE         0           1\n");
  EXPECT_EQ(show("sh isa sa"), show("sh cr isa sa"));
  backend.sas[0].state = ike::IkeSaState::kInNegotiation;
  backend.sas[0].isakmp_state = "MM_KEY_EXCH";
  backend.sas[0].children.clear();
  backend.sas[0].initiator = false;
  EXPECT_EQ(show("show crypto isakmp sa"),
            "Total     : 1\n"
            "Embryonic : 1\n"
            "        dst               src        state     pending     created\n"
            "   172.16.172.34     172.16.172.39  MM_KEY_EXCH     0           0\n");
  backend.sas[0].version = 2;
  EXPECT_TRUE(show("show crypto isakmp sa").starts_with("Total     : 0\n"));
}

TEST_F(PixScreens, CryptoMap) {  // R-SHOW-28
  EXPECT_EQ(show("sh cr map"),
            "Crypto Map: \"mymap\" interfaces: { outside }\n"
            "\n"
            "Crypto Map \"mymap\" 5 ipsec-isakmp\n"
            "        Peer = 172.16.172.39\n"
            "        access-list 130 permit ip 192.168.4.0 255.255.255.0 1.1.1.0 255.255.255.0 "
            "(hitcnt=3)\n"
            "        Current peer: 172.16.172.39\n"
            "        Security association lifetime: 4608000 kilobytes/28800 seconds\n"
            "        PFS (Y/N): N\n"
            "        Transform sets={ myset, }\n");
}

TEST_F(PixScreens, IsakmpPolicy) {  // R-SHOW-29, R-SHOW-1
  EXPECT_EQ(show("sh cr isa policy"),
            "Protection suite of priority 10\n"
            "        encryption algorithm:   DES - Data Encryption Standard (56 bit keys).\n"
            "        hash algorithm:         Message Digest 5\n"
            "        authentication method:  Rivest-Shamir-Adleman Signature\n"
            "        Diffie-Hellman group:   #1 (768 bit)\n"
            "        lifetime:               86400 seconds, no volume limit\n"
            "Default protection suite\n"
            "        encryption algorithm:   DES - Data Encryption Standard (56 bit keys).\n"
            "        hash algorithm:         Secure Hash Standard\n"
            "        authentication method:  Rivest-Shamir-Adleman Signature\n"
            "        Diffie-Hellman group:   #1 (768 bit)\n"
            "        lifetime:               86400 seconds, no volume limit\n");
  EXPECT_EQ(show("show isakmp policy"), show("show crypto isakmp policy"));
}

// R-PIX-16: the lines of the configuration.
TEST_F(PixScreens, Isakmp) {
  EXPECT_EQ(show("show isakmp"),
            "isakmp enable outside\n"
            "isakmp policy 10 authentication rsa-sig\n"
            "isakmp policy 10 encryption des\n"
            "isakmp policy 10 hash md5\n"
            "isakmp policy 10 group 1\n"
            "isakmp policy 10 lifetime 86400\n");
}

std::string spi_block(const char* spi, int id) {
  return std::string("      spi: ") + spi +
         "\n"
         "        transform: esp-des esp-md5-hmac ,\n"
         "        in use settings ={Tunnel, }\n"
         "        slot: 0, conn id: " +
         std::to_string(id) +
         ", crypto map: mymap\n"
         "        sa timing: remaining key lifetime (k/sec): (" +
         (id == 4 ? "4608000" : "4607999") +
         "/2971)\n"
         "        IV size: 8 bytes\n"
         "        replay detection support: Y\n";
}

TEST_F(PixScreens, IpsecSa) {  // R-SHOW-30, R-PIX-17, R-MAP-28
  EXPECT_EQ(show("sh cr ipsec sa"),
            "\n"
            "interface: outside\n"
            "    Crypto map tag: mymap, local addr. 172.16.172.34\n"
            "\n"
            "   local  ident (addr/mask/prot/port): (192.168.4.0/255.255.255.0/0/0)\n"
            "   remote ident (addr/mask/prot/port): (1.1.1.0/255.255.255.0/0/0)\n"
            "   current_peer: 172.16.172.39\n"
            "     PERMIT, flags={origin_is_acl,}\n"
            "    #pkts encaps: 3, #pkts encrypt: 3, #pkts digest 3\n"
            "    #pkts decaps: 3, #pkts decrypt: 3, #pkts verify 3\n"
            "    #pkts compressed: 0, #pkts decompressed: 0\n"
            "    #pkts not compressed: 0, #pkts compr. failed: 0, #pkts decompress failed: 0\n"
            "    #send errors 2, #recv errors 0\n"
            "\n"
            "     local crypto endpt.: 172.16.172.34, remote crypto endpt.: 172.16.172.39\n"
            "     path mtu 1500, ipsec overhead 56, media mtu 1500\n"
            "     current outbound spi: d740971c\n"
            "\n"
            "     inbound esp sas:\n" +
                spi_block("0x3803a0c1(939761857)", 4) +
                "\n"
                "     inbound ah sas:\n"
                "\n"
                "     inbound pcp sas:\n"
                "\n"
                "     outbound esp sas:\n" +
                spi_block("0xd740971c(3611334428)", 5) +
                "\n"
                "     outbound ah sas:\n"
                "\n"
                "     outbound pcp sas:\n");
}

TEST_F(PixScreens, Engine) {  // R-SHOW-31
  EXPECT_EQ(show("sh cr en"),
            "Crypto Engine Connection Map:\n"
            "    size = 8, free = 6, used = 2, active = 2\n");
  AcceleratorView card;
  card.sas_max = 16384;
  backend.accelerator_list = {card};
  EXPECT_EQ(show("show crypto engine"),
            "Crypto Engine Connection Map:\n"
            "    size = 16384, free = 16382, used = 2, active = 2\n");
}

TEST_F(PixScreens, Certificates) {  // R-SHOW-32, R-PIX-17, 18 and 19
  backend.store = {certificate(CertificateKind::kOwn, "3B2FD653", "General Purpose"),
                   certificate(CertificateKind::kRaSign, "3B2FD319", "Signature"),
                   certificate(CertificateKind::kCa, "3B2FD307", "General Purpose")};
  backend.store[0].fqdn = "pix520-1.vpn.com";
  backend.store[1].subject.insert(backend.store[1].subject.begin(), {"cn", "First Officer"});
  const std::string rest =
      "  CRL Distribution Point:\n"
      "    CN = CRL1, OU = sjvpn, O = cisco, C = us\n"
      "  Validity Date:\n"
      "    start date: 22:02:40 Jun 19 2001\n"
      "    end   date: 22:32:40 Jun 19 2021\n";
  EXPECT_EQ(show("show ca cert"),
            "Certificate\n"
            "  Status: Available\n"
            "  Certificate Serial Number: 3b2fd653\n"
            "  Key Usage: General Purpose\n"
            "  Subject Name\n"
            "    Name: pix520-1.vpn.com\n" +
                rest +
                "RA Signature Certificate\n"
                "  Status: Available\n"
                "  Certificate Serial Number: 3b2fd319\n"
                "  Key Usage: Signature\n"
                "    CN = First Officer\n"
                "    OU = sjvpn\n"
                "     O = cisco\n"
                "     C = us\n" +
                rest +
                "CA Certificate\n"
                "  Status: Available\n"
                "  Certificate Serial Number: 3b2fd307\n"
                "  Key Usage: General Purpose\n"
                "    OU = sjvpn\n"
                "     O = cisco\n"
                "     C = us\n" +
                rest);
}

TEST_F(PixScreens, Crl) {  // R-SHOW-33, R-PIX-22
  CrlView crl;
  crl.issuer = kIssuer;
  crl.last_update = at(1010708254);  // 00:17:34 Jan 11 2002
  crl.next_update = at(1010798254);
  backend.crl_list = {crl};
  EXPECT_EQ(show("sh ca crl"),
            "CRL:\n"
            "    CRL Issuer Name:\n"
            "        OU = sjvpn, O = cisco, C = us\n"
            "    LastUpdate: 00:17:34 Jan 11 2002\n"
            "\n"
            "    NextUpdate: 01:17:34 Jan 12 2002\n");
}

TEST_F(PixScreens, ClockAndDebug) {  // R-SHOW-34, R-PIX-18, R-PIX-20
  backend.time = at(1010741274);
  EXPECT_EQ(show("sh clock"), "09:27:54 Jan 11 2002\n");
  show("debug crypto ipsec");
  show("debug crypto isakmp");
  const std::string text = show("sh debug");
  EXPECT_TRUE(
      text.starts_with("debug crypto ipsec 1\ndebug crypto isakmp 1\ndebug fover status\n"
                       "    tx      Off\n    rx      Off\n    open    Off\n    cable   Off\n"))
      << text;
  EXPECT_TRUE(text.ends_with("    fail    Off\n    fmsg    Off\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 18);
}

// What parsers read is what is shown unless somebody asks for the PIX; JSON is the same for all.
TEST_F(PixScreens, AreNotTheDefault) {
  EXPECT_TRUE(session.execute("show crypto isakmp sa", OutputFormat::kJson).json.starts_with("{"));
  show("terminal dialect live");
  EXPECT_TRUE(show("show crypto isakmp sa").starts_with("IPv4 Crypto ISAKMP SA\n"));
  EXPECT_NE(show("show clock").find("UTC"), std::string::npos);
  Session fresh(configuration, true);
  EXPECT_TRUE(fresh.execute("show crypto isakmp sa").text.starts_with("IPv4"));
}

}  // namespace
}  // namespace spa::config
