// SPDX-License-Identifier: Apache-2.0
// An IKEv2 initiator of the test's own, without state machine and without scruples: it knows its
// keys, and protects whatever octets it is given. Speaks AES-GCM-256, HMAC-SHA2-256, curve25519 and
// a shared secret (RFC 7296 1.2).
#pragma once

#include <optional>
#include <vector>

#include "tests/exchange/router.h"
#include "userspace/crypto/cipher.h"
#include "userspace/crypto/dh.h"
#include "userspace/crypto/keymat.h"
#include "userspace/wire/message.h"

namespace spa::exchange {

class BarePeer {
 public:
  // Sends from `address` to `victim`, and reads what is said to that.
  BarePeer(FakeNetwork& network, const IpAddress& address, const Router& victim);
  // Gives the peer a place in the configuration of a router that is not started yet: a secret, a
  // crypto map entry, and 192.168.7.0/24 behind it.
  static void invite(Router& router, const IpAddress& address);

  // IKE_SA_INIT with a new SPI, nonce and key; sends it, again when a cookie is asked for, and
  // derives the keys. False when there is no answer that makes an SA.
  bool init();
  [[nodiscard]] wire::Message initial_request() const;
  // Init, then a right IKE_AUTH; false when it is refused.
  bool establish();

  static constexpr std::uint32_t kChildSpi = 0x77770001;
  // Contents of right requests.
  [[nodiscard]] std::vector<wire::Payload> auth_request() const;
  [[nodiscard]] std::vector<wire::Payload> child_request() const;
  [[nodiscard]] std::vector<wire::Payload> ike_rekey_request() const;
  // Of IKE_FOLLOWUP_KE, about an exchange that nobody knows.
  [[nodiscard]] static std::vector<wire::Payload> follow_up_request();

  // The chain of payloads, as it stands, in a protected request with the next message ID. Gives the
  // datagram without sending it.
  [[nodiscard]] Bytes seal(wire::ExchangeType exchange, wire::PayloadType first, ByteView chain);
  [[nodiscard]] Bytes seal(wire::ExchangeType exchange, const std::vector<wire::Payload>& payloads);
  // The same as the answer to a request of the victim.
  [[nodiscard]] Bytes seal_answer(const wire::Header& request, wire::PayloadType first,
                                  ByteView chain);
  // Hands it over at once; the answers to it, opened where they are protected. A protected answer
  // uses up the message ID.
  std::vector<wire::Message> send(ByteView datagram);
  void send_clear(const wire::Message& message) { (void)send(*wire::serialize(message)); }

  std::uint64_t spi_i = 0x4242000000000000;
  std::uint64_t spi_r = 0;
  std::uint32_t message_id = 1;

 private:
  [[nodiscard]] Bytes seal_under(const wire::Header& header, wire::PayloadType first,
                                 ByteView chain);
  [[nodiscard]] bool take_answer(const wire::Message& answer);
  [[nodiscard]] std::optional<wire::Message> open(ByteView datagram) const;

  FakeNetwork& network_;
  Endpoint own_;
  Endpoint victim_;
  std::optional<crypto::DhKey> key_;
  Bytes nonce_;
  Bytes cookie_;
  Bytes first_message_;
  Bytes peer_nonce_;
  crypto::IkeKeys keys_;
  std::optional<crypto::IkeCipher> seal_;
  std::optional<crypto::IkeCipher> open_;
};

}  // namespace spa::exchange
