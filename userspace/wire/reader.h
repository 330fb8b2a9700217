// SPDX-License-Identifier: Apache-2.0
// A cursor over octets from a peer. The first short read or refused value sticks: later reads give
// zeroes and empty views, so that a parser may read a whole structure and ask once. Every parser
// ends with done().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::wire {

class Reader {
 public:
  // `what` names the structure in errors and must outlive the reader (a literal). `base` is the
  // offset of data[0] in the message, so that errors count from the message's first octet.
  explicit Reader(ByteView data, std::string_view what, std::size_t base = 0)
      : data_(data), what_(what), base_(base) {}

  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint16_t u16();  // network order
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] ByteView bytes(std::size_t count);
  [[nodiscard]] ByteView rest() { return bytes(remaining()); }
  void skip(std::size_t count) { (void)bytes(count); }
  // A reader over the next `count` octets, which this one leaves behind. Fails with its parent.
  [[nodiscard]] Reader sub(std::size_t count, std::string_view what);

  [[nodiscard]] bool ok() const { return !failed_; }
  [[nodiscard]] std::size_t remaining() const { return failed_ ? 0 : data_.size() - position_; }
  // Octets from the start of the message.
  [[nodiscard]] std::size_t offset() const { return base_ + position_; }

  // Refuses the structure. Only the first cause is kept; `cause` is the end of a sentence that
  // begins with the structure's name.
  void refuse(std::string cause, Errc code = Errc::kInvalid);
  // Takes over the failure of a sub-reader (nothing when it is well).
  void absorb(const Reader& inner);

  // Success when everything was read and nothing refused; the error names structure, offset and
  // cause.
  [[nodiscard]] Status done();
  // done(), with the value that was read on success.
  template <typename T>
  [[nodiscard]] Result<T> finish(T value) {
    if (Status status = done(); !status) return tl::unexpected<Error>(std::move(status.error()));
    return value;
  }
  // The failure so far, without asking that everything be read.
  [[nodiscard]] Status status() const;

 private:
  ByteView data_;
  std::string_view what_;
  std::size_t base_;
  std::size_t position_ = 0;
  bool failed_ = false;
  Error error_;
};

}  // namespace spa::wire
