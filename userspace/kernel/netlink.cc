// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/netlink.h"

#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cerrno>

namespace spa::kernel {

namespace {

Errc code_of(int error) {
  switch (error) {
    case EEXIST:
      return Errc::kExists;
    case ESRCH:
    case ENOENT:
    case ENODEV:
    case ENETUNREACH:
    case EHOSTUNREACH:
      return Errc::kNotFound;
    case EPERM:
    case EACCES:
      return Errc::kDenied;
    case EOPNOTSUPP:
    case ENOSYS:
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
      return Errc::kUnsupported;
    case EINVAL:
      return Errc::kInvalid;
    default:
      return Errc::kIo;
  }
}

// What the kernel says in words, which follows the header of the request in an error message
// (NETLINK_EXT_ACK; NETLINK_CAP_ACK keeps the request's payload out).
std::string remark_of(const nlmsghdr& header) {
  constexpr std::size_t kBefore = NLMSG_HDRLEN + sizeof(nlmsgerr);
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0 || header.nlmsg_len < kBefore) return {};
  const ByteView rest(reinterpret_cast<const std::uint8_t*>(&header) + kBefore,
                      header.nlmsg_len - kBefore);
  const auto text = NetlinkView(0, rest).attribute(0, NLMSGERR_ATTR_MSG);
  if (!text || text->empty()) return {};
  return {reinterpret_cast<const char*>(text->data()),
          strnlen(reinterpret_cast<const char*>(text->data()), text->size())};
}

// One request: what came back so far.
struct Exchange {
  std::vector<NetlinkReply> replies;
  std::string remark;
  int error = 0;
  bool done = false;
};

int on_valid(nl_msg* message, void* context) {
  const nlmsghdr* header = nlmsg_hdr(message);
  const auto* payload = static_cast<const std::uint8_t*>(nlmsg_data(header));
  const auto length = static_cast<std::size_t>(nlmsg_datalen(header));
  static_cast<Exchange*>(context)->replies.push_back(
      {header->nlmsg_type, SecretBytes(payload, payload + length)});
  return NL_OK;
}

int on_end(nl_msg* message, void* context) {
  auto* exchange = static_cast<Exchange*>(context);
  if (nlmsg_hdr(message)->nlmsg_type == NLMSG_ERROR) {
    exchange->remark = remark_of(*nlmsg_hdr(message));
  }
  exchange->done = true;
  return NL_STOP;
}

int on_error(sockaddr_nl*, nlmsgerr* error, void* context) {
  auto* exchange = static_cast<Exchange*>(context);
  const auto* start = reinterpret_cast<const std::uint8_t*>(error) - NLMSG_HDRLEN;
  exchange->remark = remark_of(*reinterpret_cast<const nlmsghdr*>(start));
  exchange->error = -error->error;
  exchange->done = true;
  return NL_STOP;
}

std::unique_ptr<nl_cb, void (*)(nl_cb*)> callbacks(Exchange& exchange) {
  std::unique_ptr<nl_cb, void (*)(nl_cb*)> set(nl_cb_alloc(NL_CB_CUSTOM), nl_cb_put);
  if (!set) return set;
  nl_cb_set(set.get(), NL_CB_VALID, NL_CB_CUSTOM, on_valid, &exchange);
  nl_cb_set(set.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end, &exchange);
  nl_cb_set(set.get(), NL_CB_ACK, NL_CB_CUSTOM, on_end, &exchange);
  nl_cb_err(set.get(), NL_CB_CUSTOM, on_error, &exchange);
  return set;
}

}  // namespace

NetlinkMessage::NetlinkMessage(std::uint16_t type, std::uint16_t flags) {
  octets_.reserve(512);
  nlmsghdr header{};
  header.nlmsg_len = sizeof header;
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST);
  append(&header, sizeof header);
}

NetlinkMessage& NetlinkMessage::append(const void* data, std::size_t size) {
  const auto* octets = static_cast<const std::uint8_t*>(data);
  octets_.insert(octets_.end(), octets, octets + size);
  octets_.resize(NLMSG_ALIGN(octets_.size()));
  const auto length = static_cast<std::uint32_t>(octets_.size());
  std::memcpy(octets_.data(), &length, sizeof length);
  return *this;
}

NetlinkMessage& NetlinkMessage::attribute(std::uint16_t type, ByteView value) {
  const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + value.size()), type};
  append(&header, sizeof header);
  return append(value.data(), value.size());
}

std::uint16_t NetlinkMessage::type() const {
  nlmsghdr header;
  std::memcpy(&header, octets_.data(), sizeof header);
  return header.nlmsg_type;
}

std::optional<NetlinkView> NetlinkView::parse(ByteView octets) {
  const auto header = load<nlmsghdr>(octets);
  if (!header || header->nlmsg_len < NLMSG_HDRLEN || header->nlmsg_len > octets.size()) {
    return std::nullopt;
  }
  return NetlinkView(header->nlmsg_type,
                     octets.subspan(NLMSG_HDRLEN, header->nlmsg_len - NLMSG_HDRLEN));
}

std::optional<ByteView> NetlinkView::attribute(std::size_t header, std::uint16_t type) const {
  std::size_t at = NLMSG_ALIGN(header);
  while (at + NLA_HDRLEN <= payload_.size()) {
    const auto found = load<nlattr>(payload_.subspan(at));
    if (!found || found->nla_len < NLA_HDRLEN || found->nla_len > payload_.size() - at) break;
    if ((found->nla_type & NLA_TYPE_MASK) == type) {
      return payload_.subspan(at + NLA_HDRLEN, found->nla_len - std::size_t{NLA_HDRLEN});
    }
    at += NLA_ALIGN(found->nla_len);
  }
  return std::nullopt;
}

void NetlinkSocket::Free::operator()(nl_sock* socket) const {
  nl_socket_free(socket);
}

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
  NetlinkSocket made(nl_socket_alloc());
  if (!made.socket_) return fail(Errc::kIo, "netlink: out of memory");
  if (const int error = nl_connect(made.socket_.get(), protocol); error != 0) {
    const bool missing = error == -NLE_PROTO_MISMATCH || error == -NLE_AF_NOSUPPORT;
    return fail(missing ? Errc::kUnsupported : Errc::kIo,
                "netlink protocol " + std::to_string(protocol) + ": " + nl_geterror(error));
  }
  const int on = 1;  // words for errors are a courtesy of newer kernels
  (void)setsockopt(made.fd(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  (void)setsockopt(made.fd(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  (void)nl_socket_set_buffer_size(made.socket_.get(), 1 << 20, 0);
  (void)nl_socket_set_msg_buf_size(made.socket_.get(), 1 << 16);
  return made;
}

Result<std::vector<NetlinkReply>> NetlinkSocket::request(const NetlinkMessage& message) {
  Exchange exchange;
  const auto set = callbacks(exchange);
  SecretBytes octets = message.octets_;
  const auto flags = static_cast<std::uint16_t>(
      reinterpret_cast<const nlmsghdr*>(octets.data())->nlmsg_flags | NLM_F_ACK);
  std::unique_ptr<nl_msg, void (*)(nl_msg*)> out(
      nlmsg_convert(reinterpret_cast<nlmsghdr*>(octets.data())), nlmsg_free);
  if (!set || !out) return fail(Errc::kIo, "netlink: out of memory");
  nlmsg_hdr(out.get())->nlmsg_flags = flags;
  int error = nl_send_auto(socket_.get(), out.get());
  while (error >= 0 && !exchange.done) {
    error = nl_recvmsgs(socket_.get(), set.get());
    if (error == -NLE_INTR) error = 0;
  }
  // libnl frees messages as they are; this one may hold keys.
  secure_wipe(nlmsg_data(nlmsg_hdr(out.get())),
              static_cast<std::size_t>(nlmsg_datalen(nlmsg_hdr(out.get()))));
  remark_ = exchange.remark;
  if (exchange.error != 0) {
    std::string text = std::strerror(exchange.error);
    if (!exchange.remark.empty()) text += " (" + exchange.remark + ")";
    return fail(code_of(exchange.error), text);
  }
  if (!exchange.done) return fail(Errc::kIo, std::string("netlink: ") + nl_geterror(error));
  return std::move(exchange.replies);
}

Status NetlinkSocket::acknowledge(const NetlinkMessage& message) {
  auto replies = request(message);
  if (!replies) return tl::unexpected(replies.error());
  return {};
}

Status NetlinkSocket::subscribe(std::uint32_t group) {
  nl_socket_disable_seq_check(socket_.get());
  if (const int error = nl_socket_add_membership(socket_.get(), static_cast<int>(group));
      error != 0) {
    return fail(Errc::kIo, "netlink group " + std::to_string(group) + ": " + nl_geterror(error));
  }
  if (const int error = nl_socket_set_nonblocking(socket_.get()); error != 0) {
    return fail(Errc::kIo, std::string("netlink: ") + nl_geterror(error));
  }
  return {};
}

int NetlinkSocket::fd() const {
  return nl_socket_get_fd(socket_.get());
}

bool NetlinkSocket::receive(const std::function<void(const NetlinkView&)>& handler) {
  std::vector<std::uint8_t> buffer(1 << 16);
  for (;;) {
    const ssize_t got = recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno != ENOBUFS;
    ByteView rest(buffer.data(), static_cast<std::size_t>(got));
    while (const auto message = NetlinkView::parse(rest)) {
      handler(*message);
      const std::size_t used = NLMSG_ALIGN(NLMSG_HDRLEN + message->payload().size());
      rest = rest.subspan(std::min(used, rest.size()));
    }
  }
}

}  // namespace spa::kernel
