// SPDX-License-Identifier: Apache-2.0
// The event loop of one thread: timers, descriptors, signals, and work handed over by other
// threads. All callbacks run in run(), one after the other.
#pragma once

#include <memory>

#include "userspace/ports/readiness.h"
#include "userspace/ports/timers.h"

namespace spa::net {

class Loop final : public ports::Timers, public ports::Readiness {
 public:
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until stop(). May be called again after that.
  void run();
  // The same for at most `limit`.
  void run_for(Duration limit);
  // Any thread, also signal callbacks of this loop. Posted work that has not run yet stays queued.
  void stop();
  // Any thread: calls `work` once in run().
  void post(std::function<void()> work);
  // Calls `callback` in run() whenever the process gets this signal. kIo: cannot be caught.
  Status on_signal(int signal, std::function<void()> callback);

  // Calls `writable` once, when `fd` can take octets; may stand beside a watch() of the same
  // descriptor. unwatch() calls it off. kIo: cannot be waited for.
  [[nodiscard]] Result<Readiness::Id> when_writable(int fd, std::function<void()> writable);

  [[nodiscard]] SteadyTime now() const override;
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] Timers::Id after(Duration delay, std::function<void()> callback) override;
  void cancel(Timers::Id id) override;

  [[nodiscard]] Result<Readiness::Id> watch(int fd, std::function<void()> readable) override;
  void unwatch(Readiness::Id id) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::net
