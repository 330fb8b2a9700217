// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/writer.h"

#include <utility>

namespace spa::wire {

void Writer::u8(std::uint8_t value) {
  out_.push_back(value);
}

void Writer::u16(std::uint16_t value) {
  u8(static_cast<std::uint8_t>(value >> 8));
  u8(static_cast<std::uint8_t>(value));
}

void Writer::u32(std::uint32_t value) {
  u16(static_cast<std::uint16_t>(value >> 16));
  u16(static_cast<std::uint16_t>(value));
}

void Writer::u64(std::uint64_t value) {
  u32(static_cast<std::uint32_t>(value >> 32));
  u32(static_cast<std::uint32_t>(value));
}

void Writer::bytes(ByteView octets) {
  out_.insert(out_.end(), octets.begin(), octets.end());
}

void Writer::zeros(std::size_t count) {
  out_.resize(out_.size() + count);
}

void Writer::set_u8(std::size_t at, std::uint8_t value) {
  if (at < out_.size()) out_[at] = value;
}

void Writer::set_u16(std::size_t at, std::uint16_t value) {
  set_u8(at, static_cast<std::uint8_t>(value >> 8));
  set_u8(at + 1, static_cast<std::uint8_t>(value));
}

void Writer::set_u32(std::size_t at, std::uint32_t value) {
  set_u16(at, static_cast<std::uint16_t>(value >> 16));
  set_u16(at + 2, static_cast<std::uint16_t>(value));
}

void Writer::set_length16(std::size_t at, std::size_t start) {
  const std::size_t length = size() - start;
  if (length > 0xffff) return refuse("a length of " + std::to_string(length) + " needs 17 bits");
  set_u16(at, static_cast<std::uint16_t>(length));
}

void Writer::refuse(std::string cause) {
  if (failed_) return;
  failed_ = true;
  cause_ = std::move(cause);
}

Result<Bytes> Writer::take() {
  Bytes out = std::exchange(out_, {});
  if (std::exchange(failed_, false)) return fail(Errc::kInvalid, std::exchange(cause_, {}));
  return out;
}

}  // namespace spa::wire
