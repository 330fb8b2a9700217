// SPDX-License-Identifier: Apache-2.0
// A password that comes with XAUTH is gone from memory when its message is (CONTRIBUTING: secrets
// are wiped). Every block that this program gives back is searched for it first.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "userspace/ikev1/exchange.h"
#include "userspace/ikev1/xauth.h"

namespace {

constexpr char kPassword[] = "looking-glass-1871";
bool watching = false;
std::size_t found = 0;

void give_back(void* block) {
  if (watching && block != nullptr &&
      memmem(block, malloc_usable_size(block), kPassword, sizeof(kPassword) - 1) != nullptr) {
    ++found;
  }
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
  std::abort();
}
void operator delete(void* block) noexcept {
  give_back(block);
}
void operator delete(void* block, std::size_t) noexcept {
  give_back(block);
}

namespace spa::ikev1 {
namespace {

constexpr auto kHash = crypto::HashAlgorithm::kSha256;

class Wiping : public ::testing::Test {
 protected:
  Wiping() {
    v1::ConfigPayload reply;
    reply.type = v1::ConfigType::kReply;
    reply.attributes = xauth_reply({"alice", to_secret(as_bytes(kPassword))});
    Payloads payloads;
    payloads.emplace_back(v1::HashPayload{Bytes(32, 1)});
    payloads.emplace_back(reply);
    chain_ = *v1::serialize_payloads(payloads);
  }
  ~Wiping() override { watching = false; }
  // The message as it comes.
  Bytes sealed(ByteView octets) {
    v1::Header header;
    header.initiator_cookie = 1;
    header.responder_cookie = 2;
    header.exchange = v1::ExchangeType::kTransaction;
    header.message_id = 7;
    return *v1::serialize_encrypted(header, chain_.first, cipher_.seal(iv_, octets)->octets);
  }
  v1::PayloadChain chain_;
  crypto::v1::Iv iv_ =
      *crypto::v1::phase1_iv(kHash, crypto::EncrAlgorithm::kAesCbc, Bytes(1), Bytes(1));
  crypto::v1::IkeCipher cipher_ =
      *crypto::v1::IkeCipher::create(kHash, crypto::EncrAlgorithm::kAesCbc, 256, Bytes(32, 3));
};

// The search finds what is not wiped.
TEST_F(Wiping, IsSeen) {
  found = 0;
  watching = true;
  {
    const Bytes plain = to_bytes(as_bytes(kPassword));
  }
  watching = false;
  EXPECT_EQ(found, 1U);
}

TEST_F(Wiping, OfAReplyWithAPassword) {
  const Bytes datagram = sealed(chain_.octets);
  const v1::Header header = *v1::parse_header(datagram);
  bool read = false;
  found = 0;
  watching = true;
  {
    Result<Incoming> in = open_message(cipher_, iv_, header, datagram);
    if (in) {
      Incoming kept = std::move(*in);
      Incoming other;
      other = std::move(kept);
      const auto* reply = v1::find<v1::ConfigPayload>(other.payloads);
      const auto given = reply != nullptr ? read_xauth_reply(*reply)
                                          : Result<Credentials>(fail(Errc::kInvalid, ""));
      read = given && std::ranges::equal(given->password, as_bytes(kPassword));
    }
  }
  watching = false;
  EXPECT_TRUE(read);
  EXPECT_EQ(found, 0U);
}

}  // namespace
}  // namespace spa::ikev1
