// SPDX-License-Identifier: Apache-2.0
// The lines of one debug event, each with the tag that its form puts before it. The two spellings
// of the tag, with the colon before the brackets or behind them, are part of the format (R-DBG-11).
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "userspace/base/debug.h"

namespace spa::ikev1::trace {

// The SA that a line is about.
struct Tag {
  std::uint32_t id = 0;   // 0: none was made
  bool keyed = false;     // the newer releases call it 0 until it has keys (R-DBG-16)
  bool hardware = false;  // the card made its keys
};

class Page {
 public:
  Page(DebugForm form, const Tag& tag) : form_(form), tag_(tag) {}

  [[nodiscard]] DebugForm form() const { return form_; }
  [[nodiscard]] bool is_new() const { return form_ == DebugForm::kA || form_ == DebugForm::kB; }
  [[nodiscard]] bool is_pix() const { return form_ == DebugForm::kPix; }
  // The number that a form gives the SA.
  [[nodiscard]] std::uint32_t number() const;

  // "ISAKMP:(7):TEXT"; with the older ones "ISAKMP (0:7): TEXT".
  void colon(std::string text);
  // "ISAKMP (7): TEXT"; with the older ones as colon().
  void spaced(const std::string& text);
  // "ISAKMP (7): TEXT" with the older ones too.
  void numbered(const std::string& text);
  // "ISAKMP: TEXT"
  void plain(const std::string& text) { line("ISAKMP: " + text); }
  void line(std::string text) { lines_.push_back({std::move(text), true}); }
  // Goes on with the line before.
  void more(std::string text) { lines_.push_back({std::move(text), false}); }

  [[nodiscard]] DebugLines take() { return std::move(lines_); }

 private:
  // "(268435461)", 32 bits of which the upper say what made the keys (R-ENG-9).
  [[nodiscard]] std::string wide() const;

  DebugForm form_;
  Tag tag_;
  DebugLines lines_;
};

[[gnu::format(printf, 1, 2)]] std::string print(const char* format, ...);

// "Message ids are printed as signed 32-bit decimals, unsigned on PIX" (R-DBG-17).
[[nodiscard]] std::string message_id(std::uint32_t id, DebugForm form);

}  // namespace spa::ikev1::trace
