// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/keystore/key_store.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace spa::keystore {
namespace {

std::shared_ptr<PrivateKey> make_key(std::uint8_t fill = 1) {
  auto key = std::make_shared<PrivateKey>();
  key->group = SPA_PK_X25519;
  key->secret.assign(32, fill);
  return key;
}

std::uint32_t insert(KeyStore& keys, std::uint32_t owner, std::uint8_t fill = 1) {
  std::uint32_t handle = 0;
  EXPECT_EQ(keys.insert(owner, make_key(fill), handle), SPA_OK);
  EXPECT_NE(handle, 0u);
  return handle;
}

TEST(KeyStore, GivesAKeyToItsOwnerOnly) {
  KeyStore keys(8);
  const std::uint32_t mine = insert(keys, 1, 0x11);
  const std::uint32_t yours = insert(keys, 2, 0x22);
  EXPECT_NE(mine, yours);
  ASSERT_TRUE(keys.find(1, mine));
  EXPECT_EQ(keys.find(1, mine)->secret[0], 0x11);
  EXPECT_FALSE(keys.find(2, mine));
  EXPECT_FALSE(keys.find(0, mine));
  EXPECT_EQ(keys.destroy(2, mine), SPA_E_NOT_FOUND);
  EXPECT_EQ(keys.destroy(1, mine), SPA_OK);
  EXPECT_EQ(keys.destroy(1, mine), SPA_E_NOT_FOUND);
  EXPECT_TRUE(keys.find(2, yours));
}

TEST(KeyStore, RefusesAStaleHandleOfAReusedSlot) {
  KeyStore keys(1);
  std::uint32_t last = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::uint32_t handle = insert(keys, 1);
    EXPECT_NE(handle, last);
    EXPECT_FALSE(keys.find(1, last));
    EXPECT_EQ(keys.destroy(1, handle), SPA_OK);
    EXPECT_FALSE(keys.find(1, handle));
    last = handle;
  }
}

// Knowing one's own handles says nothing about the next one: they neither count up nor repeat in
// order.
TEST(KeyStore, HandlesAreNotCounted) {
  KeyStore keys(1);
  std::set<std::uint32_t> steps;
  std::uint32_t last = 0;
  for (int i = 0; i < 64; ++i) {
    const std::uint32_t handle = insert(keys, 1);
    steps.insert(handle - last);
    last = handle;
    EXPECT_EQ(keys.destroy(1, handle), SPA_OK);
  }
  EXPECT_GT(steps.size(), 48u);
}

TEST(KeyStore, HasACapacity) {
  KeyStore keys(3);
  EXPECT_EQ(keys.capacity(), 3u);
  for (int i = 0; i < 3; ++i) insert(keys, 1);
  EXPECT_TRUE(keys.full());
  std::uint32_t handle = 77;
  EXPECT_EQ(keys.insert(1, make_key(), handle), SPA_E_FULL);
  EXPECT_EQ(handle, 77u);
  EXPECT_EQ(keys.release_owner(1), 3u);
  EXPECT_EQ(keys.used(), 0u);
  insert(keys, 1);
  KeyStore none(0);
  EXPECT_EQ(none.insert(1, make_key(), handle), SPA_E_FULL);
  EXPECT_EQ(KeyStore(1u << 20).capacity(), 65536u);
}

TEST(KeyStore, ReleasesAnOwnerAndResets) {
  KeyStore keys(16);
  std::uint32_t handles[2][4];
  for (std::uint32_t owner = 0; owner < 2; ++owner)
    for (auto& handle : handles[owner]) handle = insert(keys, owner);
  EXPECT_EQ(keys.release_owner(0), 4u);
  EXPECT_EQ(keys.release_owner(0), 0u);
  for (const std::uint32_t handle : handles[0]) EXPECT_FALSE(keys.find(0, handle));
  for (const std::uint32_t handle : handles[1]) EXPECT_TRUE(keys.find(1, handle));
  keys.reset();
  for (const std::uint32_t handle : handles[1]) EXPECT_FALSE(keys.find(1, handle));
  EXPECT_EQ(keys.used(), 0u);
}

TEST(KeyStore, AKeyInUseOutlivesItsDestruction) {
  KeyStore keys(1);
  const std::uint32_t handle = insert(keys, 1, 0x33);
  const auto held = keys.find(1, handle);
  EXPECT_EQ(keys.destroy(1, handle), SPA_OK);
  EXPECT_EQ(held->secret[31], 0x33);
  EXPECT_EQ(held.use_count(), 1);  // the store let go
}

TEST(KeyStore, RefusesEveryHandleItDidNotGive) {
  KeyStore keys(4);
  const std::uint32_t handle = insert(keys, 1);
  for (std::uint32_t bit = 0; bit < 32; ++bit) EXPECT_FALSE(keys.find(1, handle ^ 1u << bit));
  EXPECT_FALSE(keys.find(1, 0));
  EXPECT_FALSE(keys.find(1, 0xffffffff));
}

}  // namespace
}  // namespace spa::keystore
