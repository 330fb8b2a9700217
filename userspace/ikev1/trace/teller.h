// SPDX-License-Identifier: Apache-2.0
// How the scripts tell what happens: a function that makes the event, called only when somebody
// watches that stream.
//   tell(sa, [&] { return trace::Processing{"KE", 0}; });
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "userspace/base/log.h"
#include "userspace/ikev1/trace/events.h"

namespace spa::ikev1 {
class IsakmpSa;
class Shard;
}  // namespace spa::ikev1

namespace spa::ikev1::trace {

template <typename Event>
class Told final : public DebugEvent {
 public:
  Told(const Tag& tag, Event event) : tag_(tag), event_(std::move(event)) {}
  [[nodiscard]] DebugLines lines(DebugForm form) const override {
    Page page(form, tag_);
    write(page, event_);
    return page.take();
  }

 private:
  Tag tag_;
  Event event_;
};

class Teller {
 public:
  Teller(LogSink& log, const Tag& tag, const IpAddress& peer)
      : log_(&log), tag_(tag), peer_(peer) {}
  [[nodiscard]] bool on(std::string_view stream) const { return log_->debugging(stream); }
  template <typename Make>
  void operator()(Make make) const {
    using Event = std::invoke_result_t<Make>;
    if (on(Event::kStream)) log_->debug({Event::kStream, peer_, Told<Event>(tag_, make())});
  }

 private:
  LogSink* log_;
  Tag tag_;
  IpAddress peer_;
};

[[nodiscard]] Teller teller(const IsakmpSa& sa);
// Of what has no SA yet, or never gets one.
[[nodiscard]] Teller teller(const Shard& shard, const IpAddress& peer);

// Whether `debug crypto isakmp` is on.
[[nodiscard]] inline bool watched(const IsakmpSa& sa) {
  return teller(sa).on(kIsakmp);
}

template <typename Make>
void tell(const IsakmpSa& sa, Make make) {
  teller(sa)(std::move(make));
}
// A line of constant words.
inline void say(const Teller& to, std::string_view text, unsigned forms = kInAll,
                Style style = Style::kColon) {
  to([&] { return Said{std::string(text), forms, style}; });
}
inline void say(const IsakmpSa& sa, std::string_view text, unsigned forms = kInAll,
                Style style = Style::kColon) {
  say(teller(sa), text, forms, style);
}

}  // namespace spa::ikev1::trace
