// SPDX-License-Identifier: Apache-2.0
// crypto key …: the router's RSA keys (R-PKI-1 to R-PKI-10, R-DLG-1, R-DLG-5, R-DLG-11).
#include "userspace/config/commands/rsa_key.h"

#include <algorithm>
#include <charconv>

#include "userspace/config/dialogue.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/show/keys.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {
namespace {

constexpr unsigned kFewestBits = 360;
constexpr unsigned kMostBits = 2048;  // that the dialogue offers
constexpr unsigned kDefaultBits = 512;
constexpr unsigned kStrongBits = 2048;

const char* purpose(const pki::KeyRequest& request, bool encryption) {
  if (!request.special) return "General Purpose";
  return encryption ? "Encryption" : "Signature";
}

// What is too short to protect anything is made all the same, as on the router; the log says so.
void warn_of_short_key(Backend& backend, const pki::KeyRequest& request) {
  if (std::min(request.bits, request.second_bits()) >= kStrongBits) return;
  backend.write_log({Severity::kWarning, "PKI", "WEAK_KEY",
                     "the key pair " + request.label + " has less than " +
                         std::to_string(kStrongBits) +
                         " bits: it can be broken; make one with modulus 2048 or more"});
}

void ask_bits(Exec& exec, pki::KeyRequest request, bool encryption);

void take_bits(Exec& exec, pki::KeyRequest request, bool encryption, std::string_view answer) {
  while (!answer.empty() && answer.front() == ' ') answer.remove_prefix(1);
  while (!answer.empty() && answer.back() == ' ') answer.remove_suffix(1);
  unsigned bits = kDefaultBits;
  const auto read = std::from_chars(answer.data(), answer.data() + answer.size(), bits);
  const bool number = read.ec == std::errc{} && read.ptr == answer.data() + answer.size();
  if (!answer.empty() && (!number || bits < kFewestBits || bits > kMostBits)) {
    exec.print("% Modulus sizes are " + std::to_string(kFewestBits) + " to " +
               std::to_string(kMostBits) + ".");
    return ask_bits(exec, std::move(request), encryption);
  }
  (encryption ? request.encryption_bits : request.bits) = bits;
  if (request.special && !encryption) {
    print_modulus_range(exec, purpose(request, true));
    return ask_bits(exec, std::move(request), true);
  }
  exec.print("Generating RSA keys ...");
  generate_keys(exec, request, [](Exec& e) {
    e.print("[OK]");
    e.print("");
  });
}

void ask_bits(Exec& exec, pki::KeyRequest request, bool encryption) {
  ask(exec, {"How many bits in the modulus [512]: ", false,
             [request = std::move(request), encryption](Exec& e, std::string_view answer) {
               take_bits(e, request, encryption, answer);
             }});
}

void choose_size(Exec& exec, const pki::KeyRequest& request) {
  if (request.bits == 0) {
    print_modulus_range(exec, purpose(request, false));
    return ask_bits(exec, request, false);
  }
  exec.print("% The key modulus size is " + std::to_string(request.bits) + " bits");
  exec.print("% Generating " + std::to_string(request.bits) + " bit RSA keys, keys will be " +
             (request.exportable ? "exportable" : "non-exportable") + "...");
  generate_keys(exec, request, [](Exec& e) {
    e.print("[OK]");
    e.print("");
  });
}

void generate(Exec& exec, const Args& args) {
  if (exec.state().loading) return exec.refuse("A file does not make keys.");
  if (args.has("general-keys") && args.has("usage-keys"))
    return exec.refuse("Keys are general-keys or usage-keys.");
  const std::string fqdn = router_name(exec);
  if (fqdn.empty()) return;
  pki::KeyRequest request;
  request.label = args.find("label") == nullptr ? fqdn : args.text("label");
  request.server = request.label == fqdn;
  request.special = args.has("usage-keys");
  request.exportable = args.has("exportable");
  request.bits = static_cast<unsigned>(args.number("bits"));
  exec.print("The name for the keys will be: " + request.label);
  if (!exec.backend().enrolment().keys().has(request.label)) return choose_size(exec, request);
  exec.print("% You already have RSA keys defined named " + request.label + ".");
  ask_yes_or_no(exec,
                "% Do you really want to replace them? [yes/no]: ", [request](Exec& e, bool yes) {
                  if (yes) choose_size(e, request);
                });
}

// The names of what would go; LABEL.server goes with LABEL and is not told (R-DLG-5).
std::vector<std::string> removable(Exec& exec, const std::string& only) {
  std::vector<std::string> all;
  for (const KeyPairView& pair : key_pairs(exec.backend()))
    if ((only.empty() || same_label(pair.label, only)) &&
        std::find(all.begin(), all.end(), pair.label) == all.end())
      all.push_back(pair.label);
  std::vector<std::string> told;
  for (const std::string& label : all) {
    const std::string suffix = ".server";
    const bool second = label.ends_with(suffix) &&
                        std::find(all.begin(), all.end(),
                                  label.substr(0, label.size() - suffix.size())) != all.end();
    if (!second) told.push_back(label);
  }
  return told;
}

void zeroize(Exec& exec, const Args& args) {
  if (exec.state().loading) return exec.refuse("A file does not delete keys.");
  const std::string label = args.text("label");
  const std::vector<std::string> names = removable(exec, label);
  if (names.empty()) return exec.print("% No RSA keys found in configuration.");
  for (const std::string& name : names) exec.print("% Keys to be removed are named " + name + ".");
  ask_yes_or_no(exec,
                "Do you really want to remove these keys? [yes/no]: ", [label](Exec& e, bool yes) {
                  if (yes) zeroize_keys(e, label);
                });
}

}  // namespace

std::string router_name(Exec& exec) {
  const policy::Snapshot& policy = exec.configuration().draft().snapshot;
  if (policy.hostname == policy::Snapshot{}.hostname) {
    exec.refuse("Please define a hostname other than " + policy.hostname + ".");
    return {};
  }
  if (policy.domain_name.empty()) {
    exec.refuse("Please define a domain-name first.");
    return {};
  }
  return policy.hostname + "." + policy.domain_name;
}

void print_modulus_range(Exec& exec, const std::string& which) {
  exec.print("Choose the size of the key modulus in the range of 360 to 2048 for your");
  exec.print(which + " Keys. Choosing a key modulus greater than 512 may take a few minutes.");
  exec.print("");
}

void generate_keys(Exec& exec, const pki::KeyRequest& request, std::function<void(Exec&)> then) {
  exec.backend().enrolment().generate(
      request, [resume = exec.wait(), request, then = std::move(then)](const Status& done) {
        resume([&](Exec& e) {
          if (!done) return e.refuse("The keys were not made: " + done.error().text);
          warn_of_short_key(e.backend(), request);
          then(e);
        });
      });
}

void zeroize_keys(Exec& exec, const std::string& label) {
  // LABEL.server was made with LABEL.
  const Status second =
      label.empty() ? Status{} : exec.backend().enrolment().zeroize(label + ".server");
  const Status first = exec.backend().enrolment().zeroize(label);
  for (const Status& done : {first, second})
    if (!done) return exec.refuse("Keys are left in their files: " + done.error().text);
}

void add_rsa_key_commands(std::vector<Command>& table) {
  // As on the router these work in configuration mode; from EXEC they save two lines.
  for (const Mode mode : {Mode::kGlobal, Mode::kPrivileged}) {
    table.push_back({.mode = mode,
                     .pattern = "crypto key generate rsa [(general-keys|usage-keys|label "
                                "<label:word>|modulus <bits:360-4096>|exportable)+]",
                     .help = "Makes RSA keys, named HOSTNAME.DOMAIN unless they have a label; asks "
                             "for their size unless it is given. `write memory` keeps them.",
                     .run = generate});
    table.push_back({.mode = mode,
                     .pattern = "crypto key zeroize rsa [<label:word>]",
                     .help = "Deletes RSA keys, from their files too, after a question.",
                     .run = zeroize});
  }
}

}  // namespace spa::config
