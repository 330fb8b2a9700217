// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/reader.h"

#include <gtest/gtest.h>

#include "userspace/wire/writer.h"

namespace spa::wire {
namespace {

TEST(Reader, ReadsNetworkOrder) {
  const Bytes data = from_hex("01 0203 04050607 08090a0b0c0d0e0f ff");
  Reader reader(data, "test");
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607u);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fu);
  EXPECT_EQ(reader.remaining(), 1u);
  EXPECT_EQ(reader.rest()[0], 0xff);
  EXPECT_TRUE(reader.done());
}

TEST(Reader, FirstFailureSticks) {
  const Bytes data = {1, 2, 3};
  Reader reader(data, "Test payload", 40);
  EXPECT_EQ(reader.u16(), 0x0102);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_EQ(reader.u8(), 0);  // an octet is left, but the structure is broken
  EXPECT_EQ(reader.remaining(), 0u);
  reader.refuse("something else");
  const Status status = reader.done();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::kInvalid);
  EXPECT_EQ(status.error().text, "Test payload at offset 42: needs 2 octets, 1 are left");
}

TEST(Reader, DoneRefusesLeftovers) {
  const Bytes data = {1, 2, 3};
  Reader reader(data, "Test payload");
  (void)reader.u8();
  const Status status = reader.done();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text, "Test payload at offset 1: 2 octets too many");
}

TEST(Reader, SubReaderIsBoundedAndReportsUpwards) {
  const Bytes data = {1, 2, 3, 4};
  Reader reader(data, "outer", 10);
  Reader inner = reader.sub(2, "inner");
  EXPECT_EQ(inner.u8(), 1);
  EXPECT_EQ(inner.u16(), 0);
  EXPECT_EQ(reader.u8(), 3);
  reader.absorb(inner);
  EXPECT_EQ(reader.status().error().text, "inner at offset 11: needs 2 octets, 1 are left");

  Reader short_reader(data, "outer");
  Reader broken = short_reader.sub(5, "inner");
  EXPECT_FALSE(broken.ok());
  EXPECT_FALSE(short_reader.ok());
}

TEST(Writer, FillsInLengths) {
  Writer out;
  out.u8(7);
  const std::size_t start = out.size();
  out.u16(0);
  out.zeros(3);
  out.set_length16(start, start);
  EXPECT_EQ(to_hex(*out.take()), "070005000000");
  EXPECT_EQ(out.size(), 0u);
}

TEST(Writer, RefusesALengthBeyond16Bits) {
  Writer out;
  out.u16(0);
  out.zeros(0x10000);
  out.set_length16(0, 0);
  out.refuse("a later cause");
  const Result<Bytes> octets = out.take();
  ASSERT_FALSE(octets);
  EXPECT_EQ(octets.error().text, "a length of 65538 needs 17 bits");
}

}  // namespace
}  // namespace spa::wire
