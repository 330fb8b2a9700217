// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/reader.h"

namespace spa::wire {

ByteView Reader::bytes(std::size_t count) {
  if (failed_) return {};
  if (count > data_.size() - position_) {
    refuse("needs " + std::to_string(count) + " octets, " +
           std::to_string(data_.size() - position_) + " are left");
    return {};
  }
  const ByteView taken = data_.subspan(position_, count);
  position_ += count;
  return taken;
}

std::uint8_t Reader::u8() {
  const ByteView b = bytes(1);
  return b.empty() ? 0 : b[0];
}

std::uint16_t Reader::u16() {
  const ByteView b = bytes(2);
  return b.empty() ? 0 : static_cast<std::uint16_t>(b[0] << 8 | b[1]);
}

std::uint32_t Reader::u32() {
  const std::uint32_t high = u16();
  return high << 16 | u16();
}

std::uint64_t Reader::u64() {
  const std::uint64_t high = u32();
  return high << 32 | u32();
}

Reader Reader::sub(std::size_t count, std::string_view what) {
  Reader inner({}, what, offset());
  inner.data_ = bytes(count);
  inner.failed_ = failed_;
  inner.error_ = error_;
  return inner;
}

void Reader::refuse(std::string cause, Errc code) {
  if (failed_) return;
  failed_ = true;
  error_.code = code;
  error_.text =
      std::string(what_) + " at offset " + std::to_string(offset()) + ": " + std::move(cause);
}

void Reader::absorb(const Reader& inner) {
  if (failed_ || !inner.failed_) return;
  failed_ = true;
  error_ = inner.error_;
}

Status Reader::done() {
  if (!failed_ && position_ != data_.size()) {
    refuse(std::to_string(data_.size() - position_) + " octets too many");
  }
  return status();
}

Status Reader::status() const {
  if (failed_) return tl::unexpected<Error>(error_);
  return {};
}

}  // namespace spa::wire
