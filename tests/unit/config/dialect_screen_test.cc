// SPDX-License-Identifier: Apache-2.0
// The screens of older releases, line by line as those printed them (`terminal dialect`).
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

// The router of a LAN-to-LAN tunnel with certificates, and a second map that nothing is left of.
constexpr const char* kRouter = R"(hostname 1720-1
crypto legacy-algorithms
crypto isakmp policy 10
 hash md5
crypto ipsec transform-set myset esp-des esp-md5-hmac
crypto map mymap local-address Loopback0
crypto map vpn 10 ipsec-isakmp
 set peer 172.16.172.34
 set transform-set myset
 match address 130
interface Loopback0
 ip address 10.10.10.1 255.255.255.0
interface FastEthernet0
 ip address 172.16.172.39 255.255.255.240
 crypto map vpn
interface Serial0
 crypto map certificate
access-list 130 permit ip 1.1.1.0 0.0.0.255 192.168.4.0 0.0.0.255
)";
constexpr std::uint32_t kSpiIn = 0xD740971C;

policy::TrafficSelector net(const char* prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value());
}

Endpoint end(const char* address, std::uint16_t port = 500) {
  return {IpAddress::parse(address).value(), port};
}

ike::IkeSaStatus tunnel() {
  ike::ChildSaStatus child;
  child.id = 200;
  child.spi_in = kSpiIn;
  child.spi_out = 0x3803A0C1;
  child.rule = {"vpn", 10, 1};
  child.suite.cipher = wire::EncrId::kDes;
  child.suite.integrity = wire::IntegId::kHmacMd5_96;
  child.selectors_local = {net("1.1.1.0/24")};
  child.selectors_remote = {net("192.168.4.0/24")};
  child.lifetime = {3600, 4608000};
  child.remaining_seconds = 3150;
  child.local = end("172.16.172.39");
  child.remote = end("172.16.172.34");
  ike::IkeSaStatus sa;
  sa.id = 110;
  sa.version = 1;
  sa.state = ike::IkeSaState::kReady;
  sa.isakmp_state = "QM_IDLE";
  sa.local = child.local;
  sa.remote = child.remote;
  sa.cipher = {wire::EncrId::k3Des, 0};
  sa.integrity = wire::IntegId::kHmacMd5_96;
  sa.prf = wire::PrfId::kHmacMd5;
  sa.group = wire::DhId::kModp768;
  sa.local_auth = sa.remote_auth = "RSA";
  sa.dh_engine = "OpenSSL";
  sa.lifetime_seconds = 86400;
  sa.active_seconds = 45;
  sa.remote_identity.kind = policy::Identity::Kind::kAddress;
  sa.remote_identity.address = sa.remote.address;
  sa.children = {child};
  return sa;
}

CertificateView certificate(CertificateKind kind, const char* serial, const char* usage) {
  CertificateView view;
  view.trustpoint = "vpn";
  view.kind = kind;
  view.serial = serial;
  view.usage = usage;
  view.issuer = {{"ou", "sjvpn"}, {"o", "cisco"}, {"c", "us"}};
  view.subject = view.issuer;
  view.crl_urls = {"CN = CRL1, OU = sjvpn, O = cisco, C = us"};
  view.not_before = WallTime{Duration{1'010'718'374'000}};
  view.not_after = WallTime{Duration{1'042'256'174'000}};
  return view;
}

class DialectScreens : public testing::Test {
 protected:
  DialectScreens() {
    EXPECT_TRUE(configuration.load(kRouter));
    backend.sas = {tunnel()};
    ports::SaPairState state;
    state.in = {3, 1024, 0, 0, 0};
    state.out = {3, 1336, 0, 0, 0};
    backend.states[kSpiIn] = state;
  }
  std::string show(const std::string& dialect, const std::string& command) {
    EXPECT_FALSE(session.execute("terminal dialect " + dialect).rejection) << dialect;
    const Output output = session.execute(command);
    EXPECT_FALSE(output.rejection) << command;
    return output.text;
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

TEST_F(DialectScreens, IsakmpSaOf122) {  // R-SHOW-3
  const std::string text =
      "dst             src             state          conn-id    slot\n"
      "172.16.172.39   172.16.172.34   QM_IDLE            110       0\n";
  EXPECT_EQ(show("d-c", "sh cr isa sa"), text);
  EXPECT_EQ(show("d-b", "sh cr isa sa"), text);
}

TEST_F(DialectScreens, IsakmpSaOf122Sra) {  // R-SHOW-4, R-PROF-19
  backend.sas[0].id = 83727;
  backend.sas[0].profile = "prof2";
  EXPECT_EQ(show("d-a", "show crypto isakmp sa"),
            "IPv4 Crypto ISAKMP SA\n"
            "dst             src             state          conn-id slot status\n"
            "172.16.172.39   172.16.172.34   QM_IDLE          83727    0 ACTIVE prof2\n"
            "\n"
            "IPv6 Crypto ISAKMP SA\n"
            "\n");
  backend.sas[0].state = ike::IkeSaState::kDeleting;
  backend.sas[0].profile.clear();
  EXPECT_NE(show("d-a", "show crypto isakmp sa").find("    0 ACTIVE (deleted)\n"),
            std::string::npos);
}

constexpr const char* kLegend =
    "Codes: C - IKE configuration mode, D - Dead Peer Detection\n"
    "       K - Keepalives, N - NAT-traversal\n"
    "       X - IKE Extended Authentication\n"
    "       psk - Preshared key, rsig - RSA signature\n"
    "       renc - RSA encryption\n";

TEST_F(DialectScreens, IsakmpSaDetailOf122Sra) {  // R-SHOW-5, R-ENG-9
  backend.sas[0].id = 83727;
  EXPECT_EQ(
      show("d-a", "show crypto isakmp sa detail"),
      std::string(kLegend) +
          "IPv4 Crypto ISAKMP SA\n"
          "\n"
          "C-id  Local           Remote          I-VRF    Status Encr Hash Auth DH Lifetime "
          "Cap.\n"
          "\n"
          "83727 172.16.172.39   172.16.172.34            ACTIVE 3des md5  rsig 1  23:59:15 \n"
          "       Engine-id:Conn-id = SW:83727\n"
          "\n"
          "IPv6 Crypto ISAKMP SA\n"
          "\n");
}

TEST_F(DialectScreens, IsakmpSaDetailOf123) {  // R-SHOW-6, R-ENG-9
  ike::IkeSaStatus& sa = backend.sas[0];
  sa.id = 273;
  sa.prf = wire::PrfId::kHmacSha1;
  sa.group = wire::DhId::kModp1024;
  sa.local_auth = "PSK";
  sa.dpd = {30, 5, true};
  sa.lifetime_seconds = 7200;
  sa.active_seconds = 25;
  sa.dh_engine = "spa0";
  const std::string head =
      std::string(kLegend) +
      "\n"
      "C-id  Local           Remote          I-VRF    Encr Hash Auth DH Lifetime Cap.\n"
      "273   172.16.172.39   172.16.172.34            3des sha  psk  2  01:59:35 D\n";
  EXPECT_EQ(show("d-b", "show crypto isakmp sa detail"),
            head + "       Connection-id:Engine-id = 273:2(hardware)\n");
  sa.dh_engine.clear();
  EXPECT_EQ(show("d-b", "show crypto isakmp sa detail"),
            head + "       Connection-id:Engine-id = 273:1(software)\n");
}

TEST_F(DialectScreens, IpsecSaOf122) {  // R-SHOW-7, R-MAP-24 to R-MAP-30
  const std::string head =
      "\n"
      "interface: FastEthernet0\n"
      "    Crypto map tag: vpn, local addr. 172.16.172.39\n"
      "\n"
      "   local  ident (addr/mask/prot/port): (1.1.1.0/255.255.255.0/0/0)\n"
      "   remote ident (addr/mask/prot/port): (192.168.4.0/255.255.255.0/0/0)\n"
      "   current_peer: 172.16.172.34\n"
      "     PERMIT, flags={origin_is_acl,}\n"
      "    #pkts encaps: 3, #pkts encrypt: 3, #pkts digest 3\n"
      "    #pkts decaps: 3, #pkts decrypt: 3, #pkts verify 3\n"
      "    #pkts compressed: 0, #pkts decompressed: 0\n"
      "    #pkts not compressed: 0, #pkts compr. failed: 0, #pkts decompress failed: 0\n"
      "    #send errors 0, #recv errors 0\n"
      "\n"
      "     local crypto endpt.: 172.16.172.39, remote crypto endpt.: 172.16.172.34\n"
      "     path mtu 1500, media mtu 1500\n";
  const std::string text = show("d-c", "sh cr ipsec sa");
  EXPECT_EQ(text, head +
                      "     current outbound spi: 3803A0C1\n"
                      "\n"
                      "     inbound esp sas:\n"
                      "      spi: 0xD740971C(3611334428)\n"
                      "        transform: esp-des esp-md5-hmac ,\n"
                      "        in use settings = {Tunnel, }\n"
                      "        slot: 0, conn id: 200, flow_id: 1, crypto map: vpn\n"
                      "        sa timing: remaining key lifetime (k/sec): (4607999/3150)\n"
                      "        IV size: 8 bytes\n"
                      "        replay detection support: Y\n"
                      "\n"
                      "     inbound ah sas:\n"
                      "\n"
                      "     inbound pcp sas:\n"
                      "\n"
                      "     outbound esp sas:\n"
                      "      spi: 0x3803A0C1(939761857)\n"
                      "        transform: esp-des esp-md5-hmac ,\n"
                      "        in use settings = {Tunnel, }\n"
                      "        slot: 0, conn id: 201, flow_id: 2, crypto map: vpn\n"
                      "        sa timing: remaining key lifetime (k/sec): (4607999/3150)\n"
                      "        IV size: 8 bytes\n"
                      "        replay detection support: Y\n"
                      "\n"
                      "     outbound ah sas:\n"
                      "\n"
                      "     outbound pcp sas:\n");
  backend.sas.clear();
  EXPECT_EQ(show("d-c", "sh cr ipsec sa").find("spi: 0x"), std::string::npos);
  EXPECT_NE(show("d-c", "sh cr ipsec sa").find("     current outbound spi: 0\n"),
            std::string::npos);
}

TEST_F(DialectScreens, IpsecSaOf123) {  // R-SHOW-8, R-NAT-14
  backend.sas[0].remote.port = 4500;
  backend.sas[0].children[0].remote.port = 4500;
  backend.sas[0].children[0].udp_encapsulation = true;
  backend.states[kSpiIn].out.other_failures = 90;
  EXPECT_EQ(show("d-b", "show crypto ipsec sa"),
            "\n"
            "interface:FastEthernet0\n"
            "  Crypto map tag:vpn, local addr. 172.16.172.39\n"
            "\n"
            "  local ident (addr/mask/prot/port):(1.1.1.0/255.255.255.0/0/0)\n"
            "  remote ident (addr/mask/prot/port):(192.168.4.0/255.255.255.0/0/0)\n"
            "  current_peer:172.16.172.34:4500\n"
            "  PERMIT, flags={origin_is_acl,}\n"
            "  #pkts encaps:3, #pkts encrypt:3, #pkts digest 3\n"
            "  #pkts decaps:3, #pkts decrypt:3, #pkts verify 3\n"
            "  #pkts compressed:0, #pkts decompressed:0\n"
            "  #pkts not compressed:0, #pkts compr. failed:0, #pkts decompress failed:0\n"
            "  #send errors 90, #recv errors 0\n"
            "\n"
            "  local crypto endpt.:172.16.172.39, remote crypto endpt.:172.16.172.34:4500\n"
            "  path mtu 1500, media mtu 1500\n"
            "  current outbound spi:3803A0C1\n"
            "\n"
            "  inbound esp sas:\n"
            "  spi:0xD740971C(3611334428)\n"
            "  transform:esp-des esp-md5-hmac ,\n"
            "  in use settings ={Tunnel UDP-Encaps, }\n"
            "  slot:0, conn id:200, flow_id:1, crypto map:vpn\n"
            "  sa timing:remaining key lifetime (k/sec):(4607999/3150)\n"
            "  IV size:8 bytes\n"
            "  replay detection support:Y\n"
            "\n"
            "  inbound ah sas:\n"
            "\n"
            "  inbound pcp sas:\n"
            "\n"
            "  outbound esp sas:\n"
            "  spi:0x3803A0C1(939761857)\n"
            "  transform:esp-des esp-md5-hmac ,\n"
            "  in use settings ={Tunnel UDP-Encaps, }\n"
            "  slot:0, conn id:201, flow_id:2, crypto map:vpn\n"
            "  sa timing:remaining key lifetime (k/sec):(4607999/3150)\n"
            "  IV size:8 bytes\n"
            "  replay detection support:Y\n"
            "\n"
            "  outbound ah sas:\n"
            "\n"
            "  outbound pcp sas:\n");
}

// R-SHOW-7, R-SHOW-37: AH around ESP and compression have numbers and headings of their own.
TEST_F(DialectScreens, EveryProtocolUnderItsHeading) {
  ike::ChildSaStatus& child = backend.sas[0].children[0];
  child.suite.ah = wire::IntegId::kHmacSha1_96;
  child.suite.compression = wire::IpCompId::kLzs;
  child.ah_spi_in = 0x11;
  child.ah_spi_out = 0x12;
  child.cpi_in = 0x9FE5;
  child.cpi_out = 0xC776;
  for (const char* dialect : {"live", "d-c"}) {
    const std::string text = show(dialect, "show crypto ipsec sa");
    const auto after = [&](const std::string& heading) {
      const auto at = text.find("     " + heading + "\n");
      return at == text.npos ? std::string() : text.substr(at + heading.size() + 6, 100);
    };
    EXPECT_TRUE(after("inbound esp sas:")
                    .starts_with("      spi: 0xD740971C(3611334428)\n"
                                 "        transform: esp-des esp-md5-hmac ,\n"))
        << text;
    EXPECT_TRUE(after("inbound ah sas:")
                    .starts_with("      spi: 0x11(17)\n        transform: ah-sha-hmac ,\n"))
        << text;
    EXPECT_TRUE(after("outbound ah sas:").starts_with("      spi: 0x12(18)\n")) << text;
    EXPECT_TRUE(after("inbound pcp sas:")
                    .starts_with("      spi: 0x9FE5(40933)\n        transform: comp-lzs ,\n"))
        << text;
    EXPECT_TRUE(after("outbound pcp sas:").starts_with("      spi: 0xC776(51062)\n")) << text;
  }
}

TEST_F(DialectScreens, CryptoMapOf122) {  // R-SHOW-9; names that nothing is left of
  EXPECT_EQ(show("d-c", "sh cr map"),
            "Crypto Map: \"mymap\" local address: Loopback0\n"
            "        Interfaces using crypto map mymap:\n"
            "\n"
            "Crypto Map \"vpn\" 10 ipsec-isakmp\n"
            "        Peer = 172.16.172.34\n"
            "        Extended IP access list 130\n"
            "            access-list 130 permit ip 1.1.1.0 0.0.0.255 192.168.4.0 0.0.0.255\n"
            "        Current peer: 172.16.172.34\n"
            "        Security association lifetime: 4608000 kilobytes/3600 seconds\n"
            "        PFS (Y/N): N\n"
            "        Transform sets={ myset, }\n"
            "        Interfaces using crypto map vpn:\n"
            "                FastEthernet0\n"
            "\n"
            "        Interfaces using crypto map certificate:\n"
            "                Serial0\n"
            "\n");
}

TEST_F(DialectScreens, IsakmpPolicyOf122) {  // R-SHOW-1, R-SHOW-2
  EXPECT_EQ(show("d-c", "sh cr isa policy"),
            "Protection suite of priority 10\n"
            "  encryption algorithm:  DES - Data Encryption Standard (56 bit keys).\n"
            "  hash algorithm:        Message Digest 5\n"
            "  authentication method: Rivest-Shamir-Adleman Signature\n"
            "  Diffie-Hellman group:  #1 (768 bit)\n"
            "  lifetime:              86400 seconds, no volume limit\n"
            "Default protection suite\n"
            "  encryption algorithm:  DES - Data Encryption Standard (56 bit keys).\n"
            "  hash algorithm:        Secure Hash Standard\n"
            "  authentication method: Rivest-Shamir-Adleman Signature\n"
            "  Diffie-Hellman group:  #1 (768 bit)\n"
            "  lifetime:              86400 seconds, no volume limit\n");
}

TEST_F(DialectScreens, IsakmpPolicyOf123) {  // R-SHOW-1, R-SHOW-2
  session.execute("configure terminal");
  for (const char* line :
       {"no crypto isakmp policy 10", "crypto isakmp policy 1", "encryption aes 256",
        "authentication pre-share", "lifetime 3600", "end"})
    EXPECT_FALSE(session.execute(line).rejection) << line;
  EXPECT_EQ(show("d-b", "show crypto isakmp policy"),
            "\n"
            "Protection suite of priority 1\n"
            "encryption algorithm: AES - Advanced Encryption Standard (256 bit keys).\n"
            "hash algorithm:       Secure Hash Standard\n"
            "authentication method: Pre-Shared Key\n"
            "Diffie-Hellman group: #1 (768 bit)\n"
            "lifetime:             3600 seconds, no volume limit\n"
            "\n"
            "Default protection suite\n"
            "encryption algorithm: DES - Data Encryption Standard (56 bit keys).\n"
            "hash algorithm:       Secure Hash Standard\n"
            "authentication method: Rivest-Shamir-Adleman Signature\n"
            "Diffie-Hellman group: #1 (768 bit)\n"
            "lifetime:             86400 seconds, no volume limit\n");
}

// R-SHOW-2: last, and alone where there is no policy.
TEST_F(DialectScreens, TheDefaultSuiteWithoutAPolicy) {
  session.execute("configure terminal");
  session.execute("no crypto isakmp policy 10");
  session.execute("end");
  for (const char* dialect : {"live", "d-a", "d-b", "d-c", "pix"}) {
    const std::string text = show(dialect, "show crypto isakmp policy");
    EXPECT_NE(text.find("Default protection suite\n"), std::string::npos) << dialect;
    EXPECT_EQ(text.find("priority"), std::string::npos) << dialect;
    EXPECT_TRUE(text.ends_with("86400 seconds, no volume limit\n")) << dialect;
  }
}

TEST_F(DialectScreens, CertificatesOf122) {  // R-SHOW-12, R-PKI-63
  backend.store = {certificate(CertificateKind::kOwn, "3B2FD652", "General Purpose"),
                   certificate(CertificateKind::kRaSign, "3B2FD319", "Signature"),
                   certificate(CertificateKind::kRaEncrypt, "3B2FD318", "Encryption"),
                   certificate(CertificateKind::kCa, "3B2FD307", "General Purpose")};
  backend.store[0].fqdn = "1720-1.cisco.com";
  for (const std::size_t ra : {1, 2})
    backend.store[ra].subject.insert(backend.store[ra].subject.begin(), {"cn", "First Officer"});
  const auto block = [](const std::string& title, const std::string& serial,
                        const std::string& usage, const std::string& subject) {
    return title + "\n  Status: Available\n  Certificate Serial Number: " + serial +
           "\n  Key Usage: " + usage +
           "\n  Issuer:\n"
           "    OU = sjvpn\n"
           "    O = cisco\n"
           "    C = us\n" +
           subject +
           "  CRL Distribution Point:\n"
           "    CN = CRL1, OU = sjvpn, O = cisco, C = us\n"
           "  Validity Date:\n"
           "    start date: 03:06:14 UTC Jan 11 2002\n"
           "    end   date: 03:36:14 UTC Jan 11 2003\n"
           "  Associated Identity: vpn\n"
           "\n";
  };
  const std::string officer =
      "  Subject:\n    CN = First Officer\n    OU = sjvpn\n    O = cisco\n    C = us\n";
  EXPECT_EQ(show("d-c", "sh cr ca cert"),
            block("Certificate", "3B2FD652", "General Purpose",
                  "  Subject Name Contains:\n    Name: 1720-1.cisco.com\n") +
                block("RA Signature Certificate", "3B2FD319", "Signature", officer) +
                block("RA KeyEncipher Certificate", "3B2FD318", "Encryption", officer) +
                block("CA Certificate", "3B2FD307", "General Purpose",
                      "  Subject:\n    OU = sjvpn\n    O = cisco\n    C = us\n"));
}

TEST_F(DialectScreens, CertificatesOf122Sra) {  // R-SHOW-14
  backend.store = {certificate(CertificateKind::kOwn, "21", "General Purpose")};
  CertificateView& view = backend.store[0];
  view.trustpoint = "LaBcA";
  view.issuer = {{"cn", "blue-lab CA"}, {"o", "CISCO"}, {"c", "IN"}};
  view.subject = {{"c", "IN"}, {"ou", "green"}, {"hostname", "Router.cisco.com"}};
  view.fqdn = "Router.cisco.com";
  view.crl_urls.clear();
  const std::string text =
      "Certificate\n"
      "  Status: Available\n"
      "  Certificate Serial Number: 21\n"
      "  Certificate Usage: General Purpose\n"
      "  Issuer:\n"
      "    cn=blue-lab CA\n"
      "    o=CISCO\n"
      "    c=IN\n"
      "  Subject:\n"
      "    Name: Router.cisco.com\n"
      "    c=IN\n"
      "    ou=green\n"
      "    hostname=Router.cisco.com\n"
      "  Validity Date:\n"
      "    start date: 03:06:14 UTC Jan 11 2002\n"
      "    end   date: 03:36:14 UTC Jan 11 2003\n"
      "    renew date: 00:00:00 UTC Jan 1 1970\n"
      "  Associated Trustpoints: LaBcA\n"
      "\n";
  EXPECT_EQ(show("d-a", "show crypto pki certificates"), text);
  EXPECT_EQ(show("d-b", "show crypto pki certificates"), text);
}

TEST_F(DialectScreens, CrlsOf122) {  // R-SHOW-13
  const CertificateView any = certificate(CertificateKind::kCa, "1", "");
  backend.crl_list = {{any.issuer, any.not_before, any.not_after, backend.time,
                       "CN = CRL1, OU = sjvpn, O = cisco, C = us", 413, 2}};
  const std::string head =
      "CRL Issuer Name:\n"
      "    OU = sjvpn, O = cisco, C = us\n"
      "    LastUpdate: 03:06:14 UTC Jan 11 2002\n"
      "    NextUpdate: 03:36:14 UTC Jan 11 2003\n"
      "    Retrieved from CRL Distribution Point:\n";
  EXPECT_EQ(show("d-c", "sh crypto ca crls"),
            head + "      LDAP: CN = CRL1, OU = sjvpn, O = cisco, C = us\n\n");
  backend.crl_list[0].source = "file:///etc/spa/lab.crl";
  EXPECT_EQ(show("d-c", "sh crypto ca crls"), head + "      file:///etc/spa/lab.crl\n\n");
}

// R-SHOW-10: connections that have no keys yet are there; the screen ends with them.
TEST_F(DialectScreens, EngineConnectionsOf122) {
  ike::IkeSaStatus begun = tunnel();
  begun.id = 114;
  begun.state = ike::IkeSaState::kInNegotiation;
  begun.children.clear();
  backend.sas[0].cipher = {wire::EncrId::kDes, 0};
  backend.sas.push_back(begun);
  EXPECT_EQ(show("d-c", "sh cr en conn ac"),
            "  ID Interface       IP-Address      State  Algorithm           Encrypt  Decrypt\n"
            " 110 FastEthernet0   172.16.172.39   set    HMAC_MD5+DES_56_CB        0        0\n"
            " 200 FastEthernet0   172.16.172.39   set    HMAC_MD5+DES_56_CB        0        3\n"
            " 201 FastEthernet0   172.16.172.39   set    HMAC_MD5+DES_56_CB        3        0\n"
            " 114 FastEthernet0   172.16.172.39   alloc  NONE                      0        0\n");
}

TEST_F(DialectScreens, CryptoSessionOf122Sra) {  // R-SHOW-35
  backend.sas[0].dpd = {30, 5, true};
  backend.sas[0].profile = "prof2";
  EXPECT_EQ(show("d-a", "show crypto session detail"),
            "Crypto session current status\n"
            "\n"
            "Code: C - IKE Configuration mode, D - Dead Peer Detection\n"
            "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation\n"
            "X - IKE Extended Authentication, F - IKE Fragmentation\n"
            "\n"
            "Interface: FastEthernet0\n"
            "Profile: prof2\n"
            "Uptime: 00:00:45\n"
            "Session status: UP-ACTIVE\n"
            "Peer: 172.16.172.34 port 500 fvrf: (none) ivrf: (none)\n"
            "      Phase1_id: 172.16.172.34\n"
            "      Desc: (none)\n"
            "  IKE SA: local 172.16.172.39/500 remote 172.16.172.34/500 Active\n"
            "          Capabilities:D connid:110 lifetime:23:59:15\n"
            "  IPSEC FLOW: permit ip 1.1.1.0/255.255.255.0 192.168.4.0/255.255.255.0\n"
            "        Active SAs: 2, origin: crypto map\n"
            "        Inbound:  #pkts dec'ed 3 drop 0 life (KB/Sec) 4607999/3150\n"
            "        Outbound: #pkts enc'ed 3 drop 0 life (KB/Sec) 4607999/3150\n"
            "\n");
}

TEST_F(DialectScreens, Ikev2SessionBeforeToday) {  // R-SHOW-18, R-REV-15
  ike::IkeSaStatus& sa = backend.sas[0];
  sa.id = 1;
  sa.version = 2;
  sa.status_description = "Negotiation done";
  sa.local = end("10.0.0.1");
  sa.remote = end("10.0.0.2");
  sa.integrity = wire::IntegId::kHmacSha1_96;
  sa.group = wire::DhId::kModp1024;
  sa.local_auth = "PSK";
  sa.active_seconds = 248;
  sa.lifetime_seconds = 86405;
  sa.spi_local = 0x750CBE827434A245;
  sa.spi_remote = 0x4353FEDBABEBF24C;
  sa.local_identity.kind = policy::Identity::Kind::kAddress;
  sa.local_identity.address = sa.local.address;
  sa.remote_identity.address = sa.remote.address;
  sa.remote_request_id = 2;
  sa.local_window = sa.remote_window = 5;
  sa.disconnect_revoked = true;
  ike::ChildSaStatus& child = sa.children[0];
  child.spi_in = 0x9360A95;
  child.spi_out = 0x6C340600;
  child.cpi_in = 0x9FE5;
  child.cpi_out = 0xC776;
  child.suite = {wire::EncrId::kAesCbc, 128, wire::IntegId::kHmacSha1_96, false};
  child.suite.compression = wire::IpCompId::kLzs;
  child.selectors_local = {net("10.0.0.1/32")};
  child.selectors_remote = {net("10.0.0.2/32")};
  EXPECT_EQ(show("d-a", "show crypto ikev2 session detail"),
            "Session-id:1, Status:UP-ACTIVE, IKE count:1, CHILD count:1\n"
            "Tunnel-id   Local          Remote           fvrf/ivrf          Status \n"
            "1           10.0.0.1/500    10.0.0.2/500      (none)/(none)      READY  \n"
            "      Encr: 3DES, Hash: SHA96, DH Grp:2, Auth: PSK\n"
            "      Life/Remaining/Active Time: 86405/86157/248 sec\n"
            "      CE id: 0, Session-id: 1, MIB-id: 1\n"
            "      Status Description: Negotiation done\n"
            "      Local spi: 750CBE827434A245       Remote spi: 4353FEDBABEBF24C\n"
            "      Local id:          10.0.0.1        Remote id:          10.0.0.2\n"
            "      Local req mess id:    0           Remote req mess id: 1\n"
            "      Local next mess id:    0          Remote next mess id: 2\n"
            "      Local req queued:    0            Remote req queued: 0\n"
            "      Local window:    5                Remote window: 5\n"
            "      DPD configured for 0 seconds\n"
            "      NAT-T is not detected\n"
            "      Disconnect Revoked Peer: Enabled\n"
            "Child sa: local selector  10.0.0.1/0 - 10.0.0.1/65535\n"
            "          remote selector 10.0.0.2/0 - 10.0.0.2/65535\n"
            "          ESP spi in/out: 0x9360A95/0x6C340600  \n"
            "          CPI in/out: 0x9FE5/0xC776  \n"
            "          AH spi in/out: 0x0/0x0  \n"
            "          Encr: AES CBC, keysize: 128, esp_hmac: SHA96\n"
            "          ah_hmac: Unknown - 0, comp: IPCOMP_LZS, mode tunnel\n"
            "\n");
}

// The choice belongs to whoever made it, and JSON has no forms.
TEST_F(DialectScreens, TheFormIsOfOneTerminal) {
  const std::string live = show("live", "show crypto ipsec sa");
  EXPECT_NE(show("d-c", "show crypto ipsec sa"), live);
  Session other(configuration, true);
  EXPECT_EQ(other.execute("show crypto ipsec sa").text, live);
  EXPECT_EQ(session.execute("show crypto ipsec sa", OutputFormat::kJson).json,
            other.execute("show crypto ipsec sa", OutputFormat::kJson).json);
  EXPECT_EQ(show("live", "show crypto ipsec sa"), live);
  EXPECT_TRUE(session.execute("terminal dialect d-x").rejection);
}

}  // namespace
}  // namespace spa::config
