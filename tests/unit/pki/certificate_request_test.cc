// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/certificate_request.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <memory>

#include "userspace/pki/name.h"

namespace spa::pki {
namespace {

using RequestPtr = std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)>;

RequestPtr parsed(const Bytes& der) {
  const unsigned char* cursor = der.data();
  return {d2i_X509_REQ(nullptr, &cursor, static_cast<long>(der.size())), X509_REQ_free};
}

std::string subject(const RequestContent& content) {
  const auto key = *crypto::PrivateKey::generate_rsa(512);
  const auto der = make_certificate_request(content, key);
  if (!der) return der.error().text;
  const RequestPtr request = parsed(*der);
  return to_string(X509_REQ_get_subject_name(request.get()));
}

// R-PKI-54: the request of the manual, of which it prints the size and the first octets: version 0,
// the name as unstructuredName in IA5String, a key of 512 bits, 51 octets of attributes.
TEST(CertificateRequest, IsThatOfTheManual) {
  const auto key = *crypto::PrivateKey::generate_rsa(512);
  RequestContent content;
  content.fqdn = "1720-1.cisco.com";
  content.challenge = to_secret(as_bytes("ww"));
  const Bytes der = *make_certificate_request(content, key);
  EXPECT_EQ(der.size(), 272u);
  EXPECT_EQ(to_hex(ByteView(der).first(32)),
            "3082010c3081b7020100302131"
            "1f301d06092a864886f70d01090216"
            "10313732");
  const RequestPtr request = parsed(der);
  ASSERT_TRUE(request);
  EXPECT_EQ(X509_REQ_get_version(request.get()), 0);
  EXPECT_EQ(X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())), 1);
  EXPECT_GE(X509_REQ_get_attr_by_NID(request.get(), NID_pkcs9_challengePassword, -1), 0);
}

// R-PKI-19: the subject as it is typed, behind the router's own name; without it that alone.
TEST(CertificateRequest, NamesTheSubject) {
  RequestContent content;
  content.fqdn = "left.example.com";
  EXPECT_EQ(subject(content), "hostname=left.example.com");
  content.subject_name = "OU = green , c=IN";
  EXPECT_EQ(subject(content), "c=IN,ou=green,hostname=left.example.com");
  content.subject_name = "o=Example\\, Inc.";
  EXPECT_EQ(subject(content), "o=Example, Inc.,hostname=left.example.com");
  content.subject_name = "cn=M\xc3\xbcnchen";
  EXPECT_EQ(subject(content), "cn=M\xc3\xbcnchen,hostname=left.example.com");
  for (const char* wrong : {"green", "ou=", "=green", "xx=green", "ou=green,,c=IN", "c=India"}) {
    EXPECT_FALSE(check_subject_name(wrong)) << wrong;
  }
}

// The purpose of the key, and names to be known by.
TEST(CertificateRequest, AsksForExtensions) {
  const auto key = *crypto::PrivateKey::generate_rsa(512);
  RequestContent content;
  content.fqdn = "left.example.com";
  content.alternative_names = {"left.example.com"};
  for (const auto& [usage, octet] :
       {std::pair{KeyUsage::kGeneral, "030205a0"}, std::pair{KeyUsage::kSignature, "03020780"},
        std::pair{KeyUsage::kEncryption, "03020520"}}) {
    content.usage = usage;
    const std::string hex = to_hex(*make_certificate_request(content, key));
    EXPECT_NE(hex.find("0603551d0f0404" + std::string(octet)), std::string::npos) << hex;
    // dNSName of subjectAltName
    EXPECT_NE(hex.find("8210" + to_hex(as_bytes("left.example.com"))), std::string::npos) << hex;
  }
}

// R-PKI-4: the shortest keys have room for an MD5 signature alone.
TEST(CertificateRequest, IsSignedByShortKeysToo) {
  RequestContent content;
  content.fqdn = "left";
  for (const auto& [bits, nid] :
       {std::pair{360u, NID_md5WithRSAEncryption}, std::pair{368u, NID_sha1WithRSAEncryption},
        std::pair{496u, NID_sha256WithRSAEncryption}}) {
    const auto der = make_certificate_request(content, *crypto::PrivateKey::generate_rsa(bits));
    ASSERT_TRUE(der) << bits << ": " << der.error().text;
    const RequestPtr request = parsed(*der);
    EXPECT_EQ(X509_REQ_get_signature_nid(request.get()), nid) << bits;
    EXPECT_EQ(X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())), 1) << bits;
  }
}

TEST(CertificateRequest, IsPrintedInLines) {
  EXPECT_EQ(base64_lines(Bytes(48, 0)), std::string(64, 'A') + "\n");
  EXPECT_EQ(base64_lines(Bytes(49, 0)), std::string(64, 'A') + "\nAA==\n");
}

}  // namespace
}  // namespace spa::pki
