// SPDX-License-Identifier: Apache-2.0
// An x-pci-proxy-dev that sends anything. The input is a row of records: one octet (bit 0: a
// message as it stands; clear: our header before it, the next octet is the command; bits 2..1:
// descriptors that come with it), two octets of length, the message. The conversation ends where
// the server ends it.
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>

#include "firmware-sim/rings/little_endian.h"
#include "firmware-sim/transport/mpqemu_protocol.h"
#include "firmware-sim/transport/mpqemu_session.h"

namespace {

using namespace spa::card;

constexpr std::size_t kMemory = 64 * 1024;
constexpr std::size_t kRecordHead = 3;

// One card for all inputs: every session leaves it in power-on state.
struct Card {
  DmaMap dma;
  MsixTable msix{[](std::uint64_t, std::uint32_t data) { return data % 3 != 0; }};
  Device device{Config{.sa_entries = 64, .ring_entries = 64, .key_entries = 4, .pk_threads = 0},
                dma, msix, std::make_unique<NoPort>()};
  UniqueFd memory{::memfd_create("fuzz", MFD_CLOEXEC)};
  Card() { (void)!::ftruncate(memory.get(), kMemory); }
};

Session::Fds descriptors(const Card& card, unsigned count) {
  Session::Fds fds;
  for (unsigned i = 0; i < count; ++i) {
    fds.emplace_back(i < 2 ? ::dup(card.memory.get()) : ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  }
  return fds;
}

Bytes framed(ByteView body) {
  Bytes message(mpqemu::kHeaderSize);
  if (!body.empty()) {
    store_le(message, mpqemu::kCommandAt, std::int32_t{body[0]});
    body = body.subspan(1);
  }
  message.insert(message.end(), body.begin(), body.end());
  store_le(message, mpqemu::kSizeAt, std::uint64_t{message.size() - mpqemu::kHeaderSize});
  return message;
}

// What the socket's side does with the first octets.
void check_size(const Protocol& protocol, ByteView message) {
  if (message.size() < protocol.header_size) return;
  const auto size = protocol.message_size(message.first(protocol.header_size));
  if (size && *size > mpqemu::kHeaderSize + mpqemu::kMostBody) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Card card;
  const Protocol protocol = mpqemu_over(card.device, card.dma, card.msix);
  MpqemuSession session(card.device, card.dma, card.msix);
  ByteView rest(data, size);
  while (rest.size() >= kRecordHead) {
    const unsigned how = rest[0];
    const std::size_t length =
        std::min<std::size_t>(load_le<std::uint16_t>(rest, 1), rest.size() - kRecordHead);
    const ByteView body = rest.subspan(kRecordHead, length);
    rest = rest.subspan(kRecordHead + length);
    const Bytes message = (how & 1) != 0 ? Bytes(body.begin(), body.end()) : framed(body);
    check_size(protocol, message);
    const auto reply = session.handle(message, descriptors(card, how >> 1 & 3));
    if (!reply) break;
    if (!reply->empty() && reply->size() != mpqemu::kHeaderSize + 8) __builtin_trap();
    card.device.poll();
  }
  return 0;
}
