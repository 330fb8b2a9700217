// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/args.h"

namespace spa::config {

bool Args::has(std::string_view keyword) const {
  for (const Value& value : values_)
    if (value.token->is_keyword() && value.text == keyword) return true;
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

std::string Args::line(Secrets secrets) const {
  std::string out;
  for (const Value& value : values_) {
    if (value.token->silent) continue;
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
