// SPDX-License-Identifier: Apache-2.0
// crypto pki authenticate, enroll and import: the dialogues in which certificates come (R-PKI-24 to
// R-PKI-38, R-DLG-2, R-DLG-3).
#include "userspace/config/commands/enrolment.h"

#include <algorithm>
#include <memory>

#include "userspace/config/certificate_view.h"
#include "userspace/config/commands/rsa_key.h"
#include "userspace/config/dialogue.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/show/names.h"

namespace spa::config {
namespace {

using pki::Certificate;
using Way = policy::Trustpoint::Way;

// The trustpoint as it is being typed; none, and the command refused, when there is none.
const policy::Trustpoint* trustpoint_for(Exec& exec, const Args& args) {
  const std::string& name = args.text("name");
  if (exec.state().loading) {
    exec.refuse("A file brings no certificates this way.");
    return nullptr;
  }
  const auto* known = exec.configuration().draft().snapshot.trustpoint(name);
  if (known == nullptr) exec.refuse("Trustpoint " + name + " does not exist.");
  return known;
}

// With the lines of PEM, or the octets alone, as the router takes both.
Result<std::vector<Certificate>> read_pasted(const std::string& text) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----\n";
  if (text.find("-----BEGIN") != text.npos) return Certificate::from_pem(text);
  return Certificate::from_pem(std::string(kBegin) + text + "-----END CERTIFICATE-----\n");
}

void paste(Exec& exec, const char* what, std::function<void(Exec&, const std::string&)> then) {
  exec.print("");
  exec.print(std::string("Enter the base 64 encoded ") + what + ".");
  exec.print("End with a blank line or the word \"quit\" on a line by itself");
  exec.print("");
  DataInput input;
  input.what = DataInput::What::kPemCertificate;
  input.then = std::move(then);
  exec.state().input = std::move(input);
}

void accept(Exec& exec, const std::string& name, const std::vector<Certificate>& certificates,
            bool pasted) {
  const Status done =
      exec.backend().enrolment().accept(name, *authority_among(certificates), certificates);
  if (!done) return exec.refuse("The certificate was not taken: " + done.error().text);
  if (!pasted) return;
  exec.print("Trustpoint CA certificate accepted.");
  exec.print("% Certificate successfully imported");
}

// R-PKI-24 to R-PKI-27
void judge(Exec& exec, const std::string& name, const std::string& expected,
           const std::vector<Certificate>& certificates, bool pasted) {
  const Certificate* authority = authority_among(certificates);
  if (authority == nullptr)
    return exec.refuse(
        "Certificate of trustpoint " + name + " was not taken: " +
        (certificates.empty() ? std::string("nothing") : certificates.front().subject()) +
        " is not a CA certificate");
  exec.print("Certificate has the following attributes:");
  exec.print("Fingerprint: " + fingerprint_text(pki::md5_fingerprint(authority->der())));
  if (!expected.empty()) {
    if (!fits_fingerprint(*authority, expected))
      return exec.refuse("The fingerprint is not " + expected +
                         ": the certificate was not taken. Ask the CA administrator.");
    exec.print("Certificate validated - fingerprints matched.");
    return accept(exec, name, certificates, pasted);
  }
  ask_yes_or_no(exec, "% Do you accept this certificate? [yes/no]: ",
                [name, certificates, pasted](Exec& e, bool yes) {
                  if (yes) accept(e, name, certificates, pasted);
                });
}

void authenticate(Exec& exec, const Args& args) {
  const policy::Trustpoint* trustpoint = trustpoint_for(exec, args);
  if (trustpoint == nullptr) return;
  const std::string name = trustpoint->name;
  const std::string expected =
      args.find("digits") == nullptr ? trustpoint->fingerprint : args.text("digits");
  if (trustpoint->way == Way::kUrl)
    return fetch_authority(exec, *trustpoint, [name, expected](Exec& e, const auto& certificates) {
      judge(e, name, expected, certificates, false);
    });
  paste(exec, "CA certificate", [name, expected](Exec& e, const std::string& text) {
    const auto certificates = read_pasted(text);
    if (!certificates)
      return e.refuse("Certificate of trustpoint " + name +
                      " was not taken: " + certificates.error().text);
    judge(e, name, expected, *certificates, true);
  });
}

// What a request is made of while it is asked about.
struct Draft {
  policy::Trustpoint trustpoint;
  std::string label;
  pki::RequestContent content;
  bool terminal = false;
};
using DraftPtr = std::shared_ptr<Draft>;

void prepare_for_url(Exec& exec, const DraftPtr& draft) {
  exec.print("% Certificate request sent to Certificate Authority");
  exec.print("% The certificate request fingerprint will be displayed.");
  exec.print("% The 'show crypto ca certificate' command will also show the fingerprint.");
  exec.print("");
  pki::Enrolment& enrolment = exec.backend().enrolment();
  enrolment.prepare(draft->trustpoint.name, draft->label, draft->content,
                    [&enrolment, tell = exec.messenger(), terms = terms_of(draft->trustpoint)](
                        const Result<std::vector<pki::PendingRequest>>& requests) {
                      if (!requests)
                        return tell("% The request was not sent: " + requests.error().text);
                      // R-PKI-34
                      for (const pki::PendingRequest& request : *requests)
                        tell("      Fingerprint:  " + fingerprint_text(request.fingerprint));
                      enrolment.submit(terms);
                    });
}

void print_requests(Exec& exec, const DraftPtr& draft,
                    const std::vector<pki::PendingRequest>& requests) {
  const char* begin = "-----BEGIN CERTIFICATE REQUEST-----";
  const char* end = "-----END CERTIFICATE REQUEST-----";
  for (const pki::PendingRequest& request : requests) {
    if (request.usage != pki::KeyUsage::kGeneral)
      exec.print(request.usage == pki::KeyUsage::kSignature
                     ? "Signature key certificate request -"
                     : "Encryption key certificate request -");
    exec.print("Certificate Request follows:");
    exec.print("");
    if (draft->trustpoint.pem) exec.print(begin);
    exec.print_raw(pki::base64_lines(request.pkcs10));
    if (draft->trustpoint.pem) exec.print(end);
    exec.print("");
    exec.print("---End - This line not part of the certificate request---");
    exec.print("");
  }
  ask_yes_or_no(exec,
                "Redisplay enrollment request? [yes/no]: ", [draft, requests](Exec& e, bool yes) {
                  if (yes) print_requests(e, draft, requests);
                });
}

void prepare_for_terminal(Exec& exec, const DraftPtr& draft) {
  exec.backend().enrolment().prepare(
      draft->trustpoint.name, draft->label, draft->content,
      [resume = exec.wait(), draft](const Result<std::vector<pki::PendingRequest>>& requests) {
        resume([&](Exec& e) {
          if (!requests) return e.refuse("No request was made: " + requests.error().text);
          print_requests(e, draft, *requests);
        });
      });
}

void ask_last(Exec& exec, const DraftPtr& draft) {
  ask_yes_or_no(exec,
                draft->terminal ? "Display Certificate Request to terminal? [yes/no]: "
                                : "Request certificate from CA? [yes/no]: ",
                [draft](Exec& e, bool yes) {
                  if (!yes) return;
                  if (draft->terminal) return prepare_for_terminal(e, draft);
                  // The answer takes as long as the administrator does: nobody waits for it here.
                  if (const Status able = e.backend().enrolment().can_ask(); !able)
                    return e.refuse("The request was not sent: " + able.error().text + ".");
                  prepare_for_url(e, draft);
                });
}

// An address, or that of an interface; empty when it is neither.
std::string address_of(Exec& exec, std::string_view text) {
  if (const auto address = IpAddress::parse(text)) return address->to_string();
  const policy::Snapshot& policy = exec.configuration().draft().snapshot;
  for (const policy::Interface& interface : policy.interfaces)
    if (interface.name == text && !interface.addresses.empty())
      return interface.addresses.front().address.to_string();
  return {};
}

void ask_which_address(Exec& exec, const DraftPtr& draft) {
  ask(exec,
      {"Enter Interface name or IP Address[]: ", false, [draft](Exec& e, std::string_view answer) {
         draft->content.address = address_of(e, answer);
         if (draft->content.address.empty()) {
           e.print("% Invalid address");
           return ask_which_address(e, draft);
         }
         ask_last(e, draft);
       }});
}

void ask_address(Exec& exec, const DraftPtr& draft) {
  if (draft->trustpoint.address) {
    const std::string& wanted = *draft->trustpoint.address;
    if (!wanted.empty()) {
      draft->content.address = address_of(exec, wanted);
      if (draft->content.address.empty())
        return exec.refuse("ip-address: interface " + wanted + " has no address.");
      exec.print("% The IP address in the certificate is " + draft->content.address);
    }
    return ask_last(exec, draft);
  }
  ask_yes_or_no(
      exec, "% Include an IP address in the subject name? [yes/no]: ", [draft](Exec& e, bool yes) {
        yes ? ask_which_address(e, draft) : ask_last(e, draft);
      });
}

// False: the command is refused.
bool include_serial(Exec& exec, const DraftPtr& draft) {
  draft->content.serial_number = exec.backend().system().serial_number;
  if (draft->content.serial_number.empty()) {
    exec.refuse("This router has no serial number: answer no, or configure serial-number none.");
    return false;
  }
  exec.print("% The serial number in the certificate will be: " + draft->content.serial_number);
  return true;
}

void ask_serial(Exec& exec, const DraftPtr& draft) {
  if (draft->trustpoint.include_serial) {
    if (*draft->trustpoint.include_serial && !include_serial(exec, draft)) return;
    return ask_address(exec, draft);
  }
  ask_yes_or_no(exec, "% Include the router serial number in the subject name? [yes/no]: ",
                [draft](Exec& e, bool yes) {
                  if (yes && !include_serial(e, draft)) return;
                  ask_address(e, draft);
                });
}

void tell_subject(Exec& exec, const DraftPtr& draft) {
  const pki::RequestContent& content = draft->content;
  if (content.subject_name.empty())
    exec.print("% The subject name in the certificate will be: " + content.fqdn);
  else
    exec.print("% The subject name in the certificate will include: " + content.subject_name);
  if (!content.subject_name.empty() && !content.fqdn.empty())
    exec.print("% The subject name in the certificate will include: " + content.fqdn);
  ask_serial(exec, draft);
}

// R-PKI-33: twice, unseen, and kept nowhere.
void ask_password(Exec& exec, const DraftPtr& draft) {
  ask(exec, {"Password: ", true, [draft](Exec& e, std::string_view first) {
               draft->content.challenge = to_secret(as_bytes(first));
               ask(e, {"Re-enter password: ", true, [draft](Exec& last, std::string_view second) {
                         if (!constant_time_equal(draft->content.challenge, as_bytes(second))) {
                           last.print("% The passwords differ; type them again.");
                           return ask_password(last, draft);
                         }
                         last.print("");
                         tell_subject(last, draft);
                       }});
             }});
}

void print_start(Exec& exec, bool asks) {
  exec.print("%");
  exec.print("% Start certificate enrollment ..");
  if (!asks) return;
  exec.print("% Create a challenge password. You will need to verbally provide this");
  exec.print("  password to the CA Administrator in order to revoke your certificate.");
  exec.print("  For security reasons your password will not be saved in the configuration.");
  exec.print("  Please make a note of it.");
  exec.print("");
}

// R-PKI-32
void enroll(Exec& exec, const Args& args) {
  const policy::Trustpoint* trustpoint = trustpoint_for(exec, args);
  if (trustpoint == nullptr) return;
  const std::string router = router_name(exec);
  if (router.empty()) return;
  auto draft = std::make_shared<Draft>();
  draft->trustpoint = *trustpoint;
  draft->terminal = trustpoint->way != Way::kUrl;
  draft->label = key_label(*trustpoint, router);
  draft->content = request_content(*trustpoint, router);
  pki::Enrolment& enrolment = exec.backend().enrolment();
  const pki::TrustpointContent* content = enrolment.trust().find(trustpoint->name);
  if (content == nullptr || content->authorities.empty())
    return exec.refuse(
        "You must authenticate the Certificate Authority before\n"
        "you can enroll with it.");
  if (!enrolment.keys().has(draft->label))
    return exec.refuse("There is no RSA key pair named " + draft->label +
                       "; make it with \"crypto key generate rsa\".");
  if (draft->content.fqdn.empty() && draft->content.subject_name.empty())
    return exec.refuse("The request would have no name: give subject-name, or no fqdn none.");
  const bool asks = trustpoint->password.empty();
  print_start(exec, asks);
  asks ? ask_password(exec, draft) : tell_subject(exec, draft);
}

void import_certificate(Exec& exec, const Args& args) {
  const policy::Trustpoint* trustpoint = trustpoint_for(exec, args);
  if (trustpoint == nullptr) return;
  const std::string name = trustpoint->name;
  paste(exec, "certificate", [name](Exec& e, const std::string& text) {
    const auto certificates = read_pasted(text);
    if (!certificates)
      return e.refuse("The certificate was not taken: " + certificates.error().text);
    for (const Certificate& certificate : *certificates)
      if (const Status done = e.backend().enrolment().take(name, certificate); !done)
        return e.refuse("The certificate was not taken: " + done.error().text);
    e.print("% Router Certificate successfully imported");
  });
}

}  // namespace

pki::EnrolmentTerms terms_of(const policy::Trustpoint& trustpoint) {
  return {{trustpoint.name, trustpoint.url, trustpoint.registration_authority},
          std::chrono::minutes(trustpoint.retry_minutes),
          trustpoint.retry_count};
}

std::string key_label(const policy::Trustpoint& trustpoint, const std::string& router) {
  return trustpoint.rsa_keypair.empty() ? router : trustpoint.rsa_keypair;
}

pki::RequestContent request_content(const policy::Trustpoint& trustpoint,
                                    const std::string& router) {
  pki::RequestContent content;
  content.fqdn = trustpoint.fqdn.value_or(router);
  content.subject_name = trustpoint.subject_name;
  if (!trustpoint.alternative_name.empty())
    content.alternative_names.push_back(trustpoint.alternative_name);
  content.challenge = trustpoint.password;
  return content;
}

const Certificate* authority_among(const std::vector<Certificate>& certificates) {
  const Certificate* first = nullptr;
  for (const Certificate& certificate : certificates) {
    if (!certificate.is_ca()) continue;
    if (certificate.self_issued()) return &certificate;
    if (first == nullptr) first = &certificate;
  }
  return first;
}

bool fits_fingerprint(const Certificate& certificate, const std::string& digits) {
  const Bytes wanted = from_hex(digits);
  const CertificateView view = view_of({}, CertificateKind::kCa, certificate);
  return !wanted.empty() && (wanted == view.md5 || wanted == view.sha1 || wanted == view.sha256);
}

void fetch_authority(Exec& exec, const policy::Trustpoint& trustpoint,
                     std::function<void(Exec&, const std::vector<Certificate>&)> then) {
  pki::Enrolment& enrolment = exec.backend().enrolment();
  const std::string name = trustpoint.name;
  if (const Status able = enrolment.can_ask(); !able)
    return exec.refuse("Trustpoint " + name + " was not authenticated: " + able.error().text + ".");
  enrolment.fetch(terms_of(trustpoint), [resume = exec.wait(), name, then = std::move(then)](
                                            const Result<std::vector<Certificate>>& got) {
    resume([&](Exec& e) {
      if (!got)
        return e.refuse("Trustpoint " + name + " was not authenticated: " + got.error().text);
      then(e, *got);
    });
  });
}

void add_enrolment_commands(std::vector<Command>& table) {
  // As on the router these work in configuration mode; from EXEC they save two lines.
  for (const Mode mode : {Mode::kGlobal, Mode::kPrivileged}) {
    table.push_back({.mode = mode,
                     .pattern = "crypto pki~ca authenticate <name:word> [[fingerprint] "
                                "<digits:hex>]",
                     .help = "Takes the certificate of the authority, pasted in base 64; asks "
                             "whether it is the right one unless the fingerprint is given.",
                     .run = authenticate});
    table.push_back({.mode = mode,
                     .pattern = "crypto pki~ca enroll <name:word>",
                     .help = "Makes a request for our certificate, after some questions.",
                     .run = enroll});
    table.push_back({.mode = mode,
                     .pattern = "crypto pki~ca import <name:word> certificate",
                     .help = "Takes the certificate that the authority made of a request.",
                     .run = import_certificate});
  }
}

}  // namespace spa::config
