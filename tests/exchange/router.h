// SPDX-License-Identifier: Apache-2.0
// One router of a test: configuration, ports and manager.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/exchange/fake_kem.h"
#include "tests/exchange/fake_world.h"
#include "userspace/crypto/openssl_engine.h"
#include "userspace/ike/dispatcher.h"
#include "userspace/ikev1/manager.h"
#include "userspace/ikev2/manager.h"

namespace spa::exchange {

// Public-key work that is finished later, by the clock.
struct EngineDelay {
  Duration wait{0};
};

// The clock as one router has it: the same as everybody's, but its own alarms are counted, and who
// is woken is known.
class RouterTimers final : public ports::Timers {
 public:
  explicit RouterTimers(FakeTimers& clock) : clock_(clock) {}
  [[nodiscard]] SteadyTime now() const override { return clock_.now(); }
  [[nodiscard]] WallTime wall() const override { return clock_.wall(); }
  [[nodiscard]] Id after(Duration delay, std::function<void()> callback) override;
  void cancel(Id id) override;
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

  std::function<void()> woken = [] {};  // before each alarm

 private:
  FakeTimers& clock_;
  std::set<Id> pending_;
};

// One end: configuration, ports and manager.
class Router {
 public:
  Router(FakeTimers& timers, FakeNetwork& network, FakePki& pki, const std::string& name,
         const std::string& address, const std::string& inside, const std::string& peer,
         const std::string& peer_inside, std::uint32_t first_spi);

  // Puts `config` and `rules` in force; makes the manager the first time.
  void start();
  // Crashes: everything is forgotten, and nobody is told.
  void crash() { manager.reset(); }
  // Crashes and begins anew at once: as a daemon that starts, it finds an empty data plane.
  void restart();
  // Traffic for the n-th rule.
  void traffic(std::size_t n = 0) { manager->on_acquire(rules.at(n).id, std::nullopt); }
  // The first CHILD SA is to be rekeyed, or has reached its end.
  void expire_first(bool hard);
  // A rule for one more network, 192.168.`third`.0/24 inside `left`.
  void add_line(unsigned third, bool inside_here);
  // The tunnel becomes one for whoever comes, under entry 20 of a dynamic crypto map (R-MAP-22).
  void answer_anybody();

  [[nodiscard]] policy::Ikev2Profile& profile() { return config.ikev2_profiles.at("PROFILE"); }
  [[nodiscard]] policy::CryptoMapEntry& entry() { return config.crypto_maps.at("MAP").entries[0]; }
  [[nodiscard]] policy::KeyringPeer& key() { return config.ikev2_keyrings.at("RING").peers[0]; }
  [[nodiscard]] ports::PolicyId rule_id() const { return rules.front().id; }
  void use_certificates(const std::string& subject);
  // The tunnel is IKEv1's: pre-shared key, AES-256, SHA-256, group 19; profile V1 admits the peer.
  void use_ikev1();
  void use_isakmp_certificates(const std::string& subject);
  [[nodiscard]] policy::IsakmpProfile& isakmp_profile() { return config.isakmp.profiles.at("V1"); }
  [[nodiscard]] policy::IsakmpKey& isakmp_key() {
    return config.isakmp.keyrings.at(policy::kDefaultKeyring).keys.at(0);
  }
  [[nodiscard]] std::size_t up() const;  // IKE SAs that are ready
  [[nodiscard]] std::vector<ike::IkeSaStatus> status() const { return manager->status(); }

  std::string name;
  IpAddress address;
  IpAddress peer_address;
  policy::Snapshot config;
  std::vector<ports::PolicyRule> rules;
  ikev2::Options options;
  EngineDelay engine_delay;
  bool has_kem = false;  // ML-KEM, as FakeKem does it
  RouterTimers timers;
  FakeDatagrams datagrams;
  FakeSaDatabase database;
  FakeCredentials credentials;
  FakeClientAddresses addresses;
  KeptLog log;
  std::uint32_t charge = 0;  // what the monitor of resources says
  std::shared_ptr<ike::CallAdmission> admission =
      std::make_shared<ike::CallAdmission>([this] { return charge; });
  std::unique_ptr<crypto::OpenSslEngine> engine;
  std::unique_ptr<FakeKem> kem;
  std::unique_ptr<ike::Dispatcher> manager;

 private:
  FakeNetwork& network_;
};

}  // namespace spa::exchange
