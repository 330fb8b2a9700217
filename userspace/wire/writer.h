// SPDX-License-Identifier: Apache-2.0
// Appends network-order octets and fills in length fields that are known only afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::wire {

class Writer {
 public:
  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void bytes(ByteView octets);
  void zeros(std::size_t count);

  [[nodiscard]] std::size_t size() const { return out_.size(); }
  // Overwrites octets written before; `at` comes from size() at that time.
  void set_u8(std::size_t at, std::uint8_t value);
  void set_u16(std::size_t at, std::uint16_t value);
  void set_u32(std::size_t at, std::uint32_t value);
  // Stores size() - start as the 16-bit length at `at`; refuses when it does not fit.
  void set_length16(std::size_t at, std::size_t start);

  // A value that the format cannot carry (too long, too many). The first cause sticks.
  void refuse(std::string cause);
  [[nodiscard]] bool ok() const { return !failed_; }
  // The octets, or why they cannot be written. The writer is empty afterwards.
  [[nodiscard]] Result<Bytes> take();

 private:
  Bytes out_;
  bool failed_ = false;
  std::string cause_;
};

}  // namespace spa::wire
