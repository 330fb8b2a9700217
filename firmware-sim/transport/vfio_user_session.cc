// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/vfio_user_session.h"

#include <linux/vfio.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "firmware-sim/rings/little_endian.h"
#include "firmware-sim/transport/vfio_user_protocol.h"

namespace spa::card {

using namespace vfio_user;

namespace {

constexpr std::uint16_t kMajor = 0;
constexpr std::uint16_t kMinor = 0;
// More would be read as an offer to migrate, which the card cannot.
constexpr std::string_view kCapabilities =
    R"({"capabilities":{"max_msg_fds":8,"max_data_xfer_size":65536,"pgsizes":4096,"max_dma_maps":4096}})";
constexpr std::size_t kRegionAccessHead = 16;  // u64 offset, u32 region, u32 count

tl::unexpected<int> refuse(int error) {
  return tl::unexpected<int>(error);
}

std::uint64_t region_size(std::uint32_t region) {
  if (region == VFIO_PCI_BAR0_REGION_INDEX + SPA_BAR) return SPA_BAR_SIZE;
  return region == VFIO_PCI_CONFIG_REGION_INDEX ? PciConfig::kSize : 0;
}

// The head of REGION_READ and REGION_WRITE, with the range checked against the region.
struct RegionAccess {
  std::uint64_t offset = 0;
  std::uint32_t region = 0;
  std::uint32_t count = 0;
};

std::optional<RegionAccess> parse_access(ByteView body) {
  if (body.size() < kRegionAccessHead) return std::nullopt;
  const RegionAccess access{.offset = load_le<std::uint64_t>(body, 0),
                            .region = load_le<std::uint32_t>(body, 8),
                            .count = load_le<std::uint32_t>(body, 12)};
  const std::uint64_t size = region_size(access.region);
  if (access.count == 0 || access.count > kMostTransfer || access.offset > size ||
      access.count > size - access.offset) {
    return std::nullopt;
  }
  return access;
}

Bytes reply_message(ByteView request, std::uint32_t flags, std::uint32_t error, ByteView body) {
  Bytes reply(kHeaderSize + body.size());
  std::copy_n(request.begin(), kSizeAt, reply.begin());  // the id and the command come back
  store_le(reply, kSizeAt, static_cast<std::uint32_t>(reply.size()));
  store_le(reply, kFlagsAt, kTypeReply | flags);
  store_le(reply, kErrorAt, error);
  std::copy(body.begin(), body.end(), reply.begin() + kHeaderSize);
  return reply;
}

std::optional<std::size_t> message_size(ByteView header) {
  const auto size = load_le<std::uint32_t>(header, kSizeAt);
  if (size < kHeaderSize || size > kMostMessage) return std::nullopt;
  return size;
}

}  // namespace

Protocol vfio_user_over(Device& device, DmaMap& dma, VfioUserInterrupts& interrupts) {
  return {.header_size = kHeaderSize, .message_size = message_size, .session = [&] {
            return std::make_unique<VfioUserSession>(device, dma, interrupts);
          }};
}

VfioUserSession::VfioUserSession(Device& device, DmaMap& dma, VfioUserInterrupts& interrupts)
    : device_(device), dma_(dma), interrupts_(interrupts) {}

VfioUserSession::~VfioUserSession() {
  device_.function_reset();
  interrupts_.reset();
  dma_.clear();
}

std::optional<Bytes> VfioUserSession::handle(ByteView message, Fds fds) {
  const auto end = [&](std::string why) {
    failure_ = std::move(why);
    return std::nullopt;
  };
  if (message.size() < kHeaderSize || load_le<std::uint32_t>(message, kSizeAt) != message.size()) {
    return end("a message shorter or longer than its header says");
  }
  const auto command = load_le<std::uint16_t>(message, kCommandAt);
  const auto flags = load_le<std::uint32_t>(message, kFlagsAt);
  if ((flags & kTypeMask) != kTypeCommand) return end("a reply to a question that was never asked");
  if (!negotiated_ && command != kVersion) return end("a command before VERSION");
  const Answer answer = dispatch(command, message.subspan(kHeaderSize), fds);
  if (!answer && command == kVersion) return end("a VERSION that cannot be spoken here");
  if ((flags & kNoReply) != 0) return Bytes{};
  if (!answer)
    return reply_message(message, kError, static_cast<std::uint32_t>(answer.error()), {});
  return reply_message(message, 0, 0, *answer);
}

VfioUserSession::Answer VfioUserSession::dispatch(std::uint16_t command, ByteView body, Fds& fds) {
  switch (command) {
    case kVersion:
      return version(body);
    case kDmaMap:
      return dma_map(body, fds);
    case kDmaUnmap:
      return dma_unmap(body);
    case kDeviceGetInfo:
      return device_info(body);
    case kDeviceGetRegionInfo:
      return region_info(body);
    case kDeviceGetIrqInfo:
      return irq_info(body);
    case kDeviceSetIrqs:
      return set_irqs(body, fds);
    case kRegionRead:
      return region_read(body);
    case kRegionWrite:
      return region_write(body);
    case kDeviceReset:
      return device_reset();
    default:
      return refuse(ENOTSUP);
  }
}

// u16 major, u16 minor, then JSON text with a closing zero, of which nothing is needed here:
// replies stay below any limit that a client may state.
VfioUserSession::Answer VfioUserSession::version(ByteView body) {
  if (negotiated_ || body.size() < 4 || load_le<std::uint16_t>(body, 0) != kMajor)
    return refuse(EINVAL);
  negotiated_ = true;
  Bytes reply(4);
  store_le(reply, 0, kMajor);
  store_le(reply, 2, kMinor);
  reply.insert(reply.end(), kCapabilities.begin(), kCapabilities.end());
  reply.push_back(0);
  return reply;
}

// u32 argsz, u32 flags, u64 offset, u64 address, u64 size; with a descriptor where the memory can
// be shared.
VfioUserSession::Answer VfioUserSession::dma_map(ByteView body, Fds& fds) {
  if (body.size() < 32) return refuse(EINVAL);
  const auto flags = load_le<std::uint32_t>(body, 4);
  const auto offset = load_le<std::uint64_t>(body, 8);
  const auto address = load_le<std::uint64_t>(body, 16);
  const auto size = load_le<std::uint64_t>(body, 24);
  const DmaAccess access{.readable = (flags & kDmaReadable) != 0,
                         .writable = (flags & kDmaWritable) != 0};
  if ((flags & ~(kDmaReadable | kDmaWritable)) != 0 || fds.size() > 1) return refuse(EINVAL);
  // ROMs come without a descriptor: the range is known, and every access to it is refused.
  if (fds.empty()) {
    if (!dma_.add(address, nullptr, size)) return refuse(EINVAL);
    return Bytes{};
  }
  Opened<SharedMemory> memory = SharedMemory::map(fds[0].get(), offset, size, access);
  if (!memory || !dma_.add(address, memory->data(), size, access)) return refuse(EINVAL);
  memories_.insert_or_assign(address, std::move(*memory));
  return Bytes{};
}

// u32 argsz, u32 flags, u64 address, u64 size; the same comes back.
VfioUserSession::Answer VfioUserSession::dma_unmap(ByteView body) {
  if (body.size() < 24) return refuse(EINVAL);
  const auto flags = load_le<std::uint32_t>(body, 4);
  const auto address = load_le<std::uint64_t>(body, 8);
  const auto size = load_le<std::uint64_t>(body, 16);
  if ((flags & ~kUnmapAll) != 0) return refuse(ENOTSUP);
  if ((flags & kUnmapAll) != 0) {
    if (address != 0 || size != 0) return refuse(EINVAL);
    dma_.clear();
    memories_.clear();
  } else {
    if (!dma_.remove(address, size)) return refuse(ENOENT);
    const std::uint64_t last = address + (size - 1);
    memories_.erase(memories_.lower_bound(address), memories_.upper_bound(last));
  }
  return Bytes(body.begin(), body.begin() + 24);
}

// struct vfio_device_info without capabilities
VfioUserSession::Answer VfioUserSession::device_info(ByteView body) {
  if (body.size() < 16) return refuse(EINVAL);
  Bytes reply(16);
  store_le<std::uint32_t>(reply, 0, 16);
  store_le<std::uint32_t>(reply, 4, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
  store_le<std::uint32_t>(reply, 8, VFIO_PCI_NUM_REGIONS);
  store_le<std::uint32_t>(reply, 12, VFIO_PCI_NUM_IRQS);
  return reply;
}

// struct vfio_region_info without capabilities: every access is a message
VfioUserSession::Answer VfioUserSession::region_info(ByteView body) {
  if (body.size() < 32) return refuse(EINVAL);
  const auto region = load_le<std::uint32_t>(body, 8);
  if (region >= VFIO_PCI_NUM_REGIONS) return refuse(EINVAL);
  const std::uint64_t size = region_size(region);
  Bytes reply(32);
  store_le<std::uint32_t>(reply, 0, 32);
  store_le<std::uint32_t>(reply, 4,
                          size > 0 ? VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE : 0);
  store_le(reply, 8, region);
  store_le(reply, 16, size);
  return reply;
}

// struct vfio_irq_info
VfioUserSession::Answer VfioUserSession::irq_info(ByteView body) {
  if (body.size() < 16) return refuse(EINVAL);
  const auto index = load_le<std::uint32_t>(body, 8);
  if (index >= VFIO_PCI_NUM_IRQS) return refuse(EINVAL);
  const bool msix = index == VFIO_PCI_MSIX_IRQ_INDEX;
  Bytes reply(16);
  store_le<std::uint32_t>(reply, 0, 16);
  store_le<std::uint32_t>(reply, 4, msix ? VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE : 0);
  store_le(reply, 8, index);
  store_le<std::uint32_t>(reply, 12, msix ? SPA_MSIX_VECTORS : 0);
  return reply;
}

// struct vfio_irq_set: u32 argsz, flags, index, start, count; with DATA_EVENTFD the descriptors
// come with the message and not as numbers in it.
VfioUserSession::Answer VfioUserSession::set_irqs(ByteView body, Fds& fds) {
  if (body.size() < 20) return refuse(EINVAL);
  const auto flags = load_le<std::uint32_t>(body, 4);
  const auto index = load_le<std::uint32_t>(body, 8);
  const auto start = load_le<std::uint32_t>(body, 12);
  const auto count = load_le<std::uint32_t>(body, 16);
  const std::uint32_t data = flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
  if (index >= VFIO_PCI_NUM_IRQS ||
      (flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) != VFIO_IRQ_SET_ACTION_TRIGGER) {
    return refuse(EINVAL);
  }
  if (index != VFIO_PCI_MSIX_IRQ_INDEX) return count == 0 ? Answer(Bytes{}) : refuse(EINVAL);
  if (start > SPA_MSIX_VECTORS || count > SPA_MSIX_VECTORS - start) return refuse(EINVAL);
  if (data == VFIO_IRQ_SET_DATA_NONE) {
    if (count == 0) interrupts_.remove_all();
    for (std::uint32_t i = 0; i < count; ++i) interrupts_.raise(start + i);
    return Bytes{};
  }
  if (data == VFIO_IRQ_SET_DATA_BOOL) {
    if (body.size() < 20 + count) return refuse(EINVAL);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (body[20 + i] != 0) interrupts_.raise(start + i);
    }
    return Bytes{};
  }
  // Vectors without a descriptor (-1 on the client's side) come last or not at all: no descriptor,
  // no eventfd.
  if (data != VFIO_IRQ_SET_DATA_EVENTFD || fds.size() > count) return refuse(EINVAL);
  for (std::uint32_t i = 0; i < count; ++i) {
    interrupts_.set(start + i, i < fds.size() ? std::move(fds[i]) : UniqueFd());
  }
  return Bytes{};
}

VfioUserSession::Answer VfioUserSession::region_read(ByteView body) {
  const std::optional<RegionAccess> access = parse_access(body);
  if (!access) return refuse(EINVAL);
  Bytes reply(kRegionAccessHead + access->count);
  std::copy_n(body.begin(), kRegionAccessHead, reply.begin());
  const MutableByteView data = MutableByteView(reply).subspan(kRegionAccessHead);
  if (access->region == VFIO_PCI_CONFIG_REGION_INDEX) {
    device_.config_read(access->offset, data);
  } else {
    device_.bar_read(access->offset, data);
  }
  return reply;
}

VfioUserSession::Answer VfioUserSession::region_write(ByteView body) {
  const std::optional<RegionAccess> access = parse_access(body);
  if (!access || body.size() - kRegionAccessHead != access->count) return refuse(EINVAL);
  const ByteView data = body.subspan(kRegionAccessHead);
  if (access->region == VFIO_PCI_CONFIG_REGION_INDEX) {
    device_.config_write(access->offset, data);
  } else {
    device_.bar_write(access->offset, data);
  }
  return Bytes(body.begin(), body.begin() + kRegionAccessHead);
}

VfioUserSession::Answer VfioUserSession::device_reset() {
  device_.function_reset();
  return Bytes{};
}

}  // namespace spa::card
