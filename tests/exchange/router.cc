// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/router.h"

#include <algorithm>

namespace spa::exchange {

ports::Timers::Id RouterTimers::after(Duration delay, std::function<void()> callback) {
  // The id is known only after the clock has given it.
  const auto id = std::make_shared<Id>(0);
  *id = clock_.after(delay, [this, id, callback = std::move(callback)] {
    pending_.erase(*id);
    woken();
    callback();
  });
  pending_.insert(*id);
  return *id;
}

void RouterTimers::cancel(Id id) {
  pending_.erase(id);
  clock_.cancel(id);
}

Router::Router(FakeTimers& clock, FakeNetwork& network, FakePki& pki, const std::string& router,
               const std::string& own, const std::string& inside, const std::string& peer,
               const std::string& peer_inside, std::uint32_t first_spi)
    : name(router),
      address(*IpAddress::parse(own)),
      peer_address(*IpAddress::parse(peer)),
      timers(clock),
      datagrams(network),
      database(first_spi),
      credentials(pki, clock),
      network_(network) {
  policy::KeyringPeer secret;
  secret.name = "PEER";
  secret.address = IpPrefix{peer_address, 32};
  secret.local_key = to_secret(as_bytes("a secret"));
  secret.remote_key = to_secret(as_bytes("a secret"));
  policy::Ikev2Keyring ring;
  ring.name = "RING";
  ring.peers.push_back(std::move(secret));
  config.ikev2_keyrings.emplace("RING", std::move(ring));

  policy::Ikev2Profile profile;
  profile.name = "PROFILE";
  profile.match_remote = {{policy::IdentityMatch::Kind::kAddress, IpPrefix{peer_address, 32}, {}}};
  profile.local_auth = policy::AuthMethod::kPreShare;
  profile.remote_auth = {policy::AuthMethod::kPreShare};
  profile.keyring = "RING";
  config.ikev2_profiles.emplace("PROFILE", std::move(profile));

  policy::TransformSet set;
  set.name = "SET";
  set.esp_cipher = policy::Cipher{wire::EncrId::kAesGcm16, 256};
  config.transform_sets.emplace("SET", set);

  policy::CryptoMapEntry entry;
  entry.sequence = 10;
  entry.access_list = "101";
  entry.peers = {peer_address};
  entry.transform_sets = {"SET"};
  entry.ikev2_profile = "PROFILE";
  config.crypto_maps.emplace("MAP", policy::CryptoMap{"MAP", {}, {entry}});

  ports::PolicyRule rule;
  rule.id = {"MAP", 10, 1};
  rule.selectors.local = policy::TrafficSelector::of(*IpPrefix::parse(inside));
  rule.selectors.remote = policy::TrafficSelector::of(*IpPrefix::parse(peer_inside));
  rule.local = address;
  rule.remote = peer_address;
  rule.reqid = 1;
  rule.device = "eth0";
  rules.push_back(rule);
}

void Router::start() {
  auto snapshot = std::make_shared<const policy::Snapshot>(config);
  if (!manager) {
    crypto::Executor executor = [this](std::function<void()> work, std::function<void()> finish) {
      work();
      if (engine_delay.wait == Duration(0)) {
        finish();
      } else {
        (void)timers.after(engine_delay.wait, std::move(finish));
      }
    };
    engine = std::make_unique<crypto::OpenSslEngine>(std::move(executor));
    kem = std::make_unique<FakeKem>(*engine);
    crypto::PublicKeyEngine& best = has_kem ? *kem : static_cast<crypto::PublicKeyEngine&>(*engine);
    ike::Dependencies ports{
        datagrams, timers, database, credentials, best, log, std::make_shared<ike::ConnectionIds>(),
        &addresses};
    ports.call_admission = admission;
    manager = std::make_unique<ike::Dispatcher>(std::make_unique<ikev1::Manager>(ports, options),
                                                std::make_unique<ikev2::Manager>(ports, options),
                                                log, timers);
    database.set_listener(manager.get());
    network_.attach(address, [this](const Endpoint& at, const Endpoint& from, ByteView message) {
      if (manager) manager->receive(at, from, message);
    });
  }
  manager->configure(std::move(snapshot), rules);
}

void Router::restart() {
  crash();
  database.pairs.clear();
  database.halves.clear();
  database.reserved.clear();
  start();
}

void Router::expire_first(bool hard) {
  if (!database.pairs.empty()) manager->on_expire(database.pairs.begin()->first, hard);
}

void Router::add_line(unsigned third, bool inside_here) {
  ports::PolicyRule rule = rules.front();
  rule.id.line = static_cast<std::uint32_t>(rules.size() + 1);
  rule.reqid = rule.id.line;
  auto& inside = inside_here ? rule.selectors.local : rule.selectors.remote;
  inside =
      policy::TrafficSelector::of(*IpPrefix::parse("192.168." + std::to_string(third) + ".0/24"));
  rules.push_back(rule);
}

void Router::answer_anybody() {
  policy::CryptoMapEntry dynamic = entry();
  dynamic.sequence = 20;
  dynamic.access_list.clear();
  dynamic.peers.clear();
  config.dynamic_maps["DYN"].entries = {dynamic};
  entry() = {};
  entry().sequence = 10;
  entry().dynamic_map = "DYN";
  const auto any = policy::TrafficSelector::of(*IpPrefix::parse("0.0.0.0/0"));
  rules.resize(1);
  rules[0].id = {"MAP", 10, 1, 20};
  rules[0].remote = {};
  rules[0].reqid = 0;
  rules[0].selectors = {any, any};
}

void Router::use_certificates(const std::string& subject) {
  credentials.points["TP"] = {"CN=Test CA", subject};
  profile().local_auth = policy::AuthMethod::kRsaSig;
  profile().remote_auth = {policy::AuthMethod::kRsaSig};
  profile().trustpoints = {"TP"};
  policy::Identity own;
  own.kind = policy::Identity::Kind::kFqdn;
  own.text = name + ".example.com";
  profile().local_identity = own;
  profile().match_remote = {{policy::IdentityMatch::Kind::kFqdnDomain, {}, "example.com"}};
}

void Router::use_ikev1() {
  entry().ikev2_profile.clear();
  policy::IsakmpPolicy suite;
  suite.cipher = policy::Cipher{wire::EncrId::kAesCbc, 256};
  suite.hash = wire::PrfId::kHmacSha256;
  suite.auth = policy::IsakmpAuth::kPreShare;
  suite.group = wire::DhId::kEcp256;
  config.isakmp.policies[10] = suite;
  policy::IsakmpKey key;
  key.address = IpPrefix{peer_address, 32};
  key.key = to_secret(as_bytes("a secret"));
  policy::IsakmpKeyring ring;
  ring.name = policy::kDefaultKeyring;
  ring.keys.push_back(std::move(key));
  config.isakmp.keyrings[policy::kDefaultKeyring] = std::move(ring);
  policy::IsakmpProfile admitting;
  admitting.name = "V1";
  admitting.match_remote = {
      {policy::IdentityMatch::Kind::kAddress, IpPrefix{peer_address, 32}, {}}};
  config.isakmp.profiles["V1"] = std::move(admitting);
}

void Router::use_isakmp_certificates(const std::string& subject) {
  credentials.points["TP"] = {"CN=Test CA", subject};
  config.trustpoints.clear();
  config.trustpoints.emplace_back().name = "TP";
  config.isakmp.policies.at(10).auth = policy::IsakmpAuth::kRsaSig;
  config.isakmp.identity = policy::IsakmpIdentity::kHostname;
  config.hostname = name;
  config.domain_name = "example.com";
  isakmp_profile().match_remote = {{policy::IdentityMatch::Kind::kFqdnDomain, {}, "example.com"}};
}

std::size_t Router::up() const {
  const auto list = manager->status();
  return static_cast<std::size_t>(
      std::count_if(list.begin(), list.end(),
                    [](const ike::IkeSaStatus& s) { return s.state == ike::IkeSaState::kReady; }));
}

}  // namespace spa::exchange
