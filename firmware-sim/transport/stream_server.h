// SPDX-License-Identifier: Apache-2.0
// The card behind a unix stream socket: accepts one client at a time; when it goes, the card is
// back in power-on state and the next may come. What the messages mean is the protocol's business.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/port/socket_path.h"

namespace spa::card {

// One client's conversation with the card: a whole message in, a whole reply out. Knows no socket,
// so that tests and fuzzers can speak to it directly. Its end leaves the card in power-on state.
class Session {
 public:
  using Fds = std::vector<UniqueFd>;

  virtual ~Session() = default;
  // `message` is what its header says, header included. The reply is to be sent before the device
  // is polled; it is empty for a message that wants none. No value: the client broke the protocol
  // so that the connection must end; failure() says how.
  [[nodiscard]] virtual std::optional<Bytes> handle(ByteView message, Fds fds) = 0;
  [[nodiscard]] virtual const std::string& failure() const = 0;
};

struct Protocol {
  std::size_t header_size = 0;
  // Octets of the whole message with this header; no value when it can be none of the protocol's.
  std::optional<std::size_t> (*message_size)(ByteView header) = nullptr;
  std::function<std::unique_ptr<Session>()> session;
};

class StreamServer {
 public:
  using Log = std::function<void(const std::string&)>;

  // Listens at `path`, which is removed again at the end.
  [[nodiscard]] static Opened<std::unique_ptr<StreamServer>> listen(const std::string& path,
                                                                    Protocol protocol, Log log);
  ~StreamServer();
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  // Polls readable when service() has something to do. Changes with every client that comes or
  // goes.
  [[nodiscard]] int fd() const { return client_.valid() ? client_.get() : listener_.get(); }
  // Takes a client in, or handles what it sent: at most a few messages, so that the card's own work
  // goes on. Never waits for the client, but for one that does not read its replies, and for that
  // one only a second.
  void service();

 private:
  static constexpr int kMessagesAtOnce = 16;
  static constexpr std::size_t kMostFds = 8;  // of one message, in both protocols

  StreamServer(UniqueFd listener, std::string path, Protocol protocol, Log log);
  void accept();
  void disconnect(std::string why);
  [[nodiscard]] bool receive_message();
  [[nodiscard]] bool receive_some(std::size_t wanted);
  [[nodiscard]] bool take_fds(msghdr& received);
  [[nodiscard]] bool send(ByteView reply);

  UniqueFd listener_;
  std::string path_;
  Protocol protocol_;
  Log log_;
  UniqueFd client_;
  std::unique_ptr<Session> session_;
  Bytes message_;  // what has come of the next message
  Session::Fds fds_;
};

}  // namespace spa::card
