// SPDX-License-Identifier: Apache-2.0
#include "userspace/net/loop.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spa::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

struct Watch {
  Watch(asio::io_context& io, std::function<void()> callback)
      : descriptor(io), readable(std::move(callback)) {}
  ~Watch() { descriptor.release(); }  // the descriptor is the caller's to close
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  asio::posix::stream_descriptor descriptor;
  std::function<void()> readable;
};

// Waits once and arms itself again after the callback, unless that ended the watch.
void arm(const std::shared_ptr<Watch>& watch) {
  watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                               [weak = std::weak_ptr<Watch>(watch)](const error_code& error) {
                                 const auto self = weak.lock();
                                 if (error || !self || !self->readable) return;
                                 self->readable();
                                 if (self->readable) arm(self);
                               });
}

void await_signal(const std::shared_ptr<asio::signal_set>& set,
                  const std::shared_ptr<std::function<void()>>& callback) {
  set->async_wait(
      [weak = std::weak_ptr<asio::signal_set>(set), callback](const error_code& error, int) {
        const auto self = weak.lock();
        if (error || !self) return;
        (*callback)();
        await_signal(self, callback);
      });
}

}  // namespace

struct Loop::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};

  // One system timer for all: SAs have several timers each, and there are thousands of SAs.
  asio::steady_timer alarm{io};
  std::map<std::pair<SteadyTime, Timers::Id>, std::function<void()>> timers;
  std::unordered_map<Timers::Id, SteadyTime> deadlines;
  SteadyTime armed_for = SteadyTime::max();
  Timers::Id last_timer = 0;

  std::unordered_map<Readiness::Id, std::shared_ptr<Watch>> watches;
  // Those of when_writable(); destroying one closes its duplicate and calls the wait off.
  std::unordered_map<Readiness::Id, std::shared_ptr<asio::posix::stream_descriptor>> writers;
  Readiness::Id last_watch = 0;
  std::vector<std::shared_ptr<asio::signal_set>> signals;

  [[nodiscard]] static SteadyTime now() {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  }
  void arm_alarm();
  void ring();
};

void Loop::Impl::arm_alarm() {
  const SteadyTime next = timers.empty() ? SteadyTime::max() : timers.begin()->first.first;
  if (next == armed_for) return;
  armed_for = next;
  if (next == SteadyTime::max()) {
    alarm.cancel();
    return;
  }
  alarm.expires_at(next);
  alarm.async_wait([this](const error_code& error) {
    if (!error) ring();
  });
}

// Calls what is due. A callback may add timers that are due at once: those wait for the next round,
// so that descriptors get their turn.
void Loop::Impl::ring() {
  armed_for = SteadyTime::max();
  const std::pair<SteadyTime, Timers::Id> limit{now(), last_timer};
  while (!timers.empty() && timers.begin()->first <= limit) {
    auto entry = timers.extract(timers.begin());
    deadlines.erase(entry.key().second);
    entry.mapped()();
  }
  arm_alarm();
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {}

Loop::~Loop() {
  for (auto& [id, watch] : impl_->watches) watch->readable = nullptr;
}

void Loop::run() {
  impl_->io.restart();
  impl_->io.run();
}

void Loop::run_for(Duration limit) {
  impl_->io.restart();
  impl_->io.run_for(limit);
}

void Loop::stop() {
  impl_->io.stop();
}

void Loop::post(std::function<void()> work) {
  asio::post(impl_->io, std::move(work));
}

Status Loop::on_signal(int signal, std::function<void()> callback) {
  auto set = std::make_shared<asio::signal_set>(impl_->io);
  error_code error;
  set->add(signal, error);
  if (error) {
    return fail(Errc::kIo, "signal " + std::to_string(signal) + ": " + error.message());
  }
  impl_->signals.push_back(set);
  await_signal(set, std::make_shared<std::function<void()>>(std::move(callback)));
  return {};
}

SteadyTime Loop::now() const {
  return Impl::now();
}

WallTime Loop::wall() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Loop::Timers::Id Loop::after(Duration delay, std::function<void()> callback) {
  const Timers::Id id = ++impl_->last_timer;
  const SteadyTime deadline = now() + std::max(delay, Duration::zero());
  impl_->timers.emplace(std::pair{deadline, id}, std::move(callback));
  impl_->deadlines.emplace(id, deadline);
  impl_->arm_alarm();
  return id;
}

void Loop::cancel(Timers::Id id) {
  const auto found = impl_->deadlines.find(id);
  if (found == impl_->deadlines.end()) return;
  impl_->timers.erase({found->second, id});
  impl_->deadlines.erase(found);
  impl_->arm_alarm();
}

Result<Loop::Readiness::Id> Loop::watch(int fd, std::function<void()> readable) {
  auto watch = std::make_shared<Watch>(impl_->io, std::move(readable));
  error_code error;
  watch->descriptor.assign(fd, error);
  if (error) {
    return fail(Errc::kIo,
                "cannot wait for descriptor " + std::to_string(fd) + ": " + error.message());
  }
  const Readiness::Id id = ++impl_->last_watch;
  impl_->watches.emplace(id, watch);
  arm(watch);
  return id;
}

Result<Loop::Readiness::Id> Loop::when_writable(int fd, std::function<void()> writable) {
  // A duplicate, because a descriptor can stand in the reactor only once.
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return fail(Errc::kIo, "cannot duplicate descriptor " + std::to_string(fd));
  auto waiter = std::make_shared<asio::posix::stream_descriptor>(impl_->io);
  error_code error;
  waiter->assign(copy, error);
  if (error) {
    ::close(copy);
    return fail(Errc::kIo,
                "cannot wait for descriptor " + std::to_string(fd) + ": " + error.message());
  }
  const Readiness::Id id = ++impl_->last_watch;
  impl_->writers.emplace(id, waiter);
  waiter->async_wait(asio::posix::stream_descriptor::wait_write,
                     [this, id, callback = std::move(writable)](const error_code& failed) {
                       if (failed || impl_->writers.erase(id) == 0) return;
                       callback();
                     });
  return id;
}

void Loop::unwatch(Readiness::Id id) {
  if (impl_->writers.erase(id) > 0) return;
  const auto found = impl_->watches.find(id);
  if (found == impl_->watches.end()) return;
  found->second->readable = nullptr;
  error_code ignored;
  found->second->descriptor.cancel(ignored);
  impl_->watches.erase(found);
}

}  // namespace spa::net
