// SPDX-License-Identifier: Apache-2.0
// What a line said: the values of one command in the order in which they were typed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/config/grammar/token.h"

namespace spa::config {

class Args {
 public:
  void add(Value value) { values_.push_back(std::move(value)); }

  // Whether this keyword (in full) was said, anywhere in the line.
  [[nodiscard]] bool has(std::string_view keyword) const;
  // Whether this keyword was typed in its second spelling.
  [[nodiscard]] bool uses_alias(std::string_view keyword) const;
  // The argument of this name, or null.
  [[nodiscard]] const Value* find(std::string_view name) const;
  // Its text; empty when it was not given.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise = 0) const;
  // Every argument of this name, in order.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }
  // For Command::prepare: gives the argument of this name another text.
  void set_text(std::string_view name, std::string text);
  // The same for a keyword, which is still found by its full name.
  void print_as(std::string_view keyword, std::string text);

  // The line as it is printed. Secrets are printed too, or blotted out.
  enum class Secrets { kPrinted, kHidden };
  [[nodiscard]] std::string line(Secrets secrets) const;

  friend bool operator==(const Args&, const Args&) = default;

 private:
  std::vector<Value> values_;
};

}  // namespace spa::config
