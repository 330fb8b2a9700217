// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/random.h"
#include "userspace/kernel/kernel_sa_database.h"
#include "userspace/kernel/xfrm_messages.h"

namespace spa::kernel {

namespace {

// Between two addresses that no packet has (RFC 5737).
Result<ports::SaPair> throwaway() {
  ports::SaPair pair;
  pair.local.address = IpAddress::v4(0xc0000201);
  pair.remote.address = IpAddress::v4(0xc6336401);
  pair.suite = {wire::EncrId::kAesGcm16, 128, wire::IntegId::kNone, false};
  pair.keys_in.cipher.resize(20);
  if (auto done = crypto::random_fill(pair.keys_in.cipher); !done) {
    return tl::unexpected(done.error());
  }
  const auto spi = crypto::random_nonzero_u64();
  if (!spi) return tl::unexpected(spi.error());
  pair.spi_in = static_cast<std::uint32_t>(*spi) | 0x80000000u;
  return pair;
}

}  // namespace

Status kernel_has_esp() {
  auto socket = NetlinkSocket::open(NETLINK_XFRM);
  if (!socket) {
    return fail(Errc::kUnsupported, "this kernel has no XFRM: " + socket.error().text);
  }
  const auto pair = throwaway();
  if (!pair) return tl::unexpected(pair.error());
  const auto message = state_message(XFRM_MSG_NEWSA, *pair, XfrmDirection::kIn, {}, 0);
  if (!message) return tl::unexpected(message.error());
  if (auto done = socket->acknowledge(*message); !done) {
    if (done.error().code == Errc::kDenied) {
      return fail(Errc::kDenied, "adding an ESP state needs privileges: " + done.error().text);
    }
    return fail(Errc::kUnsupported, "this kernel has XFRM but no ESP: " + done.error().text);
  }
  return socket->acknowledge(state_query(XFRM_MSG_DELSA, state_id(*pair, XfrmDirection::kIn)));
}

}  // namespace spa::kernel
