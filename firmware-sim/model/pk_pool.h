// SPDX-License-Identifier: Apache-2.0
// Threads that compute public-key operations, so that the data path never waits for one. Operations
// finish in any order. All functions are for the device's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/pka/pka.h"

namespace spa::card {

struct PkJob {
  std::uint64_t id = 0;
  pka::PkRequest request;
  SecretBytes input;
};

struct PkResult {
  std::uint64_t id = 0;
  pka::PkReply reply;
};

class PkPool {
 public:
  PkPool(keystore::KeyStore& keys, unsigned threads);
  // Lets operations that have begun finish, forgets the rest.
  ~PkPool();
  PkPool(const PkPool&) = delete;
  PkPool& operator=(const PkPool&) = delete;

  void submit(PkJob job);
  // What has finished since the last call.
  [[nodiscard]] std::vector<PkResult> collect();
  // Forgets what has not begun and names it; what runs still delivers a result.
  [[nodiscard]] std::vector<std::uint64_t> drop_waiting();
  // Polls readable while collect() has something to give.
  [[nodiscard]] int wake_fd() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace spa::card
