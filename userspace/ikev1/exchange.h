// SPDX-License-Identifier: Apache-2.0
// One exchange of an ISAKMP SA: phase 1 (message ID 0), a quick mode, or what else has an ID of its
// own. It remembers its last message in either direction: whoever repeats his message gets ours
// again, so that a lost last message is no loss (RFC 2408 5.1). Its IV is its own too: nothing that
// another exchange receives can disturb it (RFC 2409 appendix B).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/crypto/ikev1_cipher.h"
#include "userspace/ike/retransmit.h"
#include "userspace/ike/task.h"
#include "userspace/wire/v1/message.h"

namespace spa::ikev1 {

namespace v1 = wire::v1;
using Payloads = std::vector<v1::Payload>;
using Steps = std::vector<std::string>;

// Overwrites what a message of mode config or XAUTH says.
void wipe(v1::ConfigPayload& config);

// Payloads that came, perhaps with a password (XAUTH): overwritten at their end.
class ReceivedPayloads : public Payloads {
 public:
  ReceivedPayloads() = default;
  ReceivedPayloads(ReceivedPayloads&& other) noexcept = default;
  ReceivedPayloads& operator=(ReceivedPayloads&& other) noexcept;
  ReceivedPayloads& operator=(Payloads&& other) noexcept;
  ~ReceivedPayloads();
};

// A message as a script sees it: parsed, and the octets that hashes cover. Nothing that was
// decrypted is left behind in memory.
struct Incoming {
  v1::Header header;
  ReceivedPayloads payloads;
  v1::PayloadType first = v1::PayloadType::kNone;
  SecretBytes chain;       // all payloads, decrypted, with padding if there was any
  SecretBytes covered;     // what follows the HASH payload, without padding (5.5, 5.7)
  crypto::v1::Iv next_iv;  // of the exchange when this message is taken for genuine
  // In place of a message: the peer said, protected, that it does not want this exchange.
  std::optional<v1::NotifyType> refused;
  Bytes octets;  // the datagram
  Endpoint at;   // where it came to, and where from
  Endpoint from;
  [[nodiscard]] ByteView body(v1::PayloadType type) const {
    return v1::find_body(first, chain, type);
  }
};

// A protected message. kInvalid when it does not decrypt to payloads: with other keys, or damaged.
[[nodiscard]] Result<Incoming> open_message(const crypto::v1::IkeCipher& cipher,
                                            const crypto::v1::Iv& iv, const v1::Header& header,
                                            ByteView datagram);
struct Exchange {
  v1::ExchangeType type{};
  std::uint32_t message_id = 0;
  bool ours = false;    // we began it
  crypto::v1::Iv iv;    // of the next message, in either direction; empty: in the clear
  Bytes last_sent;      // datagram
  Bytes last_received;  // datagram
  bool running = true;  // a script is at work on it
  SteadyTime forget_at = SteadyTime::max();  // afterwards

  std::uint32_t spi = 0;  // of our offer in quick mode, by which a refusal may name it

  // Retransmission of last_sent, while an answer is awaited.
  std::optional<SteadyTime> due;
  ike::RetransmitPolicy policy;
  unsigned transmissions = 0;

  // Whoever waits for the next message.
  std::function<void(Incoming)> waiter;
};

}  // namespace spa::ikev1
