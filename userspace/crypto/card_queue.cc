// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/card_queue.h"

#include <spa/uapi.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace spa::crypto {
namespace {

constexpr std::size_t kReadSize = 32 * 1024;

}  // namespace

CardQueue::CardQueue(std::unique_ptr<CardDevice> device, Post post)
    : device_(std::move(device)), post_(std::move(post)) {}

void CardQueue::submit(Request request, Done done) {
  if (stopped_) return;
  const std::size_t most = device_->info().max_data;
  if (!alive_) return done({-ENODEV, 0, {}});
  if (request.input.size() > most) return done({-EMSGSIZE, 0, {}});
  request.out_length = std::min(request.out_length, static_cast<std::uint32_t>(most));
  waiting_.push_back({std::move(request), std::move(done)});
  schedule();
}

void CardQueue::schedule() {
  if (!post_) return flush();
  if (std::exchange(scheduled_, true)) return;
  post_([weak = weak_from_this()] {
    const std::shared_ptr<CardQueue> self = weak.lock();
    if (!self) return;
    self->scheduled_ = false;
    self->flush();
  });
}

void CardQueue::flush() {
  full_ = false;
  while (alive_ && !stopped_ && !full_ && !waiting_.empty()) {
    const std::size_t in_flight = std::max<std::size_t>(device_->info().max_inflight, 1);
    const std::size_t room = in_flight - std::min(in_flight, under_way_.size());
    const std::size_t batch = std::max<std::size_t>(device_->info().max_batch, 1);
    const std::size_t count = std::min({waiting_.size(), room, batch});
    if (count == 0 || submit_batch(count) < count) full_ = true;
  }
}

// Gives the number of requests that left the front of the line.
std::size_t CardQueue::submit_batch(std::size_t count) {
  std::vector<spa_pk_request> batch(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Request& request = waiting_[i].request;
    batch[i].tag = next_tag_ + i;
    batch[i].in = reinterpret_cast<std::uintptr_t>(request.input.data());
    batch[i].in_length = static_cast<std::uint32_t>(request.input.size());
    batch[i].out_length = request.out_length;
    batch[i].op = request.op;
    batch[i].alg = request.alg;
    batch[i].key = request.key;
  }
  const Result<std::size_t> taken = device_->submit(batch);
  if (!taken && taken.error().code == Errc::kInvalid) {
    refuse_first(-EINVAL);
    return count;  // the rest may still go
  }
  if (!taken || *taken > count) {
    die();
    return 0;
  }
  for (std::size_t i = 0; i < *taken; ++i) {
    under_way_.emplace(next_tag_++, std::move(waiting_.front().done));
    waiting_.pop_front();
  }
  return *taken;
}

void CardQueue::refuse_first(int status) {
  const Done done = std::move(waiting_.front().done);
  waiting_.pop_front();
  done({status, 0, {}});
}

void CardQueue::on_ready() {
  const std::shared_ptr<CardQueue> self = shared_from_this();  // a callback may drop the engine
  SecretBytes buffer(kReadSize);
  while (alive_ && !stopped_) {
    const Result<std::size_t> size = device_->read(buffer);
    if (!size || *size > buffer.size()) return die();
    if (*size == 0) break;
    if (!deliver(ByteView(buffer).first(*size))) return die();
  }
  flush();
}

bool CardQueue::deliver(ByteView octets) {
  while (!octets.empty()) {
    spa_pk_completion_record record{};
    if (octets.size() < sizeof record) return false;
    std::memcpy(&record, octets.data(), sizeof record);
    octets = octets.subspan(sizeof record);
    const std::size_t padded = (std::size_t{record.length} + 7) / 8 * 8;
    if (octets.size() < padded) return false;
    const auto found = under_way_.find(record.tag);
    if (found == under_way_.end()) return false;
    const Done done = std::move(found->second);
    under_way_.erase(found);
    done({record.status, record.key, octets.first(record.length)});
    if (stopped_) return true;
    octets = octets.subspan(padded);
  }
  return true;
}

void CardQueue::die() {
  const std::shared_ptr<CardQueue> self = shared_from_this();
  alive_ = false;
  const auto under_way = std::exchange(under_way_, {});
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& [tag, done] : under_way) {
    if (!stopped_) done({-ENODEV, 0, {}});
  }
  for (const Waiting& entry : waiting) {
    if (!stopped_) entry.done({-ENODEV, 0, {}});
  }
}

void CardQueue::stop() {
  stopped_ = true;
  under_way_.clear();
  waiting_.clear();
}

}  // namespace spa::crypto
