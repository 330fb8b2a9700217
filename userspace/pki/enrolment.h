// SPDX-License-Identifier: Apache-2.0
// How keys and certificates come to be: key pairs are made, an authority's certificates are
// believed, our own are asked for and taken (R-PKI-24 to R-PKI-41). It asks nobody anything: the
// commands do.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/log.h"
#include "userspace/pki/certificate_request.h"
#include "userspace/pki/key_store.h"
#include "userspace/pki/trust_store.h"
#include "userspace/ports/authority.h"
#include "userspace/ports/timers.h"

namespace spa::pki {

// What a trustpoint says about its authority.
struct EnrolmentTerms {
  ports::AuthorityPlace place;
  Duration retry_period = std::chrono::minutes(1);
  unsigned retry_count = 10;  // 0: without end
};

struct KeyRequest {
  std::string label;
  bool special = false;  // one pair to sign and one to encrypt, instead of one for both
  bool exportable = false;
  unsigned bits = 512;
  unsigned encryption_bits = 0;  // of the second pair; 0: as many
  bool server = false;           // and LABEL.server besides (R-PKI-6)
  [[nodiscard]] unsigned second_bits() const {
    return encryption_bits == 0 ? bits : encryption_bits;
  }
};

// A request that is made and not answered yet.
struct PendingRequest {
  std::string trustpoint;
  std::string name;  // the FQDN
  KeyUsage usage = KeyUsage::kGeneral;
  Bytes pkcs10;
  Bytes fingerprint;  // MD5 of it
};

class Enrolment {
 public:
  // Runs `work` away from the caller's thread, then `finish` on it, never inside the call.
  using Background = std::function<void(std::function<void()> work, std::function<void()> finish)>;
  struct World {
    ports::Timers& timers;
    LogSink& log;
    Background background;
  };

  // All of them outlive this.
  Enrolment(KeyStore& keys, TrustStore& trust, World world);
  ~Enrolment();
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;

  [[nodiscard]] KeyStore& keys() { return keys_; }
  [[nodiscard]] TrustStore& trust() { return trust_; }
  // What speaks to authorities; null: nothing does. Must outlive this.
  void use(ports::Authority* authority) { authority_ = authority; }
  // kUnsupported says what is missing.
  [[nodiscard]] Status can_ask() const;

  // Makes pairs, in the background, in place of all that have the label.
  void generate(const KeyRequest& request, std::function<void(Status)> done);
  // Deletes the pairs of a label, imported ones too; all with an empty label.
  Status zeroize(std::string_view label);

  // The certificates of CA and RA. kInvalid when no CA is among them.
  void fetch(const EnrolmentTerms& terms,
             std::function<void(Result<std::vector<Certificate>>)> done);
  // Believes `authority` from now on, which somebody has compared, and keeps what came with it.
  // kDenied when another CA is among that which it has not signed: nothing is kept then.
  Status accept(const std::string& trustpoint, const Certificate& authority,
                const std::vector<Certificate>& others);

  // Makes a request for each purpose (R-PKI-37), signed in the background, and keeps them; earlier
  // ones of the trustpoint are dropped.
  void prepare(const std::string& trustpoint, const std::string& label, RequestContent content,
               std::function<void(Result<std::vector<PendingRequest>>)> done);
  // Sends the requests of a trustpoint and asks for them until they are answered or enough.
  void submit(const EnrolmentTerms& terms);
  // Takes a certificate that was asked for. kInvalid when no key of ours fits, or when the
  // trustpoint's authority has not issued it.
  Status take(const std::string& trustpoint, const Certificate& certificate);
  // Forgets the requests of a trustpoint; whether there were any (R-PKI-69).
  bool cancel(std::string_view trustpoint);
  [[nodiscard]] std::vector<PendingRequest> pending() const;

 private:
  struct Job;
  void ask(const std::shared_ptr<Job>& job);
  void answered(const std::shared_ptr<Job>& job, Result<ports::AuthorityReply> reply);
  void granted(const std::shared_ptr<Job>& job, const std::vector<Bytes>& certificates);
  void wait(const std::shared_ptr<Job>& job);
  void finish(const std::shared_ptr<Job>& job);
  void log_line(std::string text);
  // Answers are never given inside the call.
  void later(std::function<void()> what);

  KeyStore& keys_;
  TrustStore& trust_;
  World world_;
  ports::Authority* authority_ = nullptr;
  std::list<std::shared_ptr<Job>> jobs_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // what comes later asks for it
};

// MD5 of octets, as fingerprints are compared with (R-PKI-25).
[[nodiscard]] Bytes md5_fingerprint(ByteView octets);

}  // namespace spa::pki
