// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/args.h"

#include <algorithm>

namespace spa::config {

bool Args::has(std::string_view keyword) const {
  for (const Value& value : values_)
    if (value.token->is_keyword() && value.token->text == keyword) return true;
  return false;
}

bool Args::uses_alias(std::string_view keyword) const {
  for (const Value& value : values_)
    if (value.token->is_keyword() && value.token->text == keyword) return value.alias;
  return false;
}

const Value* Args::find(std::string_view name) const {
  for (const Value& value : values_)
    if (!value.token->is_keyword() && value.token->text == name) return &value;
  return nullptr;
}

const std::string& Args::text(std::string_view name) const {
  static const std::string none;
  const Value* value = find(name);
  return value == nullptr ? none : value->text;
}

void Args::set_text(std::string_view name, std::string text) {
  for (Value& value : values_)
    if (!value.token->is_keyword() && value.token->text == name) value.text = std::move(text);
}

void Args::print_as(std::string_view keyword, std::string text) {
  for (Value& value : values_)
    if (value.token->is_keyword() && value.token->text == keyword) value.text = std::move(text);
}

std::uint64_t Args::number(std::string_view name, std::uint64_t otherwise) const {
  const Value* value = find(name);
  return value == nullptr ? otherwise : value->number;
}

std::vector<std::string> Args::texts(std::string_view name) const {
  std::vector<std::string> out;
  for (const Value& value : values_)
    if (!value.token->is_keyword() && value.token->text == name) out.push_back(value.text);
  return out;
}

namespace {

// A key that would be read as a keyword, in full or short, or as the type of a key, when it stood
// where the word of `type` may stand: that word, which is otherwise left out, says what it is.
bool is_ambiguous(const Token& type, const SecretBytes& key) {
  const std::string_view text(reinterpret_cast<const char*>(key.data()), key.size());
  if (text.find_first_not_of("0123456789") == text.npos) return true;
  return std::any_of(type.rivals.begin(), type.rivals.end(), [&](const Token* rival) {
    return fit_keyword(*rival, text) != KeywordFit::kNo;
  });
}

}  // namespace

std::string Args::line(Secrets secrets) const {
  std::string out;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Value& value = values_[i];
    const bool before_key =
        i + 1 < values_.size() && values_[i + 1].token->kind == TokenKind::kSecret;
    if (value.token->silent && !(before_key && is_ambiguous(*value.token, values_[i + 1].secret)))
      continue;
    if (!out.empty()) out += ' ';
    if (value.token->kind != TokenKind::kSecret)
      out += value.text;
    else if (secrets == Secrets::kPrinted)
      out.append(value.secret.begin(), value.secret.end());
    else
      out += "<removed>";
  }
  return out;
}

}  // namespace spa::config
