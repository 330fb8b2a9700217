// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/pcap.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "firmware-sim/rings/little_endian.h"

namespace spa::card {
namespace {

constexpr std::uint32_t kMagic = 0xa1b2c3d4;  // microsecond time stamps
constexpr std::uint32_t kSnapLength = 262144;
constexpr std::uint32_t kLinkTypeEthernet = 1;

}  // namespace

PcapFile::PcapFile(UniqueFd fd) : fd_(std::move(fd)) {}

Opened<std::shared_ptr<PcapFile>> PcapFile::create(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return tl::unexpected(system_error(path));
  std::array<std::uint8_t, 24> header{};
  store_le<std::uint32_t>(header, 0, kMagic);
  store_le<std::uint16_t>(header, 4, 2);
  store_le<std::uint16_t>(header, 6, 4);
  store_le<std::uint32_t>(header, 16, kSnapLength);
  store_le<std::uint32_t>(header, 20, kLinkTypeEthernet);
  if (::write(fd.get(), header.data(), header.size()) != static_cast<ssize_t>(header.size())) {
    return tl::unexpected(system_error(path));
  }
  return std::shared_ptr<PcapFile>(new PcapFile(std::move(fd)));
}

void PcapFile::add(ByteView frame, std::size_t length) {
  if (!good_) return;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::size_t kept = std::min<std::size_t>(frame.size(), kSnapLength);
  std::array<std::uint8_t, 16> header{};
  store_le(header, 0, static_cast<std::uint32_t>(now.tv_sec));
  store_le(header, 4, static_cast<std::uint32_t>(now.tv_nsec / 1000));
  store_le(header, 8, static_cast<std::uint32_t>(kept));
  store_le(header, 12, static_cast<std::uint32_t>(length));
  const std::array<iovec, 2> parts{
      {{header.data(), header.size()}, {const_cast<std::uint8_t*>(frame.data()), kept}}};
  const auto written = ::writev(fd_.get(), parts.data(), parts.size());
  good_ = written == static_cast<ssize_t>(header.size() + kept);
}

RecordingPort::RecordingPort(std::unique_ptr<Port> inner, std::shared_ptr<PcapFile> file)
    : inner_(std::move(inner)), file_(std::move(file)) {}

bool RecordingPort::send(ByteView frame) {
  const bool sent = inner_->send(frame);
  if (sent) file_->add(frame, frame.size());
  return sent;
}

std::optional<std::size_t> RecordingPort::receive(MutableByteView buffer) {
  const std::optional<std::size_t> length = inner_->receive(buffer);
  if (length) file_->add(buffer.first(std::min(*length, buffer.size())), *length);
  return length;
}

}  // namespace spa::card
