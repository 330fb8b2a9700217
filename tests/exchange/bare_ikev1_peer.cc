// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/bare_ikev1_peer.h"

#include <utility>

#include "userspace/crypto/ikev1_hash.h"
#include "userspace/crypto/random.h"
#include "userspace/ikev1/exchange.h"
#include "userspace/ikev1/suite.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::exchange {

namespace v1 = wire::v1;
using Payloads = BareIkev1Peer::Payloads;

namespace {

constexpr auto kHash = crypto::HashAlgorithm::kSha256;
constexpr auto kGroup = crypto::DhGroup::kEcp256;
constexpr const char* kSecret = "the bare peer's secret";
constexpr auto kMainMode = v1::ExchangeType::kIdentityProtection;

v1::SaPayload phase1_offer() {
  policy::IsakmpSuite suite;
  suite.cipher = {wire::EncrId::kAesCbc, 256};
  suite.hash = wire::PrfId::kHmacSha256;
  suite.auth = policy::IsakmpAuth::kPreShare;
  suite.group = wire::DhId::kEcp256;
  return ikev1::offer({suite});
}

v1::IdPayload network_id(const char* prefix) {
  return v1::id_of(*IpPrefix::parse(prefix));
}

}  // namespace

BareIkev1Peer::BareIkev1Peer(FakeNetwork& network, const IpAddress& address, const Router& victim)
    : network_(network), own_{address, 500}, victim_{victim.address, 500} {}

void BareIkev1Peer::invite(Router& router, const IpAddress& address) {
  policy::IsakmpKey key;
  key.address = IpPrefix{address, 32};
  key.key = to_secret(as_bytes(kSecret));
  router.config.isakmp.keyrings.at(policy::kDefaultKeyring).keys.push_back(std::move(key));
  policy::CryptoMapEntry entry = router.entry();
  entry.sequence = 20;
  entry.peers = {address};
  entry.isakmp_profile.clear();
  router.config.crypto_maps.at("MAP").entries.push_back(entry);
  ports::PolicyRule rule = router.rules.front();
  rule.id = {"MAP", 20, 1};
  rule.reqid = 20;
  rule.remote = address;
  rule.selectors.remote = policy::TrafficSelector::of(*IpPrefix::parse("192.168.7.0/24"));
  router.rules.push_back(rule);
}

v1::Header BareIkev1Peer::header(ExchangeType exchange, std::uint32_t id) const {
  v1::Header out;
  out.initiator_cookie = cookie_i;
  out.responder_cookie = cookie_r;
  out.exchange = exchange;
  out.message_id = id;
  return out;
}

v1::Message BareIkev1Peer::first_message() {
  ++cookie_i;
  cookie_r = 0;
  cipher_.reset();
  v1::Message message{header(kMainMode, 0), {}};
  message.payloads.emplace_back(phase1_offer());
  if (behind_nats) message.payloads.emplace_back(v1::vendor_id(v1::Vendor::kNatTRfc3947));
  return message;
}

bool BareIkev1Peer::begin() {
  const Bytes first = *v1::serialize(first_message());
  sa_body_ = to_bytes(v1::find_body(first, v1::PayloadType::kSa));
  const std::vector<Bytes> answers = send(first);
  const Result<v1::Header> answer =
      answers.empty() ? fail(Errc::kNotFound, "") : v1::parse_header(answers[0]);
  if (!answer || answer->responder_cookie == 0) return false;
  cookie_r = answer->responder_cookie;
  return true;
}

v1::Message BareIkev1Peer::second_message() {
  key_ = *crypto::dh_generate(kGroup);
  nonce_ = *crypto::random_bytes(32);
  v1::Message message{header(kMainMode, 0), {}};
  message.payloads.emplace_back(v1::KePayload{key_->public_value});
  message.payloads.emplace_back(v1::NoncePayload{nonce_});
  for (int i = 0; behind_nats && i < 2; ++i) {  // hashes of other addresses than these two
    message.payloads.emplace_back(
        v1::NatDPayload{v1::nat_d_type(v1::NatTraversal::kRfc3947), *crypto::random_bytes(32)});
  }
  return message;
}

bool BareIkev1Peer::exchange_keys() {
  const std::vector<Bytes> answers = send(*v1::serialize(second_message()));
  const Result<v1::Message> answer =
      answers.empty() ? fail(Errc::kNotFound, "") : v1::parse(answers[0]);
  const auto* ke = answer ? v1::find<v1::KePayload>(answer->payloads) : nullptr;
  const auto* nonce = answer ? v1::find<v1::NoncePayload>(answer->payloads) : nullptr;
  if (ke == nullptr || nonce == nullptr) return false;
  peer_public_ = ke->data;
  const Result<SecretBytes> shared = crypto::dh_derive(*key_, peer_public_);
  const crypto::v1::ExchangeInputs in{nonce_, nonce->data, cookie_i, cookie_r};
  Result<SecretBytes> skeyid = crypto::v1::skeyid_pre_shared(kHash, as_bytes(kSecret), in);
  if (!shared || !skeyid) return false;
  keys_ = *crypto::v1::keys(kHash, std::move(*skeyid), *shared, in);
  cipher_ =
      *crypto::v1::IkeCipher::create(kHash, crypto::EncrAlgorithm::kAesCbc, 256, keys_.skeyid_e);
  phase1_ = *crypto::v1::phase1_iv(kHash, crypto::EncrAlgorithm::kAesCbc, key_->public_value,
                                   peer_public_);
  if (behind_nats) own_.port = victim_.port = 4500;
  return true;
}

Payloads BareIkev1Peer::proof() const {
  const v1::IdPayload id = v1::id_of(own_.address);
  const Bytes id_body = v1::id_body(id);
  const crypto::v1::Phase1Hash in{key_->public_value, peer_public_, cookie_i,
                                  cookie_r,           sa_body_,     id_body};
  Payloads payloads;
  payloads.emplace_back(id);
  payloads.emplace_back(v1::HashPayload{*crypto::v1::hash_i(kHash, keys_.skeyid, in)});
  return payloads;
}

bool BareIkev1Peer::establish() {
  if (!begin() || !exchange_keys()) return false;
  const v1::PayloadChain chain = *v1::serialize_payloads(proof());
  const auto sealed = *cipher_->seal(phase1_, chain.octets);
  const std::vector<Bytes> answers = send(seal_proof(chain.first, chain.octets));
  if (answers.size() != 1) return false;
  const auto opened = cipher_->open(sealed.next, ByteView(answers[0]).subspan(v1::Header::kSize));
  if (!opened) return false;
  last_ = opened->next;
  return true;
}

Payloads BareIkev1Peer::quick_mode_request() const {
  v1::Phase2Transform esp;
  esp.id = static_cast<std::uint8_t>(v1::EspTransformId::kAesGcm16);
  esp.key_length = 256;
  esp.encapsulation = v1::EncapsulationMode::kTunnel;
  esp.life.seconds = 3600;
  v1::SaPayload sa;
  sa.proposals.push_back(
      {1, v1::ProtocolId::kEsp, v1::spi_octets(kSpi), {v1::encode_phase2(1, esp)}});
  Payloads payloads;
  payloads.emplace_back(std::move(sa));
  payloads.emplace_back(v1::NoncePayload{nonce_});
  payloads.emplace_back(network_id("192.168.7.0/24"));
  payloads.emplace_back(network_id("1.1.1.0/24"));
  return payloads;
}

Bytes BareIkev1Peer::seal_proof(v1::PayloadType first, ByteView chain) const {
  const auto sealed = cipher_->seal(phase1_, chain);
  return *v1::serialize_encrypted(header(kMainMode, 0), first, sealed->octets);
}

Bytes BareIkev1Peer::seal(ExchangeType exchange, v1::PayloadType first, ByteView chain,
                          bool hashed) {
  ++message_id;
  v1::PayloadChain whole{first, to_bytes(chain)};
  if (hashed) {
    whole = v1::with_hash(*crypto::v1::hash_1(kHash, keys_.skeyid_a, message_id, chain), whole);
  }
  const auto iv = *crypto::v1::exchange_iv(kHash, last_, message_id);
  const auto sealed = cipher_->seal(iv, whole.octets);
  return *v1::serialize_encrypted(header(exchange, message_id), whole.first, sealed->octets);
}

bool BareIkev1Peer::read_quick_mode(ByteView datagram) {
  const auto asked = v1::parse_header(datagram);
  if (!asked || asked->exchange != ExchangeType::kQuickMode) return false;
  const auto iv = *crypto::v1::exchange_iv(kHash, last_, asked->message_id);
  const auto opened = ikev1::open_message(*cipher_, iv, *asked, datagram);
  const auto* nonce = opened ? v1::find<v1::NoncePayload>(opened->payloads) : nullptr;
  if (nonce == nullptr) return false;
  asked_id_ = asked->message_id;
  asked_nonce_ = nonce->data;
  asked_next_ = opened->next_iv;
  return true;
}

Bytes BareIkev1Peer::answer_quick_mode(const Payloads& payloads) const {
  const v1::PayloadChain chain = *v1::serialize_payloads(payloads);
  const Bytes hash =
      *crypto::v1::hash_2(kHash, keys_.skeyid_a, asked_id_, asked_nonce_, chain.octets);
  const v1::PayloadChain whole = v1::with_hash(hash, chain);
  const auto sealed = *cipher_->seal(asked_next_, whole.octets);
  return *v1::serialize_encrypted(header(ExchangeType::kQuickMode, asked_id_), whole.first,
                                  sealed.octets);
}

Bytes BareIkev1Peer::seal(ExchangeType exchange, const Payloads& payloads) {
  const v1::PayloadChain chain = *v1::serialize_payloads(payloads);
  return seal(exchange, chain.first, chain.octets);
}

std::vector<Bytes> BareIkev1Peer::send(ByteView datagram) {
  // Past the delays of the network: what the victim says to this is said while deliver() runs.
  const auto plan = std::exchange(
      network_.plan, [](std::size_t, const Packet&) { return std::vector<Duration>{}; });
  const std::size_t before = network_.sent.size();
  network_.deliver({own_, victim_, to_bytes(datagram)});
  network_.plan = plan;
  std::vector<Bytes> answers;
  for (std::size_t i = before; i < network_.sent.size(); ++i) {
    if (network_.sent[i].to.address == own_.address) answers.push_back(network_.sent[i].octets);
  }
  return answers;
}

}  // namespace spa::exchange
