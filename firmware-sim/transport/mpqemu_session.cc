// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/mpqemu_session.h"

#include <linux/pci_regs.h>

#include <array>
#include <utility>

#include "firmware-sim/rings/little_endian.h"
#include "firmware-sim/transport/mpqemu_protocol.h"

namespace spa::card {

using namespace mpqemu;

namespace {

std::optional<std::size_t> message_size(ByteView header) {
  const auto size = load_le<std::uint64_t>(header, kSizeAt);
  if (size > kMostBody) return std::nullopt;
  return kHeaderSize + static_cast<std::size_t>(size);
}

// The size that a command's body must have; nothing for a command that QEMU never sends.
std::optional<std::size_t> body_size(std::int32_t command, std::size_t given) {
  switch (command) {
    case kSyncMemory:
      return kSyncSize;
    case kConfigWrite:
    case kConfigRead:
      return kConfigSize;
    case kBarWrite:
    case kBarRead:
      return kBarSize;
    case kSetIrqFd:
    case kDeviceReset:
      return given;  // nothing in it is looked at
    default:
      return std::nullopt;
  }
}

Bytes return_message(std::uint64_t value) {
  Bytes reply(kHeaderSize + sizeof value);
  store_le(reply, kCommandAt, std::int32_t{kReturn});
  store_le(reply, kSizeAt, std::uint64_t{sizeof value});
  store_le(reply, kHeaderSize, value);
  return reply;
}

bool access_size(std::uint32_t size, std::uint32_t most) {
  return size != 0 && size <= most && (size & (size - 1)) == 0;
}

}  // namespace

Protocol mpqemu_over(Device& device, DmaMap& dma, MsixTable& msix) {
  return {.header_size = kHeaderSize, .message_size = message_size, .session = [&] {
            return std::make_unique<MpqemuSession>(device, dma, msix);
          }};
}

MpqemuSession::MpqemuSession(Device& device, DmaMap& dma, MsixTable& msix)
    : device_(device), dma_(dma), msix_(msix) {}

MpqemuSession::~MpqemuSession() {
  device_.function_reset();
  msix_.reset();
  dma_.clear();
}

std::optional<Bytes> MpqemuSession::handle(ByteView message, Fds fds) {
  const auto end = [&](std::string why) {
    failure_ = std::move(why);
    return std::nullopt;
  };
  if (message.size() < kHeaderSize ||
      load_le<std::uint64_t>(message, kSizeAt) != message.size() - kHeaderSize) {
    return end("a message shorter or longer than its header says");
  }
  const auto command = load_le<std::int32_t>(message, kCommandAt);
  const ByteView body = message.subspan(kHeaderSize);
  if (body_size(command, body.size()) != body.size()) {
    return end("command " + std::to_string(command) + " with " + std::to_string(body.size()) +
               " octets");
  }
  switch (command) {
    case kSyncMemory:
      if (!sync_memory(body, fds)) return end("memory that cannot be mapped");
      return Bytes{};
    case kSetIrqFd:  // INTx; the card has none, and its descriptors are closed here
      return Bytes{};
    case kConfigRead:
      return return_message(config_read(body));
    case kConfigWrite:
      return return_message(config_write(body));
    case kBarRead:
      return return_message(bar_read(body));
    case kBarWrite:
      return return_message(bar_write(body));
    default:
      return return_message(device_reset());
  }
}

// The whole map anew, many times while the firmware looks for memory.
bool MpqemuSession::sync_memory(ByteView body, const Fds& fds) {
  dma_.clear();
  memories_.clear();
  if (fds.size() > kRegions) return false;
  for (std::size_t i = 0; i < fds.size(); ++i) {
    const auto address = load_le<std::uint64_t>(body, i * 8);
    const auto size = load_le<std::uint64_t>(body, (kRegions + i) * 8);
    const auto offset = load_le<std::uint64_t>(body, (2 * kRegions + i) * 8);
    Opened<SharedMemory> memory = SharedMemory::map(fds[i].get(), offset, size, {});
    if (!memory || !dma_.add(address, memory->data(), size)) {
      dma_.clear();
      return false;
    }
    memories_.push_back(std::move(*memory));
  }
  return true;
}

std::uint64_t MpqemuSession::config_read(ByteView body) const {
  const auto offset = load_le<std::uint32_t>(body, kConfigAddressAt);
  const auto length = load_le<std::uint32_t>(body, kConfigLengthAt);
  if (!access_size(length, 4) || offset > kConfigSpace - length) return kRefused;
  std::array<std::uint8_t, 4> octets{};
  device_.config_read(offset, MutableByteView(octets).first(length));
  return load_le<std::uint32_t>(octets, 0);
}

std::uint64_t MpqemuSession::config_write(ByteView body) {
  const auto offset = load_le<std::uint32_t>(body, kConfigAddressAt);
  const auto length = load_le<std::uint32_t>(body, kConfigLengthAt);
  if (!access_size(length, 4) || offset > kConfigSpace - length) return kRefused;
  device_.config_write(offset, body.subspan(kConfigValueAt, length));
  // Enabled, masked, or switched off by a function-level reset.
  msix_.control(static_cast<std::uint16_t>(config_word(PciConfig::kMsix) >> 16));
  return 0;
}

std::uint32_t MpqemuSession::config_word(std::uint32_t offset) const {
  std::array<std::uint8_t, 4> octets{};
  device_.config_read(offset, octets);
  return load_le<std::uint32_t>(octets, 0);
}

// Where in BAR 0 an access goes: QEMU names the address on the bus.
std::optional<std::uint64_t> MpqemuSession::bar_offset(ByteView body) const {
  const auto address = load_le<std::uint64_t>(body, kBarAddressAt);
  const auto length = load_le<std::uint32_t>(body, kBarLengthAt);
  const std::uint64_t base =
      config_word(PCI_BASE_ADDRESS_0 + 4 * SPA_BAR) & ~std::uint32_t{SPA_BAR_SIZE - 1};
  if (body[kBarMemoryAt] == 0 || !access_size(length, 8) || address < base ||
      address - base > SPA_BAR_SIZE - length) {
    return std::nullopt;
  }
  return address - base;
}

std::uint64_t MpqemuSession::bar_read(ByteView body) {
  const std::optional<std::uint64_t> offset = bar_offset(body);
  if (!offset) return kRefused;
  std::array<std::uint8_t, 8> octets{};
  const auto into = MutableByteView(octets).first(load_le<std::uint32_t>(body, kBarLengthAt));
  if (MsixTable::owns(*offset)) {
    msix_.read(*offset, into);
  } else {
    device_.bar_read(*offset, into);
  }
  return load_le<std::uint64_t>(octets, 0);
}

std::uint64_t MpqemuSession::bar_write(ByteView body) {
  const std::optional<std::uint64_t> offset = bar_offset(body);
  if (!offset) return kRefused;
  const ByteView from = body.subspan(kBarValueAt, load_le<std::uint32_t>(body, kBarLengthAt));
  if (MsixTable::owns(*offset)) {
    msix_.write(*offset, from);
  } else {
    device_.bar_write(*offset, from);
  }
  return 0;
}

std::uint64_t MpqemuSession::device_reset() {
  device_.function_reset();
  msix_.reset();
  return 0;
}

}  // namespace spa::card
