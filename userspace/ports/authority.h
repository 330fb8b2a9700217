// SPDX-License-Identifier: Apache-2.0
// A certification authority that is asked over the network. What speaks its protocol implements
// this; without one, certificates are pasted.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"

namespace spa::ports {

// Where an authority is, as the trustpoint says.
struct AuthorityPlace {
  std::string trustpoint;
  std::string url;                      // http://ADDRESS[:PORT][/SCRIPT]
  bool registration_authority = false;  // `enrollment mode ra`
};

// A request for one certificate, and what is needed to send it.
struct CertificateRequest {
  Bytes pkcs10;
  crypto::PrivateKey key;          // the one that it is for
  std::vector<Bytes> authorities;  // the certificates of CA and RA
};

// What the authority says to a request.
struct AuthorityReply {
  enum class State { kPending, kGranted, kRefused };
  State state = State::kPending;
  std::vector<Bytes> certificates;  // kGranted: ours, perhaps others too
  std::string reason;               // kRefused
};

// All calls come on the owner's thread, and so do the answers: once each, never inside the call.
// The errors name the server and what is wrong with it.
class Authority {
 public:
  using CertificatesCallback = std::function<void(Result<std::vector<Bytes>>)>;
  using ReplyCallback = std::function<void(Result<AuthorityReply>)>;

  virtual ~Authority() = default;
  // The certificates of CA and RA in DER, in any order.
  virtual void get_certificates(const AuthorityPlace& place, CertificatesCallback done) = 0;
  virtual void request(const AuthorityPlace& place, const CertificateRequest& request,
                       ReplyCallback done) = 0;
  // Asks what has become of a request that is pending.
  virtual void poll(const AuthorityPlace& place, const CertificateRequest& request,
                    ReplyCallback done) = 0;
};

}  // namespace spa::ports
