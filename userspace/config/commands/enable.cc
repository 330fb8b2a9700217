// SPDX-License-Identifier: Apache-2.0
// enable, and the password it asks for (R-CLI-1, R-CFG-8). Whoever can open the control socket is
// root or the daemon's own user, and has a session in privileged EXEC: the password is for those
// who are handed a terminal after `disable`.
#include <algorithm>
#include <array>

#include "userspace/config/commands/refusal.h"
#include "userspace/config/dialogue.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/grammar/grammar.h"
#include "userspace/crypto/password_hash.h"

namespace spa::config {
namespace {

using crypto::PasswordType;

constexpr std::string_view kSecret =
    "enable secret [level <level:1-15>] [~0|5|8|9] <password:secret>";
constexpr std::string_view kPassword =
    "enable password [level <level:1-15>] [~0|7] <password:secret>";
constexpr std::uint64_t kPrivilegedLevel = 15;
constexpr int kAttempts = 3;
constexpr const char* kHowItCounts =
    "% Whoever opens the control socket (root, or the daemon's own user) is in privileged EXEC "
    "without it; it is asked for by 'enable' after 'disable'.";

constexpr std::array<std::pair<std::string_view, PasswordType>, 4> kTypes{
    {{"5", PasswordType::kMd5},
     {"7", PasswordType::kHidden},
     {"8", PasswordType::kSha256},
     {"9", PasswordType::kScrypt}}};

PasswordType type_of(const Args& args) {
  for (const auto& [word, type] : kTypes)
    if (args.has(word)) return type;
  return PasswordType::kPlain;
}

std::string_view text_of(const Value& value) {
  return {reinterpret_cast<const char*>(value.secret.data()), value.secret.size()};
}

const Rule* rule_of(std::string_view pattern) {
  for (const auto& rule : Grammar::instance().rules())
    if (rule->command.pattern == pattern) return rule.get();
  return nullptr;
}

Status check_word(const Args& args) {
  const PasswordType type = type_of(args);
  if (crypto::is_password_word(type, text_of(*args.find("password")))) return {};
  if (type == PasswordType::kPlain) return refuse("A password has 127 characters at most.");
  return refuse("The word is no password of type " + std::to_string(static_cast<unsigned>(type)) +
                ".");
}

// A secret is kept as a hash, whatever was typed.
Status keep_hashed(Args& args) {
  if (const Status good = check_word(args); !good) return good;
  if (type_of(args) != PasswordType::kPlain) return {};
  auto hash = crypto::hash_password(PasswordType::kScrypt, args.find("password")->secret);
  if (!hash) return refuse(hash.error().text + "; the secret is unchanged.");
  Args out;
  for (const Value& value : args.values()) {
    if (value.token->silent) continue;
    if (value.token->kind == TokenKind::kSecret) {
      Value type;
      for (const auto& token : rule_of(kSecret)->automaton.tokens())
        if (token->is_keyword() && token->text == "9") type.token = token.get();
      type.text = "9";
      out.add(std::move(type));
      Value word = value;
      word.secret = to_secret(as_bytes(*hash));
      out.add(std::move(word));
    } else {
      out.add(value);
    }
  }
  args = std::move(out);
  return {};
}

Status explain(Build& build, const Args&) {
  if (!build.loading) build.warnings.emplace_back(kHowItCounts);
  return {};
}

// The line of this kind that is for privileged EXEC; null: there is none.
const Args* line_for_enable(const Tree& tree, std::string_view pattern) {
  for (const auto& node : tree.root().children)
    if (node->rule->command.pattern == pattern && !node->negated &&
        node->args.number("level", kPrivilegedLevel) == kPrivilegedLevel)
      return &node->args;
  return nullptr;
}

void enter_privileged(Exec& exec) {
  exec.state().frames.front().mode = Mode::kPrivileged;
}

void ask_password(Exec& exec, int attempts) {
  ask(exec, {"Password: ", true, [attempts](Exec& e, std::string_view typed) {
               // Somebody may have changed it while it was typed.
               const Tree& tree = e.configuration().tree();
               const Args* line = line_for_enable(tree, kSecret);
               if (line == nullptr) line = line_for_enable(tree, kPassword);
               if (line == nullptr) return enter_privileged(e);
               const auto right = crypto::is_password(
                   type_of(*line), text_of(*line->find("password")), as_bytes(typed));
               if (!right) return e.refuse("The password cannot be checked: " + right.error().text);
               if (*right) return enter_privileged(e);
               if (attempts > 1) return ask_password(e, attempts - 1);
               e.backend().write_log({Severity::kNotice, "SYS", "ENABLE_FAILED",
                                      "Three wrong passwords for privileged EXEC"});
               e.refuse("Bad secrets");
             }});
}

// R-CLI-1: a password is asked for only if there is one; a secret counts before it.
void enable(Exec& exec, const Args&) {
  if (exec.state().mode() != Mode::kUser) return;
  const Tree& tree = exec.configuration().tree();
  if (line_for_enable(tree, kSecret) == nullptr && line_for_enable(tree, kPassword) == nullptr)
    return enter_privileged(exec);
  ask_password(exec, kAttempts);
}

}  // namespace

void add_enable_commands(std::vector<Command>& table) {
  table.push_back({.mode = Mode::kUser,
                   .pattern = "enable",
                   .help = "Enters privileged EXEC; asks for the password if there is one.",
                   .run = enable});
  table.push_back(
      {.mode = Mode::kUser,
       .pattern = "disable",
       .help = "Goes back to user EXEC.",
       .run = [](Exec& e, const Args&) { e.state().frames.front().mode = Mode::kUser; }});
  table.push_back({.pattern = std::string(kSecret),
                   .help = "The password of privileged EXEC, kept as a hash: of type 9 (scrypt) "
                           "when typed plain; 5, 8 and 9 are taken as they are. Of a level other "
                           "than 15 it is only kept.",
                   .apply = explain,
                   .prepare = keep_hashed,
                   .key = by({"level"}),
                   .section = Section::kGeneral,
                   .order = 10,
                   .remove_all = true});
  table.push_back({.pattern = std::string(kPassword),
                   .help = "The same where there is no `enable secret`; it is printed as it was "
                           "typed, or with `service password-encryption` as type 7.",
                   .apply = explain,
                   .prepare = [](Args& args) { return check_word(args); },
                   .key = by({"level"}),
                   .section = Section::kGeneral,
                   .order = 10,
                   .remove_all = true});
}

}  // namespace spa::config
