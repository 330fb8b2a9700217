// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/key_encryption.h"

#include "userspace/config/master_key.h"
#include "userspace/crypto/password_hash.h"

namespace spa::config {
namespace {

constexpr std::string_view kType6 = "6";
constexpr std::string_view kType7 = "7";

std::string_view text_of(const SecretBytes& secret) {
  return {reinterpret_cast<const char*>(secret.data()), secret.size()};
}

const Value* secret_of(const Args& args) {
  for (const Value& value : args.values())
    if (value.token->kind == TokenKind::kSecret) return &value;
  return nullptr;
}

// The keyword `6` or `7` of a line; null where there is none.
const Token* type_token(const Rule& rule, std::string_view type) {
  for (const auto& token : rule.automaton.tokens())
    if (token->is_keyword() && token->text == type) return token.get();
  return nullptr;
}

// The line with its key in another form; the `0` in front of it goes away.
Args with_type(const Args& args, const Token& type, std::string_view word) {
  Args out;
  for (const Value& value : args.values()) {
    if (value.token->is_keyword() && (value.token->silent || value.token == &type)) continue;
    if (value.token->kind != TokenKind::kSecret) {
      out.add(value);
      continue;
    }
    Value before;
    before.token = &type;
    before.text = type.text;
    out.add(std::move(before));
    Value secret = value;
    secret.secret = to_secret(as_bytes(word));
    out.add(std::move(secret));
  }
  return out;
}

// Calls `change` with the lines whose key may have this type; it returns the new word, or none.
using Change = std::function<std::optional<std::string>(const Args& args, const Value& secret)>;
std::size_t change_keys(Node& node, std::string_view type, const Change& change) {
  std::size_t count = 0;
  for (const auto& child : node.children) {
    const Token* token = type_token(*child->rule, type);
    const Value* secret = token == nullptr || child->negated ? nullptr : secret_of(child->args);
    if (secret != nullptr) {
      if (const auto word = change(child->args, *secret)) {
        child->args = with_type(child->args, *token, *word);
        ++count;
      }
    }
    count += change_keys(*child, type, change);
  }
  return count;
}

std::optional<std::string> value_of(Result<std::string> result) {
  if (!result) return std::nullopt;
  return std::move(*result);
}

}  // namespace

std::optional<SecretBytes> usable_key(Build& build, const Args& args, std::string_view user) {
  const Value* secret = secret_of(args);
  if (secret == nullptr) return std::nullopt;
  if (!args.has(kType6)) return secret->secret;
  const std::string_view word = text_of(secret->secret);
  if (build.master_key != nullptr)
    if (auto key = build.master_key->decrypt(word)) return std::move(*key);
  std::string alert(word);
  if (!user.empty()) alert += " for username " + std::string(user);
  build.warnings.push_back(alert + " is incompatible with the configured master key");
  return std::nullopt;
}

std::size_t encrypt_plain_keys(Tree& tree, const MasterKey& master) {
  return change_keys(tree.root(), kType6, [&](const Args& args, const Value& secret) {
    return args.has(kType6) ? std::nullopt : value_of(master.encrypt(secret.secret));
  });
}

std::size_t reencrypt_keys(Tree& tree, const Decrypt& decrypt, const MasterKey& master) {
  return change_keys(tree.root(), kType6,
                     [&](const Args& args, const Value& secret) -> std::optional<std::string> {
                       if (!args.has(kType6)) return std::nullopt;
                       const auto key = decrypt(text_of(secret.secret));
                       return key ? value_of(master.encrypt(*key)) : std::nullopt;
                     });
}

std::size_t hide_plain_passwords(Tree& tree) {
  return change_keys(tree.root(), kType7, [](const Args& args, const Value& secret) {
    const bool plain = !args.has("5") && !args.has(kType7);
    return plain ? value_of(crypto::hide_password(secret.secret)) : std::nullopt;
  });
}

bool has_line(const Tree& tree, std::string_view line) {
  const auto found = tree.root().by_key.find(std::string(line));
  return found != tree.root().by_key.end() && !found->second->negated;
}

}  // namespace spa::config
