// SPDX-License-Identifier: Apache-2.0
// The character device of a card, /dev/spaN (<spa/uapi.h>), behind an interface so that the engine
// above it can be tried without one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

struct spa_pk_info;
struct spa_pk_request;

namespace spa::crypto {

class CardDevice {
 public:
  virtual ~CardDevice() = default;

  [[nodiscard]] virtual const spa_pk_info& info() const = 0;
  // Readable when completions wait, writable when requests can be taken.
  [[nodiscard]] virtual int fd() const = 0;
  // How many requests from the front were queued; 0 when the queue is full. kIo when the card is
  // gone.
  [[nodiscard]] virtual Result<std::size_t> submit(std::span<spa_pk_request> requests) = 0;
  // Completion records into `buffer`, their octets as a count; 0 when none waits. kIo when the card
  // is gone.
  [[nodiscard]] virtual Result<std::size_t> read(MutableByteView buffer) = 0;
};

// Opens a device node, without blocking reads. kNotFound when there is none, kUnsupported for
// another version of the interface, kIo otherwise.
[[nodiscard]] Result<std::unique_ptr<CardDevice>> open_card_device(const std::string& path);

}  // namespace spa::crypto
