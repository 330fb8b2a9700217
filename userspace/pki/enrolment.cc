// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/enrolment.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

#include "userspace/pki/file_name.h"

namespace spa::pki {
namespace {

constexpr unsigned kServerBits = 768;  // R-PKI-6

struct PairPlan {
  std::string label;
  KeyUsage usage;
  unsigned bits;
};

std::vector<PairPlan> plan(const KeyRequest& request) {
  std::vector<PairPlan> pairs;
  if (request.special) {
    pairs.push_back({request.label, KeyUsage::kSignature, request.bits});
    pairs.push_back({request.label, KeyUsage::kEncryption, request.second_bits()});
  } else {
    pairs.push_back({request.label, KeyUsage::kGeneral, request.bits});
  }
  if (request.server)
    pairs.push_back({request.label + ".server", KeyUsage::kEncryption, kServerBits});
  return pairs;
}

bool has_signed(const Certificate& issuer, const Certificate& certificate) {
  EVP_PKEY* key = X509_get0_pubkey(issuer.native());
  const bool good = key != nullptr && X509_verify(certificate.native(), key) == 1;
  ERR_clear_error();
  return good;
}

// By the authority, or by one of the others that it has signed in turn.
bool is_signed_below(const Certificate& certificate, const Certificate& authority,
                     const std::vector<Certificate>& others, std::size_t depth = 0) {
  constexpr std::size_t kDeepest = 5;
  if (has_signed(authority, certificate)) return true;
  return depth < kDeepest && std::any_of(
                                 others.begin(), others.end(),
                                 [&](const Certificate& other) {
                                   return other != certificate && other.is_ca() &&
                                          has_signed(other, certificate) &&
                                          is_signed_below(other, authority, others, depth + 1);
                                 });
}

}  // namespace

Bytes md5_fingerprint(ByteView octets) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (EVP_Digest(octets.data(), octets.size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
    return {};
  digest.resize(size);
  return digest;
}

// One request on its way.
struct Enrolment::Job {
  PendingRequest view;
  EnrolmentTerms terms;
  ports::CertificateRequest request;
  bool sent = false;
  bool over = false;
  unsigned polls = 0;
  ports::Timers::Id timer = 0;
};

Enrolment::Enrolment(KeyStore& keys, TrustStore& trust, World world)
    : keys_(keys), trust_(trust), world_(std::move(world)) {}

Enrolment::~Enrolment() {
  for (const auto& job : jobs_) world_.timers.cancel(job->timer);
}

Status Enrolment::can_ask() const {
  if (authority_ != nullptr) return {};
  return fail(Errc::kUnsupported,
              "authorities are not asked over the network: there is no SCEP; \"enrollment "
              "terminal\" takes certificates that are pasted");
}

void Enrolment::log_line(std::string text) {
  world_.log.write({Severity::kInfo, {}, {}, std::move(text)});
}

void Enrolment::later(std::function<void()> what) {
  world_.background([] {},
                    [alive = std::weak_ptr<char>(alive_), what = std::move(what)] {
                      if (!alive.expired()) what();
                    });
}

void Enrolment::generate(const KeyRequest& request, std::function<void(Status)> done) {
  struct Made {
    std::vector<KeyPair> pairs;
    Status result;
  };
  auto made = std::make_shared<Made>();
  world_.background(
      [made, pairs = plan(request)] {
        for (const PairPlan& pair : pairs) {
          auto key = crypto::PrivateKey::generate_rsa(pair.bits);
          if (!key) {
            made->result = tl::unexpected(key.error());
            return;
          }
          made->pairs.push_back({pair.label, pair.usage, false, {}, std::move(*key), false});
        }
      },
      [this, alive = std::weak_ptr<char>(alive_), made, request, done = std::move(done)] {
        if (alive.expired()) return;
        if (!made->result) return done(made->result);
        std::vector<std::string> labels{request.label};
        if (request.server) labels.push_back(request.label + ".server");
        for (KeyPair& pair : made->pairs) {
          pair.generated = world_.timers.wall();
          pair.exportable = request.exportable && pair.label == request.label;
        }
        for (const std::string& label : labels) {
          std::vector<KeyPair> pairs;
          for (const KeyPair& pair : made->pairs)
            if (pair.label == label) pairs.push_back(pair);
          keys_.replace(label, std::move(pairs));
        }
        done({});
      });
}

Status Enrolment::zeroize(std::string_view label) {
  const Status imported = trust_.forget_keys(label);
  const Status made = keys_.remove(label);
  return made ? imported : made;
}

void Enrolment::fetch(const EnrolmentTerms& terms,
                      std::function<void(Result<std::vector<Certificate>>)> done) {
  if (const Status able = can_ask(); !able)
    return later([done = std::move(done), able] { done(tl::unexpected(able.error())); });
  authority_->get_certificates(
      terms.place, [alive = std::weak_ptr<char>(alive_),
                    done = std::move(done)](Result<std::vector<Bytes>> got) {
        if (alive.expired()) return;
        if (!got) return done(tl::unexpected(got.error()));
        std::vector<Certificate> certificates;
        for (const Bytes& der : *got) {
          auto certificate = Certificate::from_der(der);
          if (!certificate) return done(tl::unexpected(certificate.error()));
          certificates.push_back(std::move(*certificate));
        }
        if (std::none_of(certificates.begin(), certificates.end(),
                         [](const Certificate& c) { return c.is_ca(); }))
          return done(fail(Errc::kInvalid, "the authority sent no CA certificate"));
        done(std::move(certificates));
      });
}

Status Enrolment::accept(const std::string& trustpoint, const Certificate& authority,
                         const std::vector<Certificate>& others) {
  for (const Certificate& certificate : others)
    if (certificate.is_ca() && certificate != authority &&
        !is_signed_below(certificate, authority, others))
      return fail(Errc::kDenied, "the CA certificate of " + certificate.subject() +
                                     " came with it, which " + authority.subject() +
                                     " has not signed");
  if (Status added = trust_.add_certificate(trustpoint, authority.der()); !added) return added;
  for (const Certificate& certificate : others)
    if (certificate != authority)
      if (Status added = trust_.add_intermediate(trustpoint, certificate.der()); !added)
        return added;
  return {};
}

void Enrolment::prepare(const std::string& trustpoint, const std::string& label,
                        RequestContent content,
                        std::function<void(Result<std::vector<PendingRequest>>)> done) {
  cancel(trustpoint);
  auto made = std::make_shared<std::vector<std::shared_ptr<Job>>>();
  const auto plan_job = [&](const KeyPair& pair) {
    auto job = std::make_shared<Job>(
        Job{{trustpoint, content.fqdn, pair.usage, {}, {}}, {}, {{}, pair.key, {}}});
    made->push_back(std::move(job));
  };
  const KeyPair* signer = keys_.find(label, KeyUsage::kSignature);
  if (signer == nullptr)
    return later([done = std::move(done), label] {
      done(fail(Errc::kNotFound, "there is no key pair " + label +
                                     " to sign with; make one with \"crypto key generate rsa\""));
    });
  plan_job(*signer);
  const KeyPair* other = keys_.find(label, KeyUsage::kEncryption);
  if (signer->usage == KeyUsage::kSignature && other != nullptr) plan_job(*other);
  auto result = std::make_shared<Status>();
  world_.background(
      [made, result, content = std::move(content)]() mutable {
        for (const auto& job : *made) {
          content.usage = job->view.usage;
          auto der = make_certificate_request(content, job->request.key);
          if (!der) {
            *result = tl::unexpected(der.error());
            return;
          }
          job->view.fingerprint = md5_fingerprint(*der);
          job->view.pkcs10 = *der;
          job->request.pkcs10 = std::move(*der);
        }
      },
      [this, alive = std::weak_ptr<char>(alive_), made, result, done = std::move(done)] {
        if (alive.expired()) return;
        if (!*result) return done(tl::unexpected(result->error()));
        std::vector<PendingRequest> views;
        for (const auto& job : *made) {
          jobs_.push_back(job);
          views.push_back(job->view);
        }
        done(std::move(views));
      });
}

void Enrolment::submit(const EnrolmentTerms& terms) {
  const std::string wanted = folded(terms.place.trustpoint);
  const auto jobs = jobs_;  // what is answered at once leaves the list
  for (const auto& job : jobs) {
    if (folded(job->view.trustpoint) != wanted || job->sent) continue;
    job->terms = terms;
    if (const TrustpointContent* content = trust_.find(terms.place.trustpoint)) {
      for (const auto* list : {&content->authorities, &content->intermediates})
        for (const Certificate& certificate : *list)
          job->request.authorities.push_back(certificate.der());
    }
    ask(job);
  }
}

void Enrolment::ask(const std::shared_ptr<Job>& job) {
  if (job->over || authority_ == nullptr) return;
  auto done = [this, alive = std::weak_ptr<char>(alive_), job](Result<ports::AuthorityReply> r) {
    if (!alive.expired() && !job->over) answered(job, std::move(r));
  };
  if (std::exchange(job->sent, true))
    authority_->poll(job->terms.place, job->request, std::move(done));
  else
    authority_->request(job->terms.place, job->request, std::move(done));
}

void Enrolment::answered(const std::shared_ptr<Job>& job, Result<ports::AuthorityReply> reply) {
  using State = ports::AuthorityReply::State;
  if (!reply) {
    world_.log.write({Severity::kWarning, "PKI", "ENROLL",
                      "trustpoint " + job->view.trustpoint + ": " + reply.error().text});
    return wait(job);
  }
  switch (reply->state) {
    case State::kGranted:
      return granted(job, reply->certificates);
    case State::kRefused:
      log_line("CRYPTO_PKI: status = 101: certificate request is rejected");
      world_.log.write({Severity::kInfo, "CRYPTO", "CERTREJECT",
                        "Certificate enrollment request was rejected by Certificate Authority" +
                            (reply->reason.empty() ? "" : ": " + reply->reason)});
      return finish(job);
    case State::kPending:
      log_line("CRYPTO_PKI: status = 102: certificate request pending");
      return wait(job);
  }
}

// R-PKI-55: of several certificates the one with our key.
void Enrolment::granted(const std::shared_ptr<Job>& job, const std::vector<Bytes>& certificates) {
  log_line("CRYPTO_PKI: status = 100: certificate is granted");
  for (const Bytes& der : certificates) {
    const auto certificate = Certificate::from_der(der);
    const auto key = certificate ? certificate->public_key()
                                 : Result<crypto::PublicKey>(tl::unexpected(certificate.error()));
    if (!key || !job->request.key.matches(*key)) continue;
    // The requests of one trustpoint end one by one: not all of them with the first answer.
    const Status taken = trust_.add_certificate(job->view.trustpoint, der);
    if (taken) {
      world_.log.write({Severity::kInfo, "CRYPTO", "CERTRET",
                        "Certificate received from Certificate Authority"});
    } else {
      world_.log.write({Severity::kError, "PKI", "STORE",
                        "trustpoint " + job->view.trustpoint + ": " + taken.error().text});
    }
    return finish(job);
  }
  world_.log.write({Severity::kInfo, "CRYPTO", "CERTFAIL",
                    "Certificate enrollment failed: trustpoint " + job->view.trustpoint +
                        " was sent no certificate for its key"});
  finish(job);
}

// R-PKI-39: once at once, then once a period.
void Enrolment::wait(const std::shared_ptr<Job>& job) {
  const unsigned most = job->terms.retry_count;
  if (most != 0 && job->polls >= most) {
    world_.log.write({Severity::kInfo, "CRYPTO", "CERTFAIL",
                      "Certificate enrollment failed: trustpoint " + job->view.trustpoint +
                          " was not answered after " + std::to_string(job->polls) + " retries"});
    return finish(job);
  }
  const Duration delay = job->polls == 0 ? Duration(0) : job->terms.retry_period;
  ++job->polls;
  job->timer = world_.timers.after(delay, [this, job] {
    job->timer = 0;
    ask(job);
  });
}

void Enrolment::finish(const std::shared_ptr<Job>& job) {
  job->over = true;
  world_.timers.cancel(std::exchange(job->timer, 0));
  jobs_.remove(job);
  const bool sending =
      std::any_of(jobs_.begin(), jobs_.end(), [](const auto& other) { return other->sent; });
  if (job->sent && !sending) log_line("All enrollment requests completed.");
}

Status Enrolment::take(const std::string& trustpoint, const Certificate& certificate) {
  const auto key = certificate.public_key();
  if (!key) return tl::unexpected(key.error());
  const TrustpointContent* content = trust_.find(trustpoint);
  const bool ours = keys_.find(*key) != nullptr ||
                    (content != nullptr && content->key && content->key->matches(*key));
  if (!ours)
    return fail(Errc::kInvalid, "the certificate of " + certificate.subject() +
                                    " is for another key than ours; was the request made here?");
  const bool issued =
      content != nullptr && std::any_of(content->authorities.begin(), content->authorities.end(),
                                        [&](const Certificate& a) {
                                          return a.subject_key() == certificate.issuer_key();
                                        });
  if (!issued)
    return fail(Errc::kInvalid, "the certificate was issued by " + certificate.issuer() +
                                    ", which the trustpoint does not know; authenticate it first");
  if (Status added = trust_.add_certificate(trustpoint, certificate.der()); !added) return added;
  const auto jobs = jobs_;
  for (const auto& job : jobs)
    if (folded(job->view.trustpoint) == folded(trustpoint) && job->request.key.matches(*key))
      finish(job);
  return {};
}

bool Enrolment::cancel(std::string_view trustpoint) {
  const std::string wanted = folded(trustpoint);
  bool any = false;
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    const std::shared_ptr<Job> job = *it;
    if (folded(job->view.trustpoint) != wanted) {
      ++it;
      continue;
    }
    any = any || job->sent;
    job->over = true;
    world_.timers.cancel(job->timer);
    it = jobs_.erase(it);
  }
  return any;
}

std::vector<PendingRequest> Enrolment::pending() const {
  std::vector<PendingRequest> all;
  for (const auto& job : jobs_) all.push_back(job->view);
  return all;
}

}  // namespace spa::pki
