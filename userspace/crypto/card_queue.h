// SPDX-License-Identifier: Apache-2.0
// Requests on their way to a card and completions on their way back: batches, a bounded number
// under way, completions in any order, and the end of the card.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

#include "userspace/crypto/card_device.h"

namespace spa::crypto {

class CardQueue : public std::enable_shared_from_this<CardQueue> {
 public:
  struct Completion {
    int status = 0;         // 0 or a negative errno (<spa/uapi.h>)
    std::uint32_t key = 0;  // handle, from operations that make one
    ByteView output;        // valid during the call
  };
  using Done = std::function<void(const Completion&)>;
  using Post = std::function<void(std::function<void()>)>;

  // The fields of struct spa_pk_request.
  struct Request {
    std::uint16_t op = 0;
    std::uint16_t alg = 0;
    std::uint32_t key = 0;
    std::uint32_t out_length = 0;
    SecretBytes input;
  };

  CardQueue(std::unique_ptr<CardDevice> device, Post post);

  // Runs `done` once, later or before the call returns: with -EMSGSIZE for input that the card does
  // not take, with -ENODEV once the card is gone. Not at all after stop().
  void submit(Request request, Done done);
  // Takes completions and submits what waits.
  void on_ready();
  // Forgets every request without running its callback.
  void stop();

  [[nodiscard]] int fd() const { return device_->fd(); }
  [[nodiscard]] bool alive() const { return alive_; }
  [[nodiscard]] bool wants_write() const { return alive_ && full_ && !waiting_.empty(); }

 private:
  struct Waiting {
    Request request;
    Done done;
  };

  void schedule();
  void flush();
  [[nodiscard]] std::size_t submit_batch(std::size_t count);
  void refuse_first(int status);
  // Runs the callbacks of the records in `octets`; false when they are no records.
  [[nodiscard]] bool deliver(ByteView octets);
  void die();

  std::unique_ptr<CardDevice> device_;
  Post post_;
  std::deque<Waiting> waiting_;
  std::unordered_map<std::uint64_t, Done> under_way_;
  std::uint64_t next_tag_ = 1;
  bool scheduled_ = false;
  bool full_ = false;  // the card took less than it was given
  bool alive_ = true;
  bool stopped_ = false;
};

}  // namespace spa::crypto
