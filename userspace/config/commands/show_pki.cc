// SPDX-License-Identifier: Apache-2.0
// show crypto pki …, show crypto key …, and what a PIX calls them: the data first, then a text or
// JSON of it.
#include <algorithm>

#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/show/keys.h"
#include "userspace/config/show/pix.h"
#include "userspace/config/show/pki.h"
#include "userspace/config/show/trustpoints.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kPrivileged;

const policy::TimeZone& zone_of(Exec& exec) {
  return exec.configuration().snapshot()->time_zone;
}

// Leaves what has this name in a field; all, when no name was given.
template <typename View>
void only(std::vector<View>& list, const Args& args, std::string View::* field) {
  if (const Value* name = args.find("name"))
    std::erase_if(list, [&](const View& view) { return !same_label(view.*field, name->text); });
}

void certificates(Exec& exec, const Args& args) {
  auto list = exec.backend().certificates();
  auto requests = exec.backend().enrolment().pending();
  only(list, args, &CertificateView::trustpoint);
  only(requests, args, &pki::PendingRequest::trustpoint);
  if (exec.wants_json()) return exec.give_json(certificates_json(list, requests));
  if (wants_pix(exec)) return exec.print_raw(pix_certificates_text(list, requests));
  exec.print_raw(
      certificates_text(list, requests, args.has("verbose"), exec.state().form, zone_of(exec)));
}

void crls(Exec& exec, const Args&) {
  const auto list = exec.backend().crls();
  if (exec.wants_json()) return exec.give_json(crls_json(list));
  exec.print_raw(wants_pix(exec) ? pix_crls_text(list)
                                 : crls_text(list, exec.state().form, zone_of(exec)));
}

// R-SHOW-38
void counters(Exec& exec, const Args&) {
  const pki::Counters counts = exec.backend().pki_counters();
  if (exec.wants_json()) return exec.give_json(pki_counters_json(counts));
  exec.print_raw(pki_counters_text(counts));
}

void keys(Exec& exec, const Args& args) {
  auto list = key_pairs(exec.backend());
  only(list, args, &KeyPairView::label);
  if (exec.wants_json()) return exec.give_json(keys_json(list));
  exec.print_raw(wants_pix(exec) ? pix_keys_text(list)
                                 : keys_text(list, exec.state().form, zone_of(exec)));
}

void trustpoints(Exec& exec, const Args& args) {
  auto list = trustpoint_views(exec.backend(), *exec.configuration().snapshot());
  only(list, args, &TrustpointView::name);
  if (exec.wants_json()) return exec.give_json(trustpoints_json(list));
  exec.print_raw(args.has("status") ? trustpoints_status_text(list) : trustpoints_text(list));
}

}  // namespace

void add_show_pki_commands(std::vector<Command>& table) {
  for (const char* pattern :
       {"show crypto pki~ca certificates [verbose]", "show crypto pki~ca certificates <name:word>",
        "show crypto pki~ca certificates verbose <name:word>"})
    table.push_back({.mode = kMode,
                     .pattern = pattern,
                     .help = "Certificates of the store, and requests that are pending "
                             "(R-SHOW-14, R-PKI-35).",
                     .run = certificates});
  table.push_back({.mode = kMode,
                   .pattern = "show ca certificates",
                   .help = "The same in the words of a PIX (R-SHOW-32).",
                   .run = certificates});
  for (const char* pattern : {"show crypto pki~ca crls", "show ca crl"})
    table.push_back({.mode = kMode,
                     .pattern = pattern,
                     .help = "Revocation lists of the cache (R-SHOW-33, 36).",
                     .run = crls});
  table.push_back({.mode = kMode,
                   .pattern = "show crypto pki~ca counters",
                   .help = "What was done with certificates and revocation lists (R-SHOW-38).",
                   .run = counters});
  for (const char* pattern : {"show crypto key mypubkey rsa [<name:word>]", "show ca mypubkey rsa"})
    table.push_back({.mode = kMode,
                     .pattern = pattern,
                     .help = "The public halves of our RSA keys (R-SHOW-11, 33).",
                     .run = keys});
  for (const char* pattern : {"show crypto pki~ca trustpoints [status]",
                              "show crypto pki~ca trustpoints <name:word> [status]"})
    table.push_back({.mode = kMode,
                     .pattern = pattern,
                     .help = "Trustpoints, and what is there of each (R-SHOW-24).",
                     .run = trustpoints});
}

}  // namespace spa::config
