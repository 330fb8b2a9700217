// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/rollback.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "userspace/config/configuration.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

// The data plane was away when the time was over: it is asked again until it takes the lines.
constexpr Duration kPatience = std::chrono::seconds(10);

tl::unexpected<Error> nothing_pending() {
  return fail(Errc::kState, "No configuration waits to be confirmed.");
}

Duration minutes_of(unsigned minutes) {
  return std::chrono::minutes(minutes);
}

}  // namespace

Rollback::~Rollback() {
  forget();
}

void Rollback::wait(Duration time) {
  ports::Timers& timers = configuration_.backend().timers();
  if (timer_ != 0) timers.cancel(timer_);
  deadline_ = timers.now() + time;
  timer_ = timers.after(time, [this] {
    timer_ = 0;
    time_is_over();
  });
}

Status Rollback::start(unsigned minutes, std::shared_ptr<Node> lines) {
  if (pending())
    return fail(Errc::kState,
                "A configuration waits to be confirmed already: 'configure confirm' or 'configure "
                "revert now' comes first.");
  kept_ = lines ? std::move(lines) : configuration_.tree().copy();
  wait(minutes_of(minutes));
  return {};
}

Status Rollback::restart(unsigned minutes) {
  if (!pending()) return nothing_pending();
  wait(minutes_of(minutes));
  return {};
}

Status Rollback::confirm() {
  if (!pending()) return nothing_pending();
  forget();
  return {};
}

void Rollback::forget() {
  kept_.reset();
  if (timer_ != 0) configuration_.backend().timers().cancel(std::exchange(timer_, 0));
}

Status Rollback::revert_now() {
  if (!pending()) return nothing_pending();
  // What is kept stays what it was: replace() takes the lines away from whom they are given by.
  const std::shared_ptr<Node> kept = kept_;
  const auto done = configuration_.replace(kept);
  if (!done) return tl::unexpected(done.error());
  forget();
  return {};
}

void Rollback::time_is_over() {
  Backend& backend = configuration_.backend();
  const Status done = revert_now();
  if (done) {
    backend.write_log({Severity::kNotice, "PARSER", "ROLLBACK",
                       "nobody confirmed the configuration: the one before it is back"});
    return;
  }
  backend.write_log(
      {Severity::kError, "PARSER", "ROLLBACK",
       "the configuration before the last cannot be put in force again yet: " + done.error().text});
  wait(kPatience);
}

Duration Rollback::remaining() const {
  if (!pending()) return Duration::zero();
  return std::max(Duration::zero(), std::chrono::duration_cast<Duration>(
                                        deadline_ - configuration_.backend().timers().now()));
}

}  // namespace spa::config
