// SPDX-License-Identifier: Apache-2.0
// One IKE SA: its state, its two message windows, its keys and its CHILD SAs. What is said in an
// exchange stands in the scripts (exchanges.h), which this object owns and cancels.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/crypto/cipher.h"
#include "userspace/crypto/keymat.h"
#include "userspace/ike/arbiter.h"
#include "userspace/ike/call_admission.h"
#include "userspace/ike/lifecycle.h"
#include "userspace/ike/liveness.h"
#include "userspace/ike/peer_certificate.h"
#include "userspace/ike/reassembly.h"
#include "userspace/ike/retransmit.h"
#include "userspace/ike/status.h"
#include "userspace/ike/task.h"
#include "userspace/ike/window.h"
#include "userspace/ikev2/child_sa.h"
#include "userspace/ikev2/follow_ups.h"
#include "userspace/ikev2/proposal.h"
#include "userspace/ikev2/ticket_box.h"
#include "userspace/wire/message.h"

namespace spa::ikev2 {

class Shard;
struct ClientConfiguration;
struct Mobility;
using Payloads = std::vector<wire::Payload>;

// A message that came in the clear: parsed, and as it was, since AUTH covers its octets.
struct ClearMessage {
  wire::Message message;
  Bytes octets;
};

// The session that a new IKE SA resumes (RFC 5723).
struct Resumed {
  SessionState state;
  TicketBox::Number number;  // at the end that sealed the ticket
};

// What is needed only until both ends are authenticated.
struct Handshake {
  Bytes our_message;   // our IKE_SA_INIT message as sent
  Bytes peer_message;  // the peer's
  Bytes nonce_i;
  Bytes nonce_r;
  SecretBytes sk_pi;
  SecretBytes sk_pr;
  // Those of before a PPK was mixed in (RFC 8784): an initiator does not know yet whether it stays.
  struct Keys {
    SecretBytes sk_d;
    SecretBytes sk_pi;
    SecretBytes sk_pr;
  };
  std::optional<Keys> without_ppk;
  bool use_ppk = false;  // both ends said USE_PPK
  // RFC 9370: methods of the additional key exchanges to be made before IKE_AUTH, how many are
  // made, and what AUTH covers of their messages (RFC 9242 3.3.2).
  std::vector<wire::DhId> additional;
  std::size_t additional_done = 0;
  SecretBytes int_auth_i;
  SecretBytes int_auth_r;
  std::vector<wire::SignatureHash> peer_hashes;  // RFC 7427 4
  std::vector<Bytes> peer_authorities;           // CERTREQ key hashes
  bool counted_half_open = false;
  Endpoint first_source;                   // where the first request came from
  bool peer_natt = false;                  // the peer sent NAT detection notifications
  bool peer_childless = false;             // the peer takes an IKE_AUTH without CHILD SA (RFC 6023)
  std::vector<std::string> steps;          // for the decision record
  std::shared_ptr<const Resumed> resumed;  // null unless a ticket stands for the key exchange
};

class IkeSa {
 public:
  IkeSa(Shard& shard, std::uint32_t id, bool initiator, std::uint64_t spi_local,
        const Endpoint& local, const Endpoint& remote);
  ~IkeSa();
  IkeSa(const IkeSa&) = delete;
  IkeSa& operator=(const IkeSa&) = delete;

  Shard& shard;
  const std::uint32_t id;
  const bool initiator;  // of this IKE SA; decides the flag in the header and who has which keys
  const std::uint64_t spi_local;
  std::uint64_t spi_remote = 0;
  Endpoint local;
  Endpoint remote;

  std::string profile;
  policy::Identity local_identity;
  policy::Identity remote_identity;
  std::string local_auth;
  std::string remote_auth;
  std::string ppk_id;  // of the post-quantum pre-shared key that is mixed in; empty: none
  std::string dh_engine;
  std::string auth_engine;
  std::string description = "Initialization";
  bool local_behind_nat = false;
  bool remote_behind_nat = false;
  bool udp_encapsulation = false;
  bool fragmentation = false;                // both ends have announced it (RFC 7383 2.3)
  std::optional<ike::HeldCertificate> held;  // R-REV: recorded when the switch was on
  std::string peer_certificate_serial;
  std::string peer_certificate_issuer;

  IkeSuite suite;
  SecretBytes sk_d;
  std::unique_ptr<Handshake> handshake;  // null once established
  std::vector<std::unique_ptr<ChildSa>> children;
  std::vector<ports::PolicyId> wanted;  // rules to make CHILD SAs for, the one under way included
  std::vector<ChildCollision> collisions;
  EarlyDeletes early_deletes;
  FollowUps follow_ups;
  bool additional_keys = false;  // made with additional key exchanges, which its rekeying repeats
  // While our rekeying of this IKE SA is under way: what the peer's rekeying of it made (2.8.2).
  struct PeerRekey {
    ike::ExchangeNonces nonces;
    std::uint64_t spi = 0;  // our SPI of the SA that it made; 0 until it is complete (RFC 9370)
  };
  std::optional<PeerRekey> peer_rekey;
  bool rekeying = false;         // by us
  unsigned answering_rekey = 0;  // so many requests of the peer to rekey it are being worked on
  std::uint64_t successor = 0;   // our SPI of the SA that takes this one's CHILD SAs over
  ike::Liveness liveness;
  bool liveness_running = false;
  bool no_additional_sas = false;  // the peer said so: no more CHILD SAs from us (1.3)
  // Under which address the configuration knows the peer, wherever it is now (2.23, RFC 4555).
  IpAddress home;
  unsigned peers_tried = 0;  // of the entry's list, before this one (R-MAP-11)
  // What one end has given the other (3.15); shared with the SAs that take this one's place.
  std::shared_ptr<const ClientConfiguration> configuration;
  std::unique_ptr<Mobility> mobility;  // null unless both ends support MOBIKE
  // What a ticket has to say of the peer beside this object's state; null where nobody resumes.
  struct Resumable {
    policy::AuthMethod method{};
    std::vector<Bytes> chain;
  };
  std::shared_ptr<const Resumable> resumable;
  TicketBox::Number ticket_given;       // to the peer, the latest
  std::uint64_t ticket_held = 0;        // of the peer's; as Shard::hold() numbers them
  std::optional<SteadyTime> ticket_at;  // when another one is asked for
  Bytes crash_token;  // by which the peer shows that it has restarted (RFC 6290 5.3)
  // We began the first of the IKE SAs that have replaced one another: it is for us to
  // authenticate anew (RFC 4478) and to say which addresses are in use (RFC 4555).
  bool original_initiator = false;
  std::uint64_t replaces = 0;               // our SPI of the SA that this one authenticates anew
  bool replaced_by_authentication = false;  // such an attempt is under way
  std::optional<SteadyTime> reauth_at;
  std::optional<SteadyTime> authentication_ends;  // if the peer does not authenticate anew
  // Where the request that is being worked on came to, and from: its answer goes there (2.11).
  Endpoint asked_at;
  Endpoint asked_from;
  SteadyTime created{};
  std::optional<SteadyTime> rekey_at;
  std::optional<SteadyTime> expires;  // half-open, lingering or at the end of its lifetime
  std::string expiry_cause;
  std::uint32_t lifetime_seconds = 0;

  [[nodiscard]] ike::Phase phase() const { return phase_; }
  void step(ike::Phase to);
  [[nodiscard]] bool usable() const { return phase_ == ike::Phase::kEstablished; }
  // Its CHILD SAs are about to move to another IKE SA: nothing new is begun with them here
  // (2.25.2).
  [[nodiscard]] bool handing_over() const { return rekeying || answering_rekey != 0; }
  [[nodiscard]] std::uint64_t spi_i() const { return initiator ? spi_local : spi_remote; }
  [[nodiscard]] std::uint64_t spi_r() const { return initiator ? spi_remote : spi_local; }
  [[nodiscard]] ChildSa* child(std::uint32_t spi_in) const;
  [[nodiscard]] ChildSa* child_by_outbound(std::uint32_t spi_out) const;
  // The peer's rekeying that ours of this CHILD SA has met, or null.
  [[nodiscard]] const ChildCollision* collision(std::uint32_t old_spi_in) const;
  [[nodiscard]] bool wants(const ports::PolicyId& rule) const;
  void remove_wanted(const ports::PolicyId& rule);

  // Takes the keys of a completed key exchange; messages are protected from here on.
  [[nodiscard]] Status take_keys(const IkeSuite& agreed, crypto::IkeKeys keys);

  // Starts a script; it ends by itself or with this SA.
  void spawn(ike::Task<> script);
  [[nodiscard]] bool has_scripts() const { return !scripts_.empty(); }
  void cancel_scripts() { scripts_.clear(); }
  void reap_scripts();

  // --- messages (ike_sa_messages.cc) ---

  // A message whose SPIs are those of this SA. Never more than a look at it before integrity holds.
  void on_message(const wire::Header& header, ByteView datagram, const Endpoint& at,
                  const Endpoint& from);
  // Sends a protected request as soon as the window has room; answered with the payloads of the
  // response. When no response comes, the SA ends and the script that waits with it.
  [[nodiscard]] ike::Later<Payloads> request(wire::ExchangeType exchange, Payloads payloads);
  [[nodiscard]] ike::Later<Payloads> request(wire::ExchangeType exchange, Payloads payloads,
                                             const ike::RetransmitPolicy& policy);
  // Answers the request that is being worked on.
  void reply(Payloads payloads);
  void reply(wire::NotifyPayload notify);
  // IKE_SA_INIT or IKE_SESSION_RESUME: our request in the clear, retransmitted until replaced;
  // answers one by one.
  void send_initial(wire::ExchangeType exchange, Bytes message);
  [[nodiscard]] ike::Later<ClearMessage> initial_answer();
  // The same for a peer that may not answer at all.
  [[nodiscard]] ike::Later<std::optional<ClearMessage>> initial_answer_within(Duration wait);
  void reply_initial(Bytes message);
  // SET_WINDOW_SIZE (2.3): says how many requests at once we take, and takes what the peer says.
  void announce_window(Payloads& payloads);
  void take_window(const Payloads& payloads);
  void initial_answered() { (void)requests_.answered(0); }
  // Somebody unauthenticated says that the peer has lost this SA: asks the peer, now and then
  // (2.21.4). A request that is under way asks already.
  void doubt();
  // The path has changed: what is under way begins anew, now.
  void hurry();
  // Sends our cached reply to the first request again.
  void resend_initial_reply();
  // Whether IP will not have to cut a protected message of these payloads.
  [[nodiscard]] bool fits_in_packets(const Payloads& payloads) const;
  [[nodiscard]] wire::Header header(wire::ExchangeType exchange, bool response,
                                    std::uint32_t message_id) const;
  // Forgets requests that are not sent yet, and whoever waits for answers.
  void drop_requests();

  // --- time ---
  [[nodiscard]] std::optional<SteadyTime> next_due() const;
  void on_time(SteadyTime now);
  void schedule();

  [[nodiscard]] ike::IkeSaStatus status() const;

 private:
  struct Pending {
    wire::ExchangeType exchange;
    Payloads payloads;
    ike::RetransmitPolicy policy;
    std::function<void(Payloads)> resolve;
  };
  struct InFlight {
    std::uint32_t id = 0;
    wire::ExchangeType exchange{};
    std::function<void(Payloads)> resolve;
  };

  void on_initial_answer(const wire::Header& header, ByteView datagram);
  void on_protected(const wire::Header& header, ByteView datagram, const Endpoint& at,
                    const Endpoint& from);
  [[nodiscard]] bool take_hint(const wire::Header& header, const wire::PayloadView& first,
                               ByteView datagram);
  void on_request(const wire::Header& header, Result<Payloads> payloads, const Endpoint& at,
                  const Endpoint& from);
  void begin_request(const wire::Header& header, const Result<Payloads>& payloads,
                     const Endpoint& at, const Endpoint& from);
  void next_early();
  void on_response(const wire::Header& header, Result<Payloads> payloads);
  void dispatch(wire::ExchangeType exchange, Payloads payloads);
  [[nodiscard]] Result<Bytes> open(ByteView datagram, std::size_t body_offset);
  // Of the peer's next request before it is authenticated.
  [[nodiscard]] wire::ExchangeType awaited_exchange() const;
  void on_plain(const wire::Header& header, wire::PayloadType first, ByteView plain,
                const Endpoint& at, const Endpoint& from);
  void send(ByteView message);
  void send(std::span<const Bytes> datagrams);

  // --- fragments (ike_sa_fragments.cc) ---
  [[nodiscard]] Result<ike::Flight> seal(const wire::Header& header, const Payloads& payloads);
  [[nodiscard]] Result<Bytes> seal_whole(const wire::Header& header,
                                         const wire::PayloadChain& chain);
  [[nodiscard]] Result<Bytes> seal_fragment(const wire::Header& header, wire::PayloadType first,
                                            const ike::FragmentNumbers& numbers, ByteView part);
  // The most octets of an IKE message that fit into a packet of the configured size.
  [[nodiscard]] std::size_t message_limit() const;
  void on_fragment(const wire::Header& header, ByteView datagram, const wire::PayloadView& skf,
                   const Endpoint& at, const Endpoint& from);
  [[nodiscard]] bool awaits_fragment(const wire::Header& header, std::uint16_t number);
  void pump();
  void follow_peer(const Endpoint& at, const Endpoint& from);
  void look_at_liveness(SteadyTime now);

  ike::Phase phase_ = ike::Phase::kInit;
  ike::CountedSa counted_;
  ike::RequestWindow requests_;
  ike::ReplyWindow replies_;
  std::optional<crypto::IkeCipher> seal_;
  std::optional<crypto::IkeCipher> open_;
  // Until both are authenticated: the keys before the last IKE_INTERMEDIATE exchange, under which
  // the peer may repeat its request.
  std::optional<crypto::IkeCipher> open_before_;
  ike::Reassembly request_fragments_;
  ike::Reassembly reply_fragments_;
  wire::ExchangeType answering_{};  // exchange of the request that is being worked on
  // Requests that came before their turn, by message ID; no more than the window holds.
  struct Early {
    wire::Header header;
    Result<Payloads> payloads;
    Endpoint at;
    Endpoint from;
  };
  std::map<std::uint32_t, Early> early_;
  std::deque<Pending> pending_;
  std::vector<InFlight> in_flight_;
  std::function<void(ClearMessage)> on_initial_;
  wire::ExchangeType initial_exchange_ = wire::ExchangeType::kIkeSaInit;
  std::vector<std::unique_ptr<ike::Task<>>> scripts_;
  SteadyTime hint_taken_{};
  std::uint64_t timer_ = 0;
  SteadyTime timer_due_{};
};

}  // namespace spa::ikev2
