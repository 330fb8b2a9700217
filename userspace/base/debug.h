// SPDX-License-Identifier: Apache-2.0
// Debug events: what happened, as values. Whoever watches says in which form he reads; only then
// are lines made of it, and none when nobody watches (R-DBG).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/address.h"

namespace spa {

// The releases of the router whose wording is known, and the firewall. kA is the newest, and what
// the log has.
enum class DebugForm { kA, kB, kC, kPix };

struct DebugLine {
  std::string text;
  bool stamped = true;  // false: it goes on with the line before (R-DBG-10)
};
using DebugLines = std::vector<DebugLine>;

class DebugEvent {
 public:
  virtual ~DebugEvent() = default;
  // None where a form has no words for it. Never key material.
  [[nodiscard]] virtual DebugLines lines(DebugForm form) const = 0;
};

// An event that reads the same in every form.
class PlainDebug final : public DebugEvent {
 public:
  explicit PlainDebug(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] DebugLines lines(DebugForm) const override { return {{text_, true}}; }

 private:
  std::string text_;
};

struct DebugRecord {
  std::string_view stream;        // "isakmp", "ipsec", "engine", "pki" …
  std::optional<IpAddress> peer;  // whom it is about, for `debug crypto condition`
  const DebugEvent& event;
};

}  // namespace spa
