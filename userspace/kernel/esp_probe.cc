// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/esp_probe.h"

#include "userspace/crypto/cipher.h"
#include "userspace/crypto/random.h"
#include "userspace/kernel/kernel_sa_database.h"
#include "userspace/kernel/xfrm_messages.h"

namespace spa::kernel {

namespace {

// Between two addresses that no packet has (RFC 5737).
Result<ports::SaPair> throwaway(const ports::EspSuite& suite) {
  ports::SaPair pair;
  pair.local.address = IpAddress::v4(0xc0000201);
  pair.remote.address = IpAddress::v4(0xc6336401);
  pair.suite = suite;
  pair.suite.esn = false;
  const auto encr = crypto::encr_from_id(static_cast<std::uint16_t>(suite.cipher));
  const auto integ = crypto::integ_from_id(static_cast<std::uint16_t>(suite.integrity));
  if (!encr || !integ) return fail(Errc::kUnsupported, "unknown ESP algorithms");
  // ChaCha20 has one length, which suites name and IKE does not (RFC 7634 4).
  const bool one_length = *encr == crypto::EncrAlgorithm::kChaCha20Poly1305;
  const auto size = crypto::encr_key_size(*encr, one_length ? 0 : suite.key_bits);
  if (!size) return tl::unexpected(size.error());
  pair.keys_in.cipher.resize(*size);
  pair.keys_in.integrity.resize(crypto::integ_key_size(*integ));
  for (SecretBytes* key : {&pair.keys_in.cipher, &pair.keys_in.integrity}) {
    if (auto done = crypto::random_fill(*key); !done) return tl::unexpected(done.error());
  }
  const auto spi = crypto::random_nonzero_u64();
  if (!spi) return tl::unexpected(spi.error());
  pair.spi_in = static_cast<std::uint32_t>(*spi) | 0x80000000u;
  return pair;
}

}  // namespace

Status kernel_takes(NetlinkSocket& socket, const ports::EspSuite& suite) {
  const auto pair = throwaway(suite);
  if (!pair) return tl::unexpected(pair.error());
  const auto message = state_message(XFRM_MSG_NEWSA, *pair, XfrmDirection::kIn, {}, 0);
  if (!message) return tl::unexpected(message.error());
  if (auto done = socket.acknowledge(*message); !done) return done;
  return socket.acknowledge(state_query(XFRM_MSG_DELSA, state_id(*pair, XfrmDirection::kIn)));
}

Status kernel_has_esp() {
  auto socket = NetlinkSocket::open(NETLINK_XFRM);
  if (!socket) {
    return fail(Errc::kUnsupported, "this kernel has no XFRM: " + socket.error().text);
  }
  Status taken = kernel_takes(*socket, {wire::EncrId::kAesGcm16, 128, wire::IntegId::kNone, false});
  if (taken) return {};
  if (taken.error().code == Errc::kDenied) {
    return fail(Errc::kDenied, "adding an ESP state needs privileges: " + taken.error().text);
  }
  return fail(Errc::kUnsupported, "this kernel has XFRM but no ESP: " + taken.error().text);
}

}  // namespace spa::kernel
