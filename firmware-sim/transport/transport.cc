// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/transport.h"

#include <utility>

#include "firmware-sim/transport/mpqemu_session.h"
#include "firmware-sim/transport/qtest_port.h"
#include "firmware-sim/transport/stream_server.h"
#include "firmware-sim/transport/vfio_user_session.h"

namespace spa::card {
namespace {

class VfioUserSlot final : public Slot {
 public:
  explicit VfioUserSlot(std::unique_ptr<StreamServer> server) : server_(std::move(server)) {}

  void watch(std::vector<pollfd>& fds) const override { fds.push_back({server_->fd(), POLLIN, 0}); }
  void service() override { server_->service(); }

 private:
  std::unique_ptr<StreamServer> server_;
};

class VfioUserTransport final : public Transport {
 public:
  explicit VfioUserTransport(std::string socket) : socket_(std::move(socket)) {}

  Interrupts& interrupts() override { return interrupts_; }
  Opened<std::unique_ptr<Slot>> listen(Device& device, DmaMap& dma, Log log) override {
    auto server =
        StreamServer::listen(socket_, vfio_user_over(device, dma, interrupts_), std::move(log));
    if (!server) return tl::unexpected(server.error());
    return std::make_unique<VfioUserSlot>(std::move(*server));
  }

 private:
  std::string socket_;
  VfioUserInterrupts interrupts_;
};

// Messages on one socket, interrupts on the other.
class MpqemuSlot final : public Slot {
 public:
  MpqemuSlot(std::unique_ptr<StreamServer> server, QtestPort& qtest, MsixTable& msix)
      : server_(std::move(server)), qtest_(qtest), msix_(msix) {}

  void watch(std::vector<pollfd>& fds) const override {
    fds.push_back({server_->fd(), POLLIN, 0});
    fds.push_back({qtest_.fd(), POLLIN, 0});
  }
  // An interrupt that QEMU could not take a moment ago goes out once it has answered others.
  void service() override {
    qtest_.service();
    server_->service();
    msix_.flush();
  }

 private:
  std::unique_ptr<StreamServer> server_;
  QtestPort& qtest_;
  MsixTable& msix_;
};

class MpqemuTransport final : public Transport {
 public:
  MpqemuTransport(std::string socket, std::string interrupts)
      : socket_(std::move(socket)), qtest_path_(std::move(interrupts)) {}

  Interrupts& interrupts() override { return msix_; }
  Opened<std::unique_ptr<Slot>> listen(Device& device, DmaMap& dma, Log log) override {
    auto qtest = QtestPort::listen(qtest_path_);
    if (!qtest) return tl::unexpected(qtest.error());
    auto server = StreamServer::listen(socket_, mpqemu_over(device, dma, msix_), std::move(log));
    if (!server) return tl::unexpected(server.error());
    qtest_ = std::move(*qtest);
    return std::make_unique<MpqemuSlot>(std::move(*server), *qtest_, msix_);
  }

 private:
  std::string socket_;
  std::string qtest_path_;
  std::unique_ptr<QtestPort> qtest_;
  MsixTable msix_{[this](std::uint64_t address, std::uint32_t data) {
    return qtest_ != nullptr && qtest_->write32(address, data);
  }};
};

}  // namespace

std::unique_ptr<Transport> vfio_user_transport(std::string socket) {
  return std::make_unique<VfioUserTransport>(std::move(socket));
}

std::unique_ptr<Transport> mpqemu_transport(std::string socket, std::string interrupts) {
  return std::make_unique<MpqemuTransport>(std::move(socket), std::move(interrupts));
}

}  // namespace spa::card
