// SPDX-License-Identifier: Apache-2.0
// The sub-commands of a trustpoint.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/unit/config/pki_backend.h"
#include "userspace/pki/pem.h"

namespace spa::config {
namespace {

class TrustpointTest : public testing::Test {
 protected:
  void SetUp() override { type("configure terminal"); }
  std::string type(std::string_view line) { return person.type(line); }
  const policy::Trustpoint& known(std::string_view name) {
    return *person.configuration->snapshot()->trustpoint(name);
  }
  std::string block(const std::string& name) {
    const std::string all = person.configuration->running_config();
    const auto begin = all.find("crypto pki trustpoint " + name + "\n");
    if (begin == all.npos) return {};
    return all.substr(begin, all.find("\n!", begin) - begin + 1);
  }
  PkiSession person;
};

// R-PKI-11, R-CLI-6, R-CLI-7: numbers are names too, there may be several, and each way to open the
// block has its prompt.
TEST_F(TrustpointTest, OpensInBothSpellings) {
  for (const char* line : {"crypto ca identity 2315", "crypto pki identity 2315"}) {
    EXPECT_EQ(type(line), "");
    EXPECT_EQ(person.session->prompt(), "Router(ca-identity)#");
  }
  for (const char* line : {"crypto ca trustpoint vpn", "crypto pki trustpoint VPN"}) {
    EXPECT_EQ(type(line), "");
    EXPECT_EQ(person.session->prompt(), "Router(ca-trustpoint)#");
  }
  EXPECT_EQ(type("crl optional"), "");
  EXPECT_EQ(person.configuration->snapshot()->trustpoints.size(), 2u);
}

// R-PKI-12, 14, 15, 16, 18, 19, 20, 22 and 23: typed in any order, printed in the router's, without
// what is the default.
TEST_F(TrustpointTest, IsPrintedInOrder) {
  type("crypto ca trustpoint vpn");
  for (const char* line :
       {"rsakeypair keys 1024", "crl optional", "subject-name ou=green,c=IN", "password challenge",
        "ip-address none", "fqdn vpn.example.com", "serial-number none", "match certificate MAP",
        "query url ldap://171.69.89.16", "enrollment url http://10.76.82.20:80/cgi-bin/openscep",
        "enrollment retry period 1", "enrollment mode ra", "enrollment retry count 20",
        "auto-enroll 70", "vrf blue", "source interface Loopback0", "crl cache none"})
    EXPECT_EQ(type(line), "") << line;
  EXPECT_EQ(block("vpn"),
            "crypto pki trustpoint vpn\n"
            " enrollment retry count 20\n"
            " enrollment mode ra\n"
            " enrollment url http://10.76.82.20:80/cgi-bin/openscep\n"
            " query url ldap://171.69.89.16\n"
            " source interface Loopback0\n"
            " vrf blue\n"
            " serial-number none\n"
            " fqdn vpn.example.com\n"
            " ip-address none\n"
            " password challenge\n"
            " subject-name ou=green,c=IN\n"
            " crl optional\n"
            " crl cache none\n"
            " match certificate MAP\n"
            " rsakeypair keys 1024\n"
            " auto-enroll 70\n");
  const policy::Trustpoint& t = known("vpn");
  EXPECT_EQ(t.url, "http://10.76.82.20:80/cgi-bin/openscep");
  EXPECT_TRUE(t.registration_authority);
  EXPECT_EQ(t.retry_count, 20u);
  EXPECT_EQ(t.retry_minutes, 1u);
  EXPECT_EQ(t.subject_name, "ou=green,c=IN");
  EXPECT_EQ(t.rsa_keypair, "keys");
}

// R-PKI-15, 16 and 17: ranges, defaults, and the spellings with a hyphen.
TEST_F(TrustpointTest, TakesOldSpellingsAndRanges) {
  type("crypto pki trustpoint vpn");
  EXPECT_EQ(known("vpn").retry_count, 10u);
  type("enrollment retry-count 7");
  type("enrollment retry-period 5");
  EXPECT_EQ(known("vpn").retry_count, 7u);
  EXPECT_EQ(known("vpn").retry_minutes, 5u);
  type("enrollment retry count 8");
  EXPECT_EQ(known("vpn").retry_count, 8u);
  EXPECT_EQ(block("vpn").find("retry-count"), std::string::npos);
  for (const char* line :
       {"enrollment retry count 101", "enrollment retry period 0", "enrollment retry period 61"})
    EXPECT_TRUE(person.session->execute(line).rejection) << line;
  for (const char* line : {"enrollment url ftp://192.0.2.1", "query url http://192.0.2.1",
                           "subject-name green", "fingerprint 1234"})
    EXPECT_TRUE(person.session->execute(line).rejection) << line;
}

// R-PKI-20, R-PKI-21: one setting in several words.
TEST_F(TrustpointTest, ChoosesHowCertificatesAreChecked) {
  using policy::RevocationCheck;
  type("crypto pki trustpoint vpn");
  EXPECT_EQ(known("vpn").revocation, RevocationCheck::kCrl);
  for (const auto& [line, check] :
       {std::pair{"crl optional", RevocationCheck::kCrlIfThere},
        std::pair{"crl best-effort", RevocationCheck::kCrlIfPossible},
        std::pair{"revocation-check none", RevocationCheck::kNone},
        std::pair{"revocation-check crl none", RevocationCheck::kCrlIfPossible},
        std::pair{"revocation-check crl", RevocationCheck::kCrl}}) {
    EXPECT_EQ(type(line), "") << line;
    EXPECT_EQ(known("vpn").revocation, check) << line;
  }
  EXPECT_EQ(block("vpn"), "crypto pki trustpoint vpn\n");  // crl is the default
  EXPECT_NE(type("revocation-check ocsp crl").find("passed over"), std::string::npos);
  EXPECT_EQ(known("vpn").revocation, RevocationCheck::kCrl);
  EXPECT_NE(type("revocation-check ocsp").find("no OCSP"), std::string::npos);
  EXPECT_TRUE(person.session->execute("revocation-check none crl").rejection);
}

// R-PKI-64, R-DLG-4, R-DLG-10: no changes nothing; one that is not there asks nothing.
TEST_F(TrustpointTest, AsksBeforeItIsRemoved) {
  type("crypto pki trustpoint vpn");
  ASSERT_TRUE(
      person.backend->trust_store.add_certificate("vpn", person.backend->authority.ca.der()));
  type("no crypto pki trustpoint vpn");
  EXPECT_EQ(person.session->prompt(), "Are you sure you want to do this? [yes/no]: ");
  EXPECT_EQ(type("n"), "");
  EXPECT_EQ(block("vpn"), "crypto pki trustpoint vpn\n");
  EXPECT_EQ(person.backend->certificates().size(), 1u);
  EXPECT_EQ(type("no crypto ca identity other"), "");
  EXPECT_EQ(person.session->asking(), Asking::kNothing);
}

// R-PKI-60, R-PKI-62 and R-PKI-63: the serial number is the certificate's; a wrong signature is no
// reason to refuse; the order of a chain is the router's, whatever was typed.
TEST_F(TrustpointTest, PrintsItsChainInOrder) {
  type("crypto pki trustpoint vpn");
  type("exit");
  const auto read = [](const char* file) {
    return *pki::read_certificates(std::string(SPA_SOURCE_DIR "/tests/vectors/router/") + file,
                                   1 << 20);
  };
  const auto authority = read("authority.pem");
  const auto paste = [&](const std::string& command, const pki::Certificate& certificate) {
    type("crypto ca certificate chain vpn");
    type(command);
    type(to_hex(certificate.der()));
    return type("quit");
  };
  EXPECT_EQ(paste("certificate ca 3B2FD307", authority[2]), "");
  EXPECT_EQ(paste("certificate ra-encrypt 3B2FD318", authority[1]), "");
  EXPECT_EQ(paste("certificate ra-sign 3B2FD319", read("ra-sign-damaged.pem")[0]), "");
  EXPECT_EQ(paste("certificate 3B2FD652", read("router.pem")[0]), "");
  EXPECT_NE(paste("certificate ca 3B2FD308", authority[2]).find("3B2FD307, not 3B2FD308"),
            std::string::npos);
  std::string order;
  std::istringstream lines(person.configuration->running_config());
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(" certificate ")) order += line + ";";
  EXPECT_EQ(order,
            " certificate 3B2FD652; certificate ra-sign 3B2FD319; certificate ra-encrypt "
            "3B2FD318; certificate ca 3B2FD307;");
}

// R-SHOW-24
TEST_F(TrustpointTest, IsShown) {
  type("crypto pki trustpoint vpn");
  type("exit");
  EXPECT_EQ(type("do show crypto pki trustpoints"), "Trustpoint vpn:\n\n\n");
  EXPECT_EQ(type("do show crypto pki trustpoints vpn status"),
            "Trustpoint vpn:\n"
            "  Last enrollment status: Unknown\n"
            "  State:\n"
            "    Keys generated ............. No\n"
            "    Issuing CA authenticated ....... No\n"
            "    Certificate request(s) ..... None\n\n");
  const auto authority =
      *pki::read_certificates(SPA_SOURCE_DIR "/tests/vectors/router/authority.pem", 1 << 20);
  ASSERT_TRUE(person.backend->trust_store.add_certificate("vpn", authority[2].der()));
  type("hostname 1720-1");
  type("ip domain-name cisco.com");
  type("crypto key generate rsa modulus 512");
  EXPECT_EQ(type("do show crypto ca trustpoints"),
            "Trustpoint vpn:\n"
            "    Subject Name:\n"
            "    ou=sjvpn\n"
            "    o=cisco\n"
            "    c=us\n"
            "          Serial Number (hex): 3B2FD307\n"
            "    Certificate configured.\n\n\n");
  const std::string status = type("do show crypto pki trustpoints status");
  EXPECT_NE(status.find("  Issuing CA certificate configured:\n    Subject Name:\n"
                        "     ou=sjvpn,o=cisco,c=us\n"
                        "    Fingerprint MD5: 1FCDF2C8 2DEDA6AC 4819D4C4 B4CFF2F5\n"
                        "    Fingerprint SHA1: "),
            std::string::npos)
      << status;
  EXPECT_NE(status.find("Yes (General Purpose, non-exportable)"), std::string::npos) << status;
  EXPECT_EQ(type("do show crypto pki trustpoints nobody"), "");
}

}  // namespace
}  // namespace spa::config
