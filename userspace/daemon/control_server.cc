// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/control_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "userspace/config/session.h"
#include "userspace/control/line_reader.h"
#include "userspace/control/protocol.h"

namespace spa::daemon {

namespace {

constexpr std::size_t kMaxConnections = 64;
// What may wait for a client that does not read; log lines are dropped well before, replies close
// the connection.
constexpr std::size_t kMaxBacklog = control::kMaxResponse + (1u << 20);
constexpr std::size_t kMaxLogBacklog = 1u << 18;

std::string reason() {
  char text[128];
  return strerror_r(errno, text, sizeof text);
}

const char* kind_name(config::Rejection::Kind kind) {
  switch (kind) {
    case config::Rejection::Kind::kInvalid:
      return "invalid";
    case config::Rejection::Kind::kIncomplete:
      return "incomplete";
    case config::Rejection::Kind::kAmbiguous:
      return "ambiguous";
    case config::Rejection::Kind::kRefused:
      return "refused";
  }
  return "refused";
}

control::Asking to_asking(config::Asking asking) {
  switch (asking) {
    case config::Asking::kNothing:
      return control::Asking::kNothing;
    case config::Asking::kShown:
      return control::Asking::kShown;
    case config::Asking::kHidden:
      return control::Asking::kHidden;
  }
  return control::Asking::kNothing;
}

control::Response to_response(std::uint64_t id, config::Output output) {
  control::Response response;
  response.id = id;
  response.text = std::move(output.text);
  response.data = std::move(output.json);
  if (output.rejection) {
    response.rejection = control::Rejection{kind_name(output.rejection->kind),
                                            output.rejection->text, output.rejection->column};
  }
  response.prompt = std::move(output.prompt);
  response.closed = output.closed;
  return response;
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Errc::kInvalid,
                "\"" + path + "\" is no usable name for a unix socket (1 to 107 octets)");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

// Whether a daemon answers at this address.
bool answered(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const bool yes =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno == EAGAIN;
  ::close(fd);
  return yes;
}

// Root, or whoever the daemon runs as.
bool trusted(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == geteuid();
}

}  // namespace

// One client. Lives in the server's table; forget() ends it.
class Connection {
 public:
  Connection(net::Loop& loop, config::Configuration& configuration, LogHub& log, int fd,
             std::function<void()> forget)
      : loop_(loop),
        log_(log),
        fd_(fd),
        session_(configuration, true),
        reader_(control::kMaxRequest),
        forget_(std::move(forget)) {
    session_.listen({[this](config::Output output) { take_rest(std::move(output)); },
                     [this](const std::string& line) { send(control::LogEvent{line}); }, true});
  }

  ~Connection() {
    log_.remove_monitor(this);
    loop_.unwatch(watch_);
    loop_.unwatch(write_watch_);
    ::close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Status start() {
    auto watch = loop_.watch(fd_, [this] { readable(); });
    if (!watch) return tl::unexpected(watch.error());
    watch_ = *watch;
    return {};
  }

 private:
  void readable() {
    char buffer[16384];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close();
    if (!reader_.feed({buffer, static_cast<std::size_t>(got)})) {
      send(control::ProtocolError{"a request is longer than " +
                                  std::to_string(control::kMaxRequest) + " octets"});
      return close();
    }
    take_requests();
  }

  void take_requests() {
    while (!closing_ && !waits_) {
      const auto line = reader_.next();
      if (!line) break;
      const auto request = control::decode_request(*line);
      if (!request) {
        send(control::ProtocolError{request.error().text});
        return close();
      }
      answer(*request);
    }
  }

  void answer(const control::Request& request) {
    using Type = control::RequestType;
    const auto format = request.json ? config::OutputFormat::kJson : config::OutputFormat::kText;
    control::Response response;
    switch (request.type) {
      case Type::kPrompt:
        break;
      case Type::kExecute: {
        config::Output output = session_.execute(request.line, format);
        if (output.unfinished) return wait_for_rest(request.id, std::move(output.text));
        if (output.rest) return begin_pieces(request.id, request.json, std::move(output));
        response = to_response(request.id, std::move(output));
        break;
      }
      case Type::kComplete:
        for (const config::Choice& choice : session_.complete(request.line)) {
          response.choices.push_back({choice.word, choice.help, choice.keyword});
        }
        break;
      case Type::kHelp:
        response.text = session_.help(request.line);
        break;
      case Type::kBeginBatch:
        session_.begin_batch();
        break;
      case Type::kEndBatch:
        response = to_response(request.id, session_.end_batch());
        break;
      case Type::kEnd:
        response = to_response(request.id, session_.end());
        break;
    }
    finish_response(request.id, std::move(response));
  }

  // Nothing is read meanwhile: requests are answered in order.
  void wait_for_rest(std::uint64_t id, std::string printed) {
    waiting_ = id;
    waits_ = true;
    loop_.unwatch(std::exchange(watch_, 0));
    if (!printed.empty()) send(control::Progress{id, std::move(printed)});
  }

  void take_rest(config::Output output) {
    if (!waits_ || closing_) return;
    if (output.unfinished) return wait_for_rest(waiting_, std::move(output.text));
    finish_wait(std::move(output));
  }

  void finish_wait(config::Output output) {
    waits_ = false;
    const std::uint64_t id = waiting_;
    finish_response(id, to_response(id, std::move(output)));
    if (closing_) return;
    if (!start()) return close();
    take_requests();
  }

  // A long screen: never more of it is made than one piece, which waits for the client to take what
  // it has; between two of them everybody else has their turn.
  void begin_pieces(std::uint64_t id, bool json, config::Output output) {
    wait_for_rest(id, std::exchange(output.text, {}));
    pieces_are_json_ = json;
    unfinished_ = std::move(output);
    take_turn();  // not now: many requests may wait behind this one
  }

  void next_piece() {
    if (closing_ || !unfinished_ || !backlog_.empty()) return;
    std::string piece;
    const bool more = unfinished_->rest(piece);
    if (!piece.empty())
      send(pieces_are_json_ ? control::Progress{waiting_, {}, std::move(piece)}
                            : control::Progress{waiting_, std::move(piece)});
    if (closing_) return unfinished_.reset();
    if (!more) return finish_wait(*std::exchange(unfinished_, std::nullopt));
    take_turn();
  }

  // One turn waits at a time, whoever asks: also the socket does, when it has room again.
  void take_turn() {
    if (std::exchange(turn_waits_, true)) return;
    later([this] {
      turn_waits_ = false;
      next_piece();
    });
  }

  // On the next turn of the loop, if there still is a connection.
  void later(std::function<void()> work) {
    loop_.post([alive = std::weak_ptr<char>(alive_), work = std::move(work)] {
      if (!alive.expired()) work();
    });
  }

  void finish_response(std::uint64_t id, control::Response response) {
    response.id = id;
    if (response.prompt.empty()) response.prompt = session_.prompt();
    response.asking = to_asking(session_.asking());
    response.page = session_.terminal_length();
    const bool last = response.closed;
    send(std::move(response));
    follow_monitor();
    if (last) close();
  }

  void follow_monitor() {
    if (!session_.monitoring()) return log_.remove_monitor(this);
    log_.add_monitor(this, session_.debug_form(), [this](const std::string& line) {
      if (backlog_.size() < kMaxLogBacklog) send(control::LogEvent{line});
    });
  }

  void send(control::Reply reply) {
    if (closing_) return;
    backlog_ += control::encode(reply);
    flush();
    if (backlog_.size() > kMaxBacklog) close();
  }

  void flush() {
    std::size_t sent = 0;
    while (sent < backlog_.size()) {
      const ssize_t taken =
          ::send(fd_, backlog_.data() + sent, backlog_.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (taken < 0 && errno == EINTR) continue;
      if (taken < 0 && errno != EAGAIN) {
        backlog_.clear();
        return close();
      }
      if (taken < 0) break;
      sent += static_cast<std::size_t>(taken);
    }
    backlog_.erase(0, sent);
    if (backlog_.empty() || write_watch_ != 0) {
      if (backlog_.empty() && closing_) finish();
      return;
    }
    auto watch = loop_.when_writable(fd_, [this] {
      write_watch_ = 0;
      flush();
      next_piece();
    });
    if (!watch) return close();
    write_watch_ = *watch;
  }

  // Ends the connection when the last octet is out; never from inside a callback of its own.
  void close() {
    if (std::exchange(closing_, true)) return;
    log_.remove_monitor(this);
    loop_.unwatch(std::exchange(watch_, 0));
    if (backlog_.empty()) finish();
  }
  void finish() {
    if (forget_) loop_.post(std::exchange(forget_, nullptr));
  }

  net::Loop& loop_;
  LogHub& log_;
  int fd_;
  config::Session session_;
  control::LineReader reader_;
  std::function<void()> forget_;
  std::string backlog_;
  ports::Readiness::Id watch_ = 0;
  ports::Readiness::Id write_watch_ = 0;
  bool closing_ = false;
  bool waits_ = false;                        // for the rest of an answer
  std::uint64_t waiting_ = 0;                 // to this request
  std::optional<config::Output> unfinished_;  // whose pieces are being sent
  bool pieces_are_json_ = false;
  bool turn_waits_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // posted work asks for it
};

struct ControlServer::Impl {
  Impl(net::Loop& the_loop, config::Configuration& the_configuration, LogHub& the_log,
       std::string the_path, int fd)
      : loop(the_loop),
        configuration(the_configuration),
        log(the_log),
        path(std::move(the_path)),
        listener(fd) {}
  ~Impl() {
    loop.unwatch(watch);
    connections.clear();
    ::close(listener);
    ::unlink(path.c_str());
  }

  void accept_one() {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    if (!trusted(fd) || connections.size() >= kMaxConnections) {
      ::close(fd);
      return;
    }
    const std::uint64_t id = ++last_id;
    auto connection = std::make_unique<Connection>(loop, configuration, log, fd,
                                                   [alive = std::weak_ptr<char>(token), this, id] {
                                                     if (!alive.expired()) connections.erase(id);
                                                   });
    if (connection->start()) connections[id] = std::move(connection);
  }

  net::Loop& loop;
  config::Configuration& configuration;
  LogHub& log;
  std::string path;
  int listener;
  ports::Readiness::Id watch = 0;
  std::uint64_t last_id = 0;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections;
  std::shared_ptr<char> token =
      std::make_shared<char>();  // posted work asks whether this is still here
};

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlServer::~ControlServer() = default;

Result<std::unique_ptr<ControlServer>> ControlServer::listen(net::Loop& loop,
                                                             config::Configuration& configuration,
                                                             LogHub& log, const std::string& path) {
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());
  if (answered(*address)) {
    return fail(Errc::kExists,
                path + ": another daemon answers there; stop it or choose another --control");
  }
  struct stat status{};
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(Errc::kIo, path + ": " + reason());
  const mode_t old = umask(0177);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  const std::string cause = bound ? "" : reason();
  umask(old);
  if (!bound || ::listen(fd, 16) != 0) {
    const std::string text = path + ": " + (bound ? reason() : cause);
    ::close(fd);
    return fail(Errc::kIo, text);
  }
  auto impl = std::make_unique<Impl>(loop, configuration, log, path, fd);
  auto watch = loop.watch(fd, [raw = impl.get()] { raw->accept_one(); });
  if (!watch) return tl::unexpected(watch.error());
  impl->watch = *watch;
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

}  // namespace spa::daemon
