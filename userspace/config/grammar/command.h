// SPDX-License-Identifier: Apache-2.0
// One row of the command tables. Everything that is known about a command stands here: parsing,
// help, the no form, running-config and the reference are made from it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/config/grammar/args.h"
#include "userspace/config/grammar/mode.h"

namespace spa::config {

struct Build;
struct Node;
class Exec;

// A line of the router's own language, with the line that opens the block it stands in (empty:
// none; with an empty line the block is all). What a line of another dialect means is said in
// these; they may hold a key.
struct RouterLine {
  std::string block{};
  std::string line{};
};

// The blocks of the running-config, in the order in which they are printed (R-CFG-6).
enum class Section {
  kService,
  kHostname,
  kVrf,
  kGeneral,
  kTrustpoint,
  kCertificateMap,
  kCertificateChain,  // printed from the PKI store
  kIsakmpPolicy,
  kIsakmpKey,
  kIsakmpGlobal,
  kIsakmpClientGroup,
  kKeyring,
  kIsakmpProfile,
  kIkev2Proposal,
  kIkev2Policy,
  kIkev2Keyring,
  kIkev2Profile,
  kIkev2Global,
  kIpsecGlobal,
  kTransformSet,
  kIpsecProfile,
  kDynamicMap,
  kCryptoMapGlobal,
  kCryptoMap,
  kController,
  kInterface,
  kIp,
  kAccessList,
  kRest,
  kLine,
};

// How stored lines are told apart: a line replaces the stored one with the same key.
struct Key {
  enum class Kind { kNone, kArguments, kWholeLine };
  Kind kind = Kind::kNone;           // kNone: one line at most
  std::vector<std::string> names{};  // kArguments
};
[[nodiscard]] inline Key by(std::vector<std::string> names) {
  return {Key::Kind::kArguments, std::move(names)};
}
[[nodiscard]] inline Key by_line() {
  return {Key::Kind::kWholeLine, {}};
}

struct Command {
  Mode mode = Mode::kGlobal;
  std::string pattern{};
  std::string help{};  // one sentence for the reference

  // A configuration line: stored, and applied to the policy that is being built. `apply` may be
  // empty for a line that is only stored.
  std::function<Status(Build&, const Args&)> apply{};
  // The same for a `no` that is kept as a line of its own.
  std::function<Status(Build&, const Args&)> apply_no{};
  // Of another dialect: the same in the router's language, from which the policy and the importer
  // are made. `root` has the lines stored so far. Without `apply` these lines are applied.
  std::function<Result<std::vector<RouterLine>>(const Args&, const Node& root)> router_lines{};
  // Gives a line the form in which it is kept; fails when the line is not possible.
  std::function<Status(Args&)> prepare{};
  // A command that does something at once. Exactly one of both kinds, or neither (stored only).
  std::function<void(Exec&, const Args&)> run{};
  // What `no` of the line does beside deleting it.
  std::function<void(Exec&, const Args&)> removed{};
  // Asks before `no` of the line does anything; `go_on` does it, now or after the answer.
  std::function<void(Exec&, const Args&, std::function<void(Exec&)> go_on)> confirm{};

  Key key{};
  std::string group{};  // commands of one group share their keys; the pattern unless given
  Section section = Section::kGeneral;
  int order = 0;                      // inside the section, or inside the block
  std::vector<std::string> sorted{};  // arguments by which lines are sorted; else as typed
  Mode enters = Mode::kUser;          // the mode of its block; kUser: no block
  std::string alias_of{};             // typed in its second spelling, this keyword
  std::string alias_prompt{};         // gives the block this prompt (R-CLI-6)
  std::string elide{};                // the line that is the default, and therefore not kept
  bool exact = false;                 // keywords must be typed in full: lines we only keep
  bool negative = false;              // `no` of it is kept as a line of its own
  bool off = false;                   // so it is where a line was deleted: alone it would be on
  bool remove_all = false;            // `no` of the keywords alone deletes every such line
  bool reenter = false;               // only opens a block that is there already
  bool whole = false;                 // `no` deletes that very line, not all that begin like it
  bool both_dialects = false;         // means the same in the router's language, word by word
  std::string unused{};  // what the importer says of a line that it does not carry over
};

// The tables, one per noun.
void add_exec_commands(std::vector<Command>& table);
void add_enable_commands(std::vector<Command>& table);
void add_clear_commands(std::vector<Command>& table);
void add_debug_commands(std::vector<Command>& table);
void add_show_commands(std::vector<Command>& table);
void add_system_commands(std::vector<Command>& table);
void add_replace_commands(std::vector<Command>& table);
void add_logging_commands(std::vector<Command>& table);
void add_password_commands(std::vector<Command>& table);
void add_isakmp_commands(std::vector<Command>& table);
void add_isakmp_public_key_commands(std::vector<Command>& table);
void add_isakmp_client_commands(std::vector<Command>& table);
void add_ikev2_commands(std::vector<Command>& table);
void add_ikev2_protection_commands(std::vector<Command>& table);
void add_ikev2_session_commands(std::vector<Command>& table);
void add_clock_commands(std::vector<Command>& table);
void add_rsa_key_commands(std::vector<Command>& table);
void add_trustpoint_commands(std::vector<Command>& table);
void add_enrolment_commands(std::vector<Command>& table);
void add_show_pki_commands(std::vector<Command>& table);
void add_pki_commands(std::vector<Command>& table);
void add_acl_commands(std::vector<Command>& table);
void add_ipsec_commands(std::vector<Command>& table);
void add_dynamic_map_commands(std::vector<Command>& table);
void add_interface_commands(std::vector<Command>& table);
void add_tunnel_commands(std::vector<Command>& table);
void add_vrf_commands(std::vector<Command>& table);
void add_call_admission_commands(std::vector<Command>& table);
void add_foreign_commands(std::vector<Command>& table);
void add_pix_exec_commands(std::vector<Command>& table);
void add_pix_system_commands(std::vector<Command>& table);
void add_pix_crypto_commands(std::vector<Command>& table);
void add_pix_isakmp_commands(std::vector<Command>& table);
void add_pix_ca_commands(std::vector<Command>& table);

}  // namespace spa::config
