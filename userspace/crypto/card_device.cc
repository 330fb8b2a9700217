// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/card_device.h"

#include <fcntl.h>
#include <spa/hw.h>
#include <spa/uapi.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace spa::crypto {
namespace {

class CharacterDevice final : public CardDevice {
 public:
  explicit CharacterDevice(int fd) : fd_(fd) {}
  ~CharacterDevice() override { ::close(fd_); }
  CharacterDevice(const CharacterDevice&) = delete;
  CharacterDevice& operator=(const CharacterDevice&) = delete;

  Status ask_info() {
    if (::ioctl(fd_, SPA_IOC_INFO, &info_) != 0) return fail(Errc::kIo, std::strerror(errno));
    return {};
  }

  [[nodiscard]] const spa_pk_info& info() const override { return info_; }
  [[nodiscard]] int fd() const override { return fd_; }

  [[nodiscard]] Result<std::size_t> submit(std::span<spa_pk_request> requests) override {
    spa_pk_submit batch{};
    batch.requests = reinterpret_cast<std::uintptr_t>(requests.data());
    batch.count = static_cast<std::uint32_t>(requests.size());
    while (::ioctl(fd_, SPA_IOC_SUBMIT, &batch) != 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return 0;
      const bool ours = errno == EINVAL || errno == EMSGSIZE || errno == EFAULT;
      return fail(ours ? Errc::kInvalid : Errc::kIo, std::strerror(errno));
    }
    return batch.taken;
  }

  [[nodiscard]] Result<std::size_t> read(MutableByteView buffer) override {
    for (;;) {
      const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
      if (size >= 0) return static_cast<std::size_t>(size);
      if (errno == EAGAIN) return 0;
      if (errno != EINTR) return fail(Errc::kIo, std::strerror(errno));
    }
  }

 private:
  int fd_;
  spa_pk_info info_{};
};

}  // namespace

Result<std::unique_ptr<CardDevice>> open_card_device(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    const bool absent = errno == ENOENT || errno == ENXIO || errno == ENODEV;
    return fail(absent ? Errc::kNotFound : Errc::kIo, path + ": " + std::strerror(errno));
  }
  auto device = std::make_unique<CharacterDevice>(fd);
  if (Status status = device->ask_info(); !status) {
    return fail(Errc::kIo, path + ": " + status.error().text);
  }
  if (device->info().version != SPA_UAPI_VERSION) {
    return fail(Errc::kUnsupported, path + ": interface version " +
                                        std::to_string(device->info().version) + ", not " +
                                        std::to_string(SPA_UAPI_VERSION));
  }
  if ((device->info().features & SPA_FEATURE_PK) == 0) {
    return fail(Errc::kUnsupported, path + ": the card has no public-key queues");
  }
  return device;
}

}  // namespace spa::crypto
