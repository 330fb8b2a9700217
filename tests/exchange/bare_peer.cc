// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/bare_peer.h"

#include <utility>

#include "userspace/crypto/random.h"

namespace spa::exchange {

namespace {

constexpr auto kPrf = crypto::PrfAlgorithm::kHmacSha256;
constexpr crypto::CipherSuite kSuite{crypto::EncrAlgorithm::kAesGcm16, 256,
                                     crypto::IntegAlgorithm::kNone};
constexpr const char* kSecret = "the bare peer's secret";

wire::TsPayload selector(wire::Side side, const char* prefix) {
  const IpPrefix network = *IpPrefix::parse(prefix);
  const policy::TrafficSelector range = policy::TrafficSelector::of(network);
  wire::TrafficSelector out;
  out.start_address = range.first;
  out.end_address = range.last;
  return {side, {out}};
}

wire::Proposal ike_offer() {
  wire::Proposal ike;
  ike.transforms = {wire::encr(wire::EncrId::kAesGcm16, 256), wire::prf(wire::PrfId::kHmacSha256),
                    wire::dh(wire::DhId::kCurve25519)};
  return ike;
}

wire::SaPayload esp_offer() {
  wire::Proposal esp;
  esp.protocol = wire::ProtocolId::kEsp;
  esp.spi = wire::spi_octets(BarePeer::kChildSpi);
  esp.transforms = {wire::encr(wire::EncrId::kAesGcm16, 256), wire::esn(wire::EsnId::kEsn),
                    wire::esn(wire::EsnId::kNoEsn)};
  return {{esp}};
}

}  // namespace

BarePeer::BarePeer(FakeNetwork& network, const IpAddress& address, const Router& victim)
    : network_(network), own_{address, 500}, victim_{victim.address, 500} {}

void BarePeer::invite(Router& router, const IpAddress& address) {
  policy::KeyringPeer secret;
  secret.name = "BARE";
  secret.address = IpPrefix{address, 32};
  secret.local_key = secret.remote_key = to_secret(as_bytes(kSecret));
  router.config.ikev2_keyrings.at("RING").peers.push_back(std::move(secret));
  router.profile().match_remote.push_back(
      {policy::IdentityMatch::Kind::kAddress, IpPrefix{address, 32}, {}});
  policy::CryptoMapEntry entry = router.entry();
  entry.sequence = 20;
  entry.peers = {address};
  router.config.crypto_maps.at("MAP").entries.push_back(entry);
  ports::PolicyRule rule = router.rules.front();
  rule.id = {"MAP", 20, 1};
  rule.reqid = 20;
  rule.remote = address;
  rule.selectors.remote = policy::TrafficSelector::of(*IpPrefix::parse("192.168.7.0/24"));
  router.rules.push_back(rule);
}

wire::Message BarePeer::initial_request() const {
  wire::Message request;
  request.header.initiator_spi = spi_i;
  request.header.flags = wire::Header::kFlagInitiator;
  if (!cookie_.empty()) {
    request.payloads.emplace_back(wire::notify(wire::NotifyType::kCookie, cookie_));
  }
  request.payloads.emplace_back(wire::SaPayload{{ike_offer()}});
  request.payloads.emplace_back(wire::KePayload{wire::DhId::kCurve25519, key_->public_value});
  request.payloads.emplace_back(wire::NoncePayload{nonce_});
  return request;
}

bool BarePeer::init() {
  ++spi_i;
  spi_r = 0;
  message_id = 1;
  seal_.reset();
  open_.reset();
  cookie_.clear();
  key_ = *crypto::dh_generate(crypto::DhGroup::kCurve25519);
  nonce_ = *crypto::random_bytes(32);
  for (int tries = 0; tries < 2; ++tries) {
    first_message_ = *wire::serialize(initial_request());
    const std::vector<wire::Message> answers = send(first_message_);
    if (answers.empty()) return false;
    const auto* cookie = wire::find_notify(answers[0].payloads, wire::NotifyType::kCookie);
    if (cookie == nullptr) return take_answer(answers[0]);
    cookie_ = cookie->data;
  }
  return false;
}

bool BarePeer::take_answer(const wire::Message& answer) {
  const auto* ke = wire::find<wire::KePayload>(answer.payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(answer.payloads);
  if (ke == nullptr || nonce == nullptr) return false;
  spi_r = answer.header.responder_spi;
  peer_nonce_ = nonce->data;
  const Result<SecretBytes> shared = crypto::dh_derive(*key_, ke->data);
  if (!shared) return false;
  const crypto::ExchangeInputs inputs{nonce_, peer_nonce_, spi_i, spi_r};
  const Result<SecretBytes> seed = crypto::skeyseed(kPrf, inputs, *shared);
  Result<crypto::IkeKeys> keys = crypto::ike_keys(kPrf, kSuite, *seed, inputs);
  if (!keys) return false;
  keys_ = std::move(*keys);
  seal_ = *crypto::IkeCipher::create(kSuite, keys_.sk_ei, keys_.sk_ai);
  open_ = *crypto::IkeCipher::create(kSuite, keys_.sk_er, keys_.sk_ar);
  return true;
}

bool BarePeer::establish() {
  if (!init()) return false;
  const std::vector<wire::Message> answers =
      send(seal(wire::ExchangeType::kIkeAuth, auth_request()));
  return answers.size() == 1 && wire::find<wire::AuthPayload>(answers[0].payloads) != nullptr;
}

std::vector<wire::Payload> BarePeer::auth_request() const {
  wire::IdPayload id;
  id.side = wire::Side::kInitiator;
  id.type = wire::IdType::kIpv4Addr;
  id.data = to_bytes(own_.address.bytes());
  const Result<Bytes> covered =
      crypto::signed_octets(kPrf, first_message_, peer_nonce_, keys_.sk_pi, rest_of_id_payload(id));
  const Result<SecretBytes> mac = crypto::shared_key_auth(kPrf, as_bytes(kSecret), *covered);
  std::vector<wire::Payload> payloads;
  payloads.emplace_back(id);
  payloads.emplace_back(wire::AuthPayload{wire::AuthMethod::kSharedKeyMic, {}, to_bytes(*mac)});
  payloads.emplace_back(esp_offer());
  payloads.emplace_back(selector(wire::Side::kInitiator, "192.168.7.0/24"));
  payloads.emplace_back(selector(wire::Side::kResponder, "1.1.1.0/24"));
  return payloads;
}

std::vector<wire::Payload> BarePeer::child_request() const {
  std::vector<wire::Payload> payloads;
  payloads.emplace_back(esp_offer());
  payloads.emplace_back(wire::NoncePayload{nonce_});
  payloads.emplace_back(selector(wire::Side::kInitiator, "192.168.7.0/24"));
  payloads.emplace_back(selector(wire::Side::kResponder, "1.1.1.0/24"));
  return payloads;
}

std::vector<wire::Payload> BarePeer::ike_rekey_request() const {
  wire::Proposal offer = ike_offer();
  offer.spi = wire::spi_octets(spi_i + 0x10000);
  std::vector<wire::Payload> payloads;
  payloads.emplace_back(wire::SaPayload{{std::move(offer)}});
  payloads.emplace_back(wire::NoncePayload{nonce_});
  payloads.emplace_back(wire::KePayload{wire::DhId::kCurve25519, key_->public_value});
  return payloads;
}

std::vector<wire::Payload> BarePeer::follow_up_request() {
  std::vector<wire::Payload> payloads;
  payloads.emplace_back(wire::KePayload{wire::DhId::kCurve25519, Bytes(32, 9)});
  payloads.emplace_back(wire::notify(wire::NotifyType::kAdditionalKeyExchange, Bytes(4, 1)));
  return payloads;
}

Bytes BarePeer::seal(wire::ExchangeType exchange, const std::vector<wire::Payload>& payloads) {
  const wire::PayloadChain chain = *wire::serialize_payloads(payloads);
  return seal(exchange, chain.first, chain.octets);
}

Bytes BarePeer::seal(wire::ExchangeType exchange, wire::PayloadType first, ByteView chain) {
  wire::Header header;
  header.initiator_spi = spi_i;
  header.responder_spi = spi_r;
  header.exchange = exchange;
  header.flags = wire::Header::kFlagInitiator;
  header.message_id = message_id;
  return seal_under(header, first, chain);
}

Bytes BarePeer::seal_answer(const wire::Header& request, wire::PayloadType first, ByteView chain) {
  wire::Header header = request;
  header.flags = wire::Header::kFlagInitiator | wire::Header::kFlagResponse;
  return seal_under(header, first, chain);
}

Bytes BarePeer::seal_under(const wire::Header& header, wire::PayloadType first, ByteView chain) {
  Bytes message = *wire::encrypted_prefix(header, first, seal_->sealed_size(chain.size()));
  (void)seal_->seal(message, chain);
  return message;
}

std::optional<wire::Message> BarePeer::open(ByteView datagram) const {
  const Result<wire::Message> outer = wire::parse(datagram);
  if (!outer) return std::nullopt;
  const auto* sk = wire::find<wire::EncryptedPayload>(outer->payloads);
  if (sk == nullptr) return *outer;
  if (!open_) return std::nullopt;
  const Result<Bytes> plain = open_->open(datagram, wire::kEncryptedPrefixSize);
  if (!plain) return std::nullopt;
  Result<std::vector<wire::Payload>> inner = wire::parse_payloads(sk->first_inner, *plain);
  if (!inner) return std::nullopt;
  return wire::Message{outer->header, std::move(*inner)};
}

std::vector<wire::Message> BarePeer::send(ByteView datagram) {
  // Past the delays of the network: what the victim says to this is said while deliver() runs.
  const auto plan = std::exchange(
      network_.plan, [](std::size_t, const Packet&) { return std::vector<Duration>{}; });
  const std::size_t before = network_.sent.size();
  network_.deliver({own_, victim_, to_bytes(datagram)});
  network_.plan = plan;
  std::vector<wire::Message> answers;
  for (std::size_t i = before; i < network_.sent.size(); ++i) {
    if (network_.sent[i].to.address != own_.address) continue;
    std::optional<wire::Message> answer = open(network_.sent[i].octets);
    if (!answer) continue;
    const bool protected_answer = answer->header.exchange != wire::ExchangeType::kIkeSaInit &&
                                  answer->header.message_id == message_id;
    if (protected_answer) ++message_id;
    answers.push_back(std::move(*answer));
  }
  return answers;
}

}  // namespace spa::exchange
