// SPDX-License-Identifier: Apache-2.0
// An IKEv1 initiator of the test's own, without state machine and without scruples: it knows its
// keys, and protects whatever octets it is given. Speaks AES-256, SHA-256, group 19 and a shared
// secret, in main mode (RFC 2409 5.4).
#pragma once

#include <optional>
#include <vector>

#include "tests/exchange/router.h"
#include "userspace/crypto/dh.h"
#include "userspace/crypto/ikev1_cipher.h"
#include "userspace/crypto/ikev1_keys.h"
#include "userspace/wire/v1/message.h"

namespace spa::exchange {

class BareIkev1Peer {
 public:
  using Payloads = std::vector<wire::v1::Payload>;
  using ExchangeType = wire::v1::ExchangeType;

  // Sends from `address` to `victim`, and reads what is said to that.
  BareIkev1Peer(FakeNetwork& network, const IpAddress& address, const Router& victim);
  // Gives the peer a place in the configuration of a router that is not started yet: a secret, a
  // crypto map entry, and 192.168.7.0/24 behind it.
  static void invite(Router& router, const IpAddress& address);

  // Main mode with a new cookie, as far as the answers of the victim allow: its second message, its
  // fourth, its sixth.
  [[nodiscard]] wire::v1::Message first_message();
  bool begin();
  [[nodiscard]] wire::v1::Message second_message();
  bool exchange_keys();
  [[nodiscard]] Payloads proof() const;
  bool establish();

  static constexpr std::uint32_t kSpi = 0x77770001;
  [[nodiscard]] Payloads quick_mode_request() const;

  // A chain of payloads, as it stands, in the fifth message.
  [[nodiscard]] Bytes seal_proof(wire::v1::PayloadType first, ByteView chain) const;
  // The same in an exchange of its own, with an ID of its own. `hashed`: behind a right HASH(1).
  [[nodiscard]] Bytes seal(ExchangeType exchange, wire::v1::PayloadType first, ByteView chain,
                           bool hashed = true);
  [[nodiscard]] Bytes seal(ExchangeType exchange, const Payloads& payloads);
  // The first message of a quick mode that the victim began, and an answer behind a right HASH(2).
  [[nodiscard]] bool read_quick_mode(ByteView datagram);
  [[nodiscard]] Bytes answer_quick_mode(const Payloads& payloads) const;
  // Hands it over at once; the datagrams that answer it.
  std::vector<Bytes> send(ByteView datagram);

  // Both ends are found behind NATs, and port 4500 is used (RFC 3947 3.2, 4).
  bool behind_nats = false;
  std::uint64_t cookie_i = 0x4242000000000000;
  std::uint64_t cookie_r = 0;
  std::uint32_t message_id = 0x1000;

 private:
  [[nodiscard]] wire::v1::Header header(ExchangeType exchange, std::uint32_t id) const;

  FakeNetwork& network_;
  Endpoint own_;
  Endpoint victim_;
  std::optional<crypto::DhKey> key_;
  Bytes nonce_;
  Bytes sa_body_;
  Bytes peer_public_;
  crypto::v1::Keys keys_;
  std::optional<crypto::v1::IkeCipher> cipher_;
  crypto::v1::Iv phase1_;  // for the fifth message
  crypto::v1::Iv last_;    // of the sixth message
  std::uint32_t asked_id_ = 0;
  Bytes asked_nonce_;
  crypto::v1::Iv asked_next_;
};

}  // namespace spa::exchange
