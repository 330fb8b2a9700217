// SPDX-License-Identifier: Apache-2.0
// The card behind a unix socket for QEMU's vfio-user-pci: accepts one client at a time; when it
// goes, the card is back in power-on state and the next may come.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware-sim/transport/vfio_user_session.h"

namespace spa::card {

class VfioUserServer {
 public:
  using Log = std::function<void(const std::string&)>;

  // Listens at `path`, which is removed again at the end.
  [[nodiscard]] static Opened<std::unique_ptr<VfioUserServer>> listen(
      const std::string& path, Device& device, DmaMap& dma, VfioUserInterrupts& interrupts,
      Log log);
  ~VfioUserServer();
  VfioUserServer(const VfioUserServer&) = delete;
  VfioUserServer& operator=(const VfioUserServer&) = delete;

  // Polls readable when service() has something to do. Changes with every client that comes or
  // goes.
  [[nodiscard]] int fd() const { return client_.valid() ? client_.get() : listener_.get(); }
  // Takes a client in, or handles what it sent: at most a few messages, so that the card's own work
  // goes on. Never waits for the client, but for one that does not read its replies, and for that
  // one only a second.
  void service();

 private:
  static constexpr int kMessagesAtOnce = 16;

  VfioUserServer(UniqueFd listener, std::string path, Device& device, DmaMap& dma,
                 VfioUserInterrupts& interrupts, Log log);
  void accept();
  void disconnect(std::string why);
  [[nodiscard]] bool receive_message();
  [[nodiscard]] bool receive_some(std::size_t wanted);
  [[nodiscard]] bool send(ByteView reply);

  UniqueFd listener_;
  std::string path_;
  Device& device_;
  DmaMap& dma_;
  VfioUserInterrupts& interrupts_;
  Log log_;
  UniqueFd client_;
  std::unique_ptr<VfioUserSession> session_;
  Bytes message_;  // what has come of the next message
  VfioUserSession::Fds fds_;
};

}  // namespace spa::card
