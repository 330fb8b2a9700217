// SPDX-License-Identifier: Apache-2.0
// One ISAKMP SA: its state, its keys, its exchanges and the IPsec SAs made under it. What is said
// in an exchange stands in the scripts (exchanges.h), which this object owns and cancels.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/crypto/ikev1_cipher.h"
#include "userspace/crypto/ikev1_keys.h"
#include "userspace/ike/call_admission.h"
#include "userspace/ike/child_sa.h"
#include "userspace/ike/lifecycle.h"
#include "userspace/ike/liveness.h"
#include "userspace/ike/peer_certificate.h"
#include "userspace/ike/status.h"
#include "userspace/ike/task.h"
#include "userspace/ikev1/client.h"
#include "userspace/ikev1/exchange.h"
#include "userspace/ikev1/suite.h"
#include "userspace/wire/v1/vendor_id.h"

namespace spa::ikev1 {

class Shard;
using ike::ChildSa;

// What is needed only until both ends are authenticated.
struct Handshake {
  Bytes first_message;  // of the initiator, as it came
  Bytes sa_body;        // SAi_b
  Bytes ke_i;           // g^xi
  Bytes ke_r;
  SecretBytes nonce_i;  // Ni_b; a secret where it is hidden (5.2)
  SecretBytes nonce_r;
  Bytes id_i;  // IDii_b
  Bytes id_r;
  SecretBytes pre_shared_key;  // with which SKEYID was made
  Bytes peer_key;          // RSA encryption: whose key our values went out under; empty: nobody's
  Bytes peer_certificate;  // that the key is of, where the configuration has none
  bool hash_known = true;  // before the peer has chosen a suite: all that are offered have one
  std::vector<Bytes> peer_authorities;  // CERTREQ: DNs in DER
  bool initial_contact = false;         // the peer said so, protected
  bool counted_half_open = false;
  Endpoint first_source;  // where the first message came from
  Steps steps;            // for the decision record
};

// Dead peer detection (RFC 3706): what we asked last and what the peer asked last.
struct DeadPeerDetection {
  bool supported = false;  // the peer sent the vendor ID
  std::uint32_t next_sequence = 0;
  std::uint32_t asked = 0;        // R-U-THERE messages without answer; 0: none is under way
  std::optional<SteadyTime> due;  // of the next try
  std::optional<std::uint32_t> peer_sequence;
};

class IsakmpSa {
 public:
  IsakmpSa(Shard& shard, std::uint32_t id, bool initiator, std::uint64_t cookie,
           const Endpoint& local, const Endpoint& remote);
  ~IsakmpSa();
  IsakmpSa(const IsakmpSa&) = delete;
  IsakmpSa& operator=(const IsakmpSa&) = delete;

  Shard& shard;
  const std::uint32_t id;
  const bool initiator;           // of phase 1
  const std::uint64_t spi_local;  // our cookie
  std::uint64_t spi_remote = 0;   // the peer's
  Endpoint local;
  Endpoint remote;
  bool aggressive = false;

  std::string profile;  // empty: none
  policy::Identity local_identity;
  policy::Identity remote_identity;
  std::string dh_engine;
  std::string auth_engine;
  std::string state_name = "MM_NO_STATE";  // R-SHOW-3
  std::uint8_t phase1_step = 0;  // how far phase 1 has come, for the debug lines (R-DBG-14)
  std::string description = "Initialization";
  v1::Vendor nat_vendor = v1::Vendor::kUnknown;
  v1::NatTraversal nat = v1::NatTraversal::kNone;
  bool local_behind_nat = false;
  bool remote_behind_nat = false;
  bool udp_encapsulation = false;
  bool peer_fragments = false;
  std::optional<ike::HeldCertificate> held;
  std::string peer_certificate_serial;
  std::string peer_certificate_issuer;

  policy::IsakmpSuite suite;
  crypto::HashAlgorithm hash{};  // of the suite
  crypto::v1::Keys keys;
  std::optional<crypto::v1::IkeCipher> cipher;
  crypto::v1::Iv phase1_last;  // last block of phase 1, from which the IVs of phase 2 are made
  std::unique_ptr<Handshake> handshake;  // null once established
  std::vector<std::unique_ptr<ChildSa>> children;
  std::unique_ptr<Client> client;       // once established: its user, its settings
  std::vector<ports::PolicyId> wanted;  // rules to make SAs for, those under way included
  // Of the peer, to be told when this SA is up (RFC 2407 4.6.3; R-SPI-6).
  static constexpr std::size_t kMostUnknownSpis = 8;
  std::vector<ports::UnknownSpi> unknown_spis;
  ike::Liveness liveness;
  DeadPeerDetection dpd;
  SteadyTime created{};
  SteadyTime established{};
  std::optional<SteadyTime> rekey_at;
  bool replaced = false;  // a newer one is up; this one only finishes what was begun under it
  std::optional<SteadyTime> expires;
  std::string expiry_cause;
  std::uint32_t lifetime_seconds = 0;

  [[nodiscard]] ike::Phase phase() const { return phase_; }
  void step(ike::Phase to);
  [[nodiscard]] bool usable() const { return phase_ == ike::Phase::kEstablished; }
  [[nodiscard]] std::uint64_t cookie_i() const { return initiator ? spi_local : spi_remote; }
  [[nodiscard]] std::uint64_t cookie_r() const { return initiator ? spi_remote : spi_local; }
  [[nodiscard]] ChildSa* child(std::uint32_t spi_in) const;
  [[nodiscard]] ChildSa* child_by_outbound(std::uint32_t spi_out) const;
  // ESP and AH count their SPIs each for themselves.
  [[nodiscard]] ChildSa* child_by_outbound(v1::ProtocolId protocol, std::uint32_t spi_out) const;
  [[nodiscard]] bool wants(const ports::PolicyId& rule) const;
  void remove_wanted(const ports::PolicyId& rule);

  // Starts a script; it ends by itself or with this SA.
  void spawn(ike::Task<> script);
  void reap_scripts();

  // --- messages (isakmp_sa_messages.cc) ---

  [[nodiscard]] Exchange& phase1() { return *exchanges_.at(0); }
  // A new exchange that we begin, with a random message ID.
  [[nodiscard]] Exchange& open_exchange(v1::ExchangeType type);
  // Phase 1 messages from now on are encrypted, beginning with this IV.
  void protect_phase1(const crypto::v1::Iv& iv) { phase1().iv = iv; }

  // Sends a message and repeats it until the next message of the exchange comes. When none does,
  // the SA ends and the script that waits with it.
  [[nodiscard]] ike::Later<Incoming> ask(Exchange& exchange, Payloads payloads);
  // Sends a message that is repeated only when the peer repeats his.
  void tell(Exchange& exchange, Payloads payloads);
  // The next message of the exchange.
  [[nodiscard]] ike::Later<Incoming> hear(Exchange& exchange);
  // The message was found to be genuine: it is the last received, and its IV is the next one.
  void accept(Exchange& exchange, const Incoming& message);
  // It was not: the exchange goes on as if it had not come. Retransmission goes on too.
  [[nodiscard]] ike::Later<Incoming> reject(Exchange& exchange, const Incoming& message);
  // The exchange is over; what it sent last is kept for a while.
  void finish(Exchange& exchange);
  // Whether the first payload is the HASH(1) of the others or, with the initiator's nonce, HASH(2)
  // (5.5, 5.7).
  [[nodiscard]] bool hash_fits(const Incoming& message, ByteView nonce_i = {}) const;
  // Payloads with that HASH in front.
  [[nodiscard]] Result<Payloads> with_hash(std::uint32_t message_id, Payloads payloads,
                                           ByteView nonce_i = {}) const;
  // The peer refuses a quick mode, by the SPI of our offer or without naming it.
  void quick_mode_refused(v1::NotifyType why, std::uint32_t spi);
  // A protected informational message that nobody answers (5.7).
  void inform(Payloads payloads);
  // An informational message in the clear, about a phase 1 that fails.
  void inform_in_clear(v1::NotifyType type);

  // A message whose cookies are those of this SA. Never more than a look at it before it proves
  // genuine.
  void on_message(const v1::Header& header, ByteView datagram, const Endpoint& at,
                  const Endpoint& from);
  // The peer is here now: on port 4500, or behind another address of its NAT.
  void move_to(const Endpoint& at, const Endpoint& from);
  // The peer's first message came again.
  void resend_first_reply();

  // --- time ---
  [[nodiscard]] std::optional<SteadyTime> next_due() const;
  void on_time(SteadyTime now);
  void schedule();
  void drop_exchanges();

  [[nodiscard]] ike::IkeSaStatus status() const;

 private:
  // ID and nonce of phase 1 are ciphertext with RSA encryption (5.2).
  [[nodiscard]] v1::Bodies clear_bodies() const;
  [[nodiscard]] bool encrypts(const Exchange& exchange) const;
  [[nodiscard]] Result<Bytes> write(Exchange& exchange, const Payloads& payloads);
  void transmit(ByteView message);
  void refuse_exchange(Exchange& exchange, v1::NotifyType why);
  [[nodiscard]] Result<Incoming> read(const v1::Header& header, ByteView datagram,
                                      const crypto::v1::Iv& iv) const;
  [[nodiscard]] Result<crypto::v1::Iv> exchange_iv(std::uint32_t message_id) const;
  [[nodiscard]] Result<Bytes> message_hash(std::uint32_t message_id, ByteView rest,
                                           ByteView nonce_i) const;
  void on_known_exchange(Exchange& exchange, const v1::Header& header, ByteView datagram,
                         const Endpoint& at, const Endpoint& from);
  void on_new_exchange(const v1::Header& header, ByteView datagram, const Endpoint& at,
                       const Endpoint& from);
  void follow_peer(const Endpoint& at, const Endpoint& from);
  void refuse(const std::string& cause);
  void look_at_liveness(SteadyTime now);
  void forget_old_exchanges(SteadyTime now);

  ike::Phase phase_ = ike::Phase::kInit;
  ike::CountedSa counted_;
  std::map<std::uint32_t, std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::unique_ptr<ike::Task<>>> scripts_;
  std::uint64_t timer_ = 0;
  SteadyTime timer_due_{};
};

}  // namespace spa::ikev1
