// SPDX-License-Identifier: Apache-2.0
// RFC 5723 4.3
#include "userspace/ikev2/resumption.h"

#include "userspace/crypto/prf.h"
#include "userspace/crypto/random.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/identity.h"
#include "userspace/ikev2/nat.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

constexpr std::size_t kNonceSize = 32;
constexpr unsigned kMaxCookies = 4;
// A gateway that has forgotten everything may not even answer.
constexpr Duration kPatience{6000};

// A PPK and additional key exchanges are in SK_d, and are not repeated (RFC 9370 2.2.5).
// SKEYSEED = prf(SK_d of before, "Resumption" | Ni | Nr) (5.1).
Status take_resumed_keys(IkeSa& sa, const SessionState& before) {
  const Result<crypto::CipherSuite> ciphers = before.suite.cipher_suite();
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(before.suite.prf));
  if (!ciphers || !prf) return fail(Errc::kUnsupported, "algorithms are not implemented");
  const crypto::ExchangeInputs inputs{sa.handshake->nonce_i, sa.handshake->nonce_r, sa.spi_i(),
                                      sa.spi_r()};
  const Result<SecretBytes> seed =
      crypto::prf(*prf, before.sk_d, {as_bytes("Resumption"), inputs.nonce_i, inputs.nonce_r});
  if (!seed) return tl::unexpected(seed.error());
  Result<crypto::IkeKeys> keys = crypto::ike_keys(*prf, *ciphers, *seed, inputs);
  if (!keys) return tl::unexpected(keys.error());
  sa.ppk_id = before.ppk_id;
  sa.additional_keys = before.additional_keys;
  return sa.take_keys(before.suite, std::move(*keys));
}

Result<Bytes> write_first(const IkeSa& sa, Payloads payloads, bool response) {
  wire::Message message;
  message.header = sa.header(wire::ExchangeType::kIkeSessionResume, response, 0);
  message.payloads = std::move(payloads);
  const bool pretend = sa.shard.ports.sa_database.requires_udp_encapsulation();
  const Status nat =
      add_nat_detection(message.payloads, sa.spi_i(), sa.spi_r(), sa.local, sa.remote, pretend);
  if (!nat) return tl::unexpected(nat.error());
  if (sa.shard.snapshot->fragmentation_mtu != 0) {
    message.payloads.emplace_back(wire::notify(NotifyType::kFragmentationSupported));
  }
  return wire::serialize(message);
}

// IKE_SA_INIT begins as if nothing had been.
bool fall_back(IkeSa& sa, const std::string& cause) {
  sa.shard.debug(sa, "session not resumed: " + cause);
  sa.handshake->steps.push_back("session not resumed: " + cause);
  sa.handshake->resumed.reset();
  sa.spi_remote = 0;
  sa.ppk_id.clear();
  sa.additional_keys = false;
  return false;
}

// The profile under which the peer came in still lets it in, with the certificate of before.
ike::Task<Result<Verified>> judge(IkeSa& sa, policy::SnapshotPtr snapshot,
                                  std::shared_ptr<const Resumed> resumed) {
  const SessionState& state = resumed->state;
  const auto found = snapshot->ikev2_profiles.find(state.profile);
  if (found == snapshot->ikev2_profiles.end()) {
    co_return fail(Errc::kDenied, "profile " + state.profile + " is gone");
  }
  const policy::Ikev2Profile& profile = found->second;
  Steps& steps = sa.handshake->steps;
  if (!accepts(profile, sa.local.address, state.peer_method, steps)) {
    co_return fail(Errc::kDenied, steps.back());
  }
  const Result<policy::Identity> identity = from_payload(state.peer_id);
  if (!identity) co_return tl::unexpected(identity.error());
  Verified verified{profile.name, {}};
  if (policy::is_signature(state.peer_method)) {
    Result<ports::PeerCertificate> certificate =
        co_await judge_chain(sa, state.chain, profile.trustpoints);
    if (!certificate) co_return tl::unexpected(certificate.error());
    if (Status carried = carries(sa, *certificate, *identity); !carried) {
      co_return tl::unexpected(carried.error());
    }
    verified.certificate = std::move(*certificate);
  }
  if (!admits(sa, profile, *identity, verified.certificate)) {
    co_return fail(Errc::kDenied,
                   "profile " + profile.name + " does not admit identity " + identity->to_string());
  }
  co_return verified;
}

}  // namespace

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<bool> resume_ike_sa(IkeSa& sa) {
  Shard& shard = sa.shard;
  if (sa.replaces != 0) co_return false;  // it is a new authentication that is wanted
  std::optional<HeldTicket> held = shard.take_held(sa.home, sa.profile);
  if (!held) co_return false;
  if (held->state.expires <= shard.now()) co_return fall_back(sa, "ticket has expired");
  Result<Bytes> nonce = crypto::random_bytes(kNonceSize);
  if (!nonce) co_return fall_back(sa, nonce.error().text);
  sa.handshake->nonce_i = std::move(*nonce);

  Bytes cookie;
  std::optional<ClearMessage> answer;
  for (unsigned cookies = 0;; ++cookies) {
    Payloads request;
    if (!cookie.empty()) request.emplace_back(wire::notify(NotifyType::kCookie, cookie));
    request.emplace_back(wire::NoncePayload{sa.handshake->nonce_i});
    request.emplace_back(wire::notify(NotifyType::kTicketOpaque, held->ticket));
    Result<Bytes> octets = write_first(sa, std::move(request), false);
    if (!octets) co_return fall_back(sa, octets.error().text);
    sa.handshake->our_message = *octets;
    // HDR, [N(COOKIE),] Ni, N(TICKET_OPAQUE)  -->
    sa.send_initial(wire::ExchangeType::kIkeSessionResume, std::move(*octets));
    //                              <--  HDR, Nr
    //                              <--  HDR, N(COOKIE)   or   HDR, N(TICKET_NACK)
    answer = co_await sa.initial_answer_within(kPatience);
    sa.initial_answered();
    if (!answer) co_return fall_back(sa, "peer does not answer");
    const auto* asked = wire::find_notify(answer->message.payloads, NotifyType::kCookie);
    if (asked == nullptr) break;
    const bool good = !asked->data.empty() && asked->data.size() <= 64 && cookies < kMaxCookies;
    if (!good) co_return fall_back(sa, "peer asks for cookies without end");
    cookie = asked->data;
  }
  const Payloads& payloads = answer->message.payloads;
  const auto* peer_nonce = wire::find<wire::NoncePayload>(payloads);
  if (peer_nonce == nullptr || answer->message.header.responder_spi == 0) {
    const bool nack = wire::find_notify(payloads, NotifyType::kTicketNack) != nullptr;
    co_return fall_back(sa, nack ? "peer does not take the ticket" : "answer is of no use");
  }
  sa.spi_remote = answer->message.header.responder_spi;
  sa.handshake->nonce_r = peer_nonce->data;
  sa.handshake->peer_message = std::move(answer->octets);
  take_first_notices(sa, payloads, sa.spi_r());
  auto resumed = std::make_shared<const Resumed>(Resumed{std::move(held->state), {}});
  sa.handshake->resumed = resumed;
  if (Status keys = take_resumed_keys(sa, resumed->state); !keys) {
    co_return fall_back(sa, keys.error().text);
  }
  if (auto identity = from_payload(resumed->state.peer_id)) sa.remote_identity = *identity;
  float_port(sa);
  sa.step(ike::Phase::kAuth);
  co_return true;
}

ike::Task<> respond_session_resume(IkeSa& sa, ClearMessage request) {
  Shard& shard = sa.shard;
  // HDR, [N(COOKIE),] Ni, N(TICKET_OPAQUE)  -->
  const Payloads& payloads = request.message.payloads;
  const std::shared_ptr<const Resumed> resumed = sa.handshake->resumed;
  sa.handshake->nonce_i = wire::find<wire::NoncePayload>(payloads)->data;
  take_first_notices(sa, payloads, 0);
  const Result<Verified> judged = co_await judge(sa, shard.snapshot, resumed);
  Result<Bytes> nonce = crypto::random_bytes(kNonceSize);
  Status ready = judged ? Status{} : Status(tl::unexpected(judged.error()));
  if (ready && !nonce) ready = tl::unexpected(nonce.error());
  if (ready) {
    sa.handshake->nonce_r = std::move(*nonce);
    ready = take_resumed_keys(sa, resumed->state);
  }
  if (!ready) {
    shard.refuse_ticket(request.message.header, sa.local, sa.remote, ready.error().text);
    co_return shard.retire(sa, "");
  }
  Payloads reply;
  reply.emplace_back(wire::NoncePayload{sa.handshake->nonce_r});
  reply.emplace_back(wire::notify(NotifyType::kChildlessIkev2Supported));
  Result<Bytes> octets = write_first(sa, std::move(reply), true);
  if (!octets) co_return shard.retire(sa, octets.error().text);
  sa.handshake->our_message = *octets;
  sa.step(ike::Phase::kAuth);
  //                              <--  HDR, Nr
  sa.reply_initial(std::move(*octets));
}

Result<Proof> resumed_proof(IkeSa& sa) {
  const SessionState& state = sa.handshake->resumed->state;
  Result<policy::Identity> identity = from_payload(state.own_id);
  if (!identity) return tl::unexpected(identity.error());
  const Result<Bytes> octets = signed_part(sa, true, state.own_id);
  if (!octets) return tl::unexpected(octets.error());
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  const SecretBytes& key = sa.initiator ? sa.handshake->sk_pi : sa.handshake->sk_pr;
  const Result<SecretBytes> mac = crypto::prf(*prf, key, {*octets});
  if (!mac) return tl::unexpected(mac.error());
  Proof proof;
  proof.identity = *identity;
  proof.id = state.own_id;
  proof.auth = {wire::AuthMethod::kSharedKeyMic, {}, to_bytes(*mac)};
  sa.local_identity = std::move(*identity);
  sa.local_auth = state.local_auth;
  return proof;
}

ike::Task<Result<Verified>> check_resumed(IkeSa& sa, policy::SnapshotPtr snapshot, Claim claim) {
  const std::shared_ptr<const Resumed> resumed = sa.handshake->resumed;
  const wire::IdPayload& id = resumed->state.peer_id;
  if (claim.auth.method != wire::AuthMethod::kSharedKeyMic || claim.id.type != id.type ||
      claim.id.data != id.data) {
    co_return fail(Errc::kDenied, "peer resumes the session of somebody else");
  }
  if (!sa.initiator && sa.shard.tickets.used(resumed->number)) {
    co_return fail(Errc::kDenied, "ticket was used meanwhile");
  }
  const Result<Bytes> octets = signed_part(sa, false, claim.id);
  if (!octets) co_return tl::unexpected(octets.error());
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  const SecretBytes& key = sa.initiator ? sa.handshake->sk_pr : sa.handshake->sk_pi;
  const Result<SecretBytes> mac = crypto::prf(*prf, key, {*octets});
  if (!mac) co_return tl::unexpected(mac.error());
  if (!constant_time_equal(*mac, claim.auth.data)) {
    co_return fail(Errc::kDenied, "peer does not know the keys of the session");
  }
  co_return co_await judge(sa, std::move(snapshot), resumed);
}

void conclude_resumption(IkeSa& sa, const Resumed& resumed) {
  Shard& shard = sa.shard;
  ++shard.counters.sessions_resumed;
  if (sa.initiator) return;
  shard.tickets.use(resumed.number);
  for (IkeSa* other : shard.all()) {
    const bool old = other != &sa && other->ticket_given == resumed.number;
    if (old) shard.retire(*other, "resumed by its peer");
  }
}

std::uint32_t authentication_life(const IkeSa& sa, const Resumed* resumed,
                                  const policy::Ikev2Profile& profile) {
  if (resumed == nullptr) return profile.reauthenticate_seconds;
  if (!resumed->state.authentication_ends) return 0;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(
      *resumed->state.authentication_ends - sa.shard.now());
  return static_cast<std::uint32_t>(std::max<std::int64_t>(1, left.count()));
}

}  // namespace spa::ikev2
