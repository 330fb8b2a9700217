// SPDX-License-Identifier: Apache-2.0
// A certification authority for tests: makes certificates and CRLs with the properties a test asks
// for.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"

namespace spa::pki::test {

using KeyPtr = std::shared_ptr<EVP_PKEY>;
using X509Ptr = std::shared_ptr<X509>;

struct Issue {
  std::string common_name = "peer";
  std::string organization = "Example";
  std::string alternative_names;  // OpenSSL syntax: "DNS:peer.example,IP:192.0.2.1"
  std::string key_usage;          // "digitalSignature"
  bool ca = false;
  long serial = 0;  // 0: the next one
  int from_hours = -1;
  int to_hours = 24;
};

struct Issued {
  X509Ptr certificate;
  KeyPtr key;
  [[nodiscard]] Bytes der() const;
};

class TestCa {
 public:
  explicit TestCa(const std::string& name, const TestCa* parent = nullptr);
  Issued issue(const Issue& what);
  // PEM; times in hours from now.
  [[nodiscard]] std::string crl(const std::vector<long>& revoked, int last_update = -1,
                                int next_update = 24) const;
  [[nodiscard]] Bytes der() const { return self_.der(); }
  [[nodiscard]] const Issued& self() const { return self_; }
  // The certificate that a request (PKCS #10) asks for, with its extensions, for a year around
  // `now`; its issuer is called `issuer` (a name in DER) unless that is empty.
  [[nodiscard]] Bytes certify(ByteView request, WallTime now, ByteView issuer = {});
  // A PKCS#12 file with key, certificate and this CA.
  [[nodiscard]] Bytes pkcs12(const Issued& identity, const std::string& password,
                             int iterations = 1000) const;

 private:
  Issued sign(const Issue& what, const Issued* issuer);
  Issued self_;
  long next_serial_ = 0x1000;
};

}  // namespace spa::pki::test
