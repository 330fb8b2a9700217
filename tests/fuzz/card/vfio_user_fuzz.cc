// SPDX-License-Identifier: Apache-2.0
// A vfio-user client that sends anything. The input is a row of records: one octet (bit 0: a
// message as it stands; clear: our header before it; bits 2..1: descriptors that come with it), two
// octets of length, the message. The conversation ends where the server ends it.
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>

#include "firmware-sim/rings/little_endian.h"
#include "firmware-sim/transport/vfio_user_protocol.h"
#include "firmware-sim/transport/vfio_user_session.h"

namespace {

using namespace spa::card;

constexpr std::size_t kMemory = 64 * 1024;
constexpr std::size_t kRecordHead = 3;

// One card for all inputs: every session leaves it in power-on state.
struct Card {
  DmaMap dma;
  VfioUserInterrupts interrupts;
  Device device{Config{.sa_entries = 64, .ring_entries = 64, .key_entries = 4, .pk_threads = 0},
                dma, interrupts, std::make_unique<NoPort>()};
  UniqueFd memory{::memfd_create("fuzz", MFD_CLOEXEC)};
  Card() { (void)!::ftruncate(memory.get(), kMemory); }
};

VfioUserSession::Fds descriptors(const Card& card, unsigned count) {
  VfioUserSession::Fds fds;
  for (unsigned i = 0; i < count; ++i) {
    fds.emplace_back(i == 0 ? ::dup(card.memory.get()) : ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  }
  return fds;
}

// Puts a header of the right length before a body whose first two octets are the command.
Bytes framed(ByteView body) {
  Bytes message(vfio_user::kHeaderSize);
  if (body.size() >= 2) {
    store_le(message, vfio_user::kCommandAt, load_le<std::uint16_t>(body, 0));
    body = body.subspan(2);
  }
  message.insert(message.end(), body.begin(), body.end());
  store_le(message, vfio_user::kSizeAt, static_cast<std::uint32_t>(message.size()));
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Card card;
  VfioUserSession session(card.device, card.dma, card.interrupts);
  ByteView rest(data, size);
  while (rest.size() >= kRecordHead) {
    const unsigned how = rest[0];
    const std::size_t length =
        std::min<std::size_t>(load_le<std::uint16_t>(rest, 1), rest.size() - kRecordHead);
    const ByteView body = rest.subspan(kRecordHead, length);
    rest = rest.subspan(kRecordHead + length);
    const Bytes message = (how & 1) != 0 ? Bytes(body.begin(), body.end()) : framed(body);
    const auto reply = session.handle(message, descriptors(card, how >> 1 & 3));
    if (!reply) break;
    if (!reply->empty() && load_le<std::uint32_t>(*reply, vfio_user::kSizeAt) != reply->size())
      __builtin_trap();
    card.device.poll();
  }
  return 0;
}
