// SPDX-License-Identifier: Apache-2.0
// A world for two managers in one process: a clock that moves when told, a network that loses,
// doubles, delays and reorders by a seeded plan, SA databases that check that the keys of both ends
// meet crosswise.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "userspace/base/log.h"
#include "userspace/ports/client_addresses.h"
#include "userspace/ports/credentials.h"
#include "userspace/ports/datagrams.h"
#include "userspace/ports/sa_database.h"
#include "userspace/ports/timers.h"

namespace spa::exchange {

class FakeTimers final : public ports::Timers {
 public:
  [[nodiscard]] SteadyTime now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override {
    return WallTime(Duration(1'700'000'000'000) + now_.time_since_epoch());
  }
  [[nodiscard]] Id after(Duration delay, std::function<void()> callback) override;
  void cancel(Id id) override;

  // Runs what is due up to `until`, in order of time. False when nothing was due by then.
  bool step(SteadyTime until);
  void run_for(Duration span);
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  struct Entry {
    SteadyTime due;
    std::function<void()> callback;
  };
  SteadyTime now_{Duration(1'000'000)};
  Id next_ = 1;
  std::map<Id, Entry> pending_;
  std::set<std::pair<SteadyTime, Id>> order_;
};

// One datagram under way.
struct Packet {
  Endpoint from;
  Endpoint to;
  Bytes octets;
};

class FakeNetwork {
 public:
  using Receiver =
      std::function<void(const Endpoint& local, const Endpoint& remote, ByteView message)>;
  explicit FakeNetwork(FakeTimers& timers) : timers_(timers) {}

  void attach(const IpAddress& address, Receiver receiver) {
    receivers_[address] = std::move(receiver);
  }
  void send(Packet packet);
  // Hands a datagram to its receiver without passing the plan.
  void deliver(const Packet& packet);

  // Decides on the n-th datagram sent (from 0): how many copies arrive, each after how long.
  std::function<std::vector<Duration>(std::size_t n, const Packet& packet)> plan =
      [](std::size_t, const Packet&) { return std::vector<Duration>{Duration(5)}; };
  // Changes addresses on the way, as a NAT does.
  std::function<void(Packet&)> rewrite = [](Packet&) {};
  std::vector<Packet> sent;  // everything, lost or not

 private:
  FakeTimers& timers_;
  std::map<IpAddress, Receiver> receivers_;
};

class FakeDatagrams final : public ports::Datagrams {
 public:
  explicit FakeDatagrams(FakeNetwork& network) : network_(network) {}
  Status send(const Endpoint& local, const Endpoint& remote, ByteView message) override {
    network_.send({local, remote, to_bytes(message)});
    return {};
  }

 private:
  FakeNetwork& network_;
};

class FakeSaDatabase final : public ports::SaDatabase {
 public:
  explicit FakeSaDatabase(std::uint32_t first_spi) : next_spi_(first_spi) {}

  void set_listener(ports::SaDatabaseListener* listener) override { listener_ = listener; }
  [[nodiscard]] std::string name() const override { return "fake"; }
  [[nodiscard]] bool requires_udp_encapsulation() const override { return udp_only; }
  [[nodiscard]] bool supports(const ports::EspSuite& suite) const override {
    return suite.compression != wire::IpCompId::kLzs;
  }
  Status add_rule(const ports::PolicyRule&) override { return {}; }
  Status remove_rule(const ports::PolicyId&) override { return {}; }
  Result<std::uint32_t> allocate_spi(const IpAddress& local, const IpAddress& remote) override;
  void release_spi(const IpAddress& local, std::uint32_t spi) override;
  Result<std::uint16_t> allocate_cpi(const IpAddress&, const IpAddress&) override {
    reserved_cpis.insert(++next_cpi_);
    return next_cpi_;
  }
  void release_cpi(const IpAddress&, std::uint16_t cpi) override { reserved_cpis.erase(cpi); }
  Status add(const ports::SaPair& pair) override;
  Status add_inbound(const ports::SaPair& pair) override;
  Status remove(std::uint32_t spi_in) override;
  Result<ports::SaPairState> query(std::uint32_t spi_in) override;
  Status update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                          const Endpoint& remote) override;

  bool udp_only = false;
  bool refuse_adds = false;
  bool refuse_spis = false;
  std::map<std::uint32_t, ports::SaPair> pairs;   // by inbound SPI
  std::map<std::uint32_t, ports::SaPair> halves;  // inbound SAs alone
  std::set<std::uint32_t> reserved;
  std::set<std::uint16_t> reserved_cpis;
  ports::SaCounters in;  // of every SA
  ports::SaCounters out;
  std::size_t adds = 0;

 private:
  ports::SaDatabaseListener* listener_ = nullptr;
  std::uint32_t next_spi_;
  std::uint16_t next_cpi_ = 1000;
};

// The addresses of this host that came from peers, each with how often it was assigned.
class FakeClientAddresses final : public ports::ClientAddresses {
 public:
  Status assign(const std::string&, const IpAddress& address) override {
    ++held[address];
    return {};
  }
  void withdraw(const std::string&, const IpAddress& address) override {
    if (--held[address] == 0) held.erase(address);
  }
  std::map<IpAddress, int> held;
};

// Empty when every SA of one end has its counterpart at the other with the same keys, algorithms
// and mirrored selectors; otherwise what is wrong.
[[nodiscard]] std::string mismatch(const FakeSaDatabase& a, const FakeSaDatabase& b);

// Certificates without ASN.1: a registry of names and real keys that both ends share.
class FakePki {
 public:
  struct Entry {
    std::string subject;
    std::string ca;
    std::vector<policy::Identity> names;
    int key_number = 0;
    Bytes serial;
    std::string bad;                                // why it is refused, if it is
    std::shared_ptr<const crypto::PrivateKey> own;  // where a test wants another kind of key
    // RSA, made when it is needed first, once for all tests.
    [[nodiscard]] const crypto::PrivateKey& key() const;
  };
  void issue(const std::string& subject, const std::string& ca, std::vector<policy::Identity> names,
             int key_number);
  [[nodiscard]] const Entry* find(ByteView certificate) const;
  std::map<std::string, Entry> entries;  // by subject
};

class FakeCredentials final : public ports::Credentials {
 public:
  FakeCredentials(FakePki& pki, FakeTimers& timers) : pki_(pki), timers_(timers) {}
  Result<ports::LocalCertificate> local(const std::string& trustpoint) override;
  std::vector<Bytes> ca_key_hashes(const std::vector<std::string>& trustpoints) override;
  std::vector<Bytes> ca_names(const std::vector<std::string>& trustpoints) override;
  void validate(const std::vector<Bytes>& chain, const std::vector<std::string>& trustpoints,
                std::function<void(Result<ports::PeerCertificate>)> done) override;
  bool matches(const ports::PeerCertificate& peer, const std::string& map) override;
  // Of "CN=Test CA,O=Example".
  std::vector<std::pair<std::string, std::string>> name_attributes(ByteView der) override;

  // Trustpoint -> CA it trusts and the subject of our certificate in it (may be empty).
  struct Point {
    std::string ca;
    std::string own;
  };
  std::map<std::string, Point> points;
  std::map<std::string, std::string> maps;  // certificate map -> part of the subject
  Duration delay{0};                        // 0: answers at once
  bool check_revocation = true;

 private:
  [[nodiscard]] Result<ports::PeerCertificate> judge(const std::vector<Bytes>& chain,
                                                     const std::vector<std::string>& trustpoints);
  FakePki& pki_;
  FakeTimers& timers_;
};

// Keeps lines, to be searched by tests.
class KeptLog final : public LogSink {
 public:
  void write(const LogRecord& record) override;
  void debug(const DebugRecord& record) override;
  [[nodiscard]] bool debugging(std::string_view) const override { return watched; }
  [[nodiscard]] bool has(std::string_view part) const;
  // What somebody reads who watches these streams in a form; what goes on with the line before
  // begins with a plus sign.
  [[nodiscard]] std::vector<std::string> watch(DebugForm form,
                                               const std::set<std::string>& streams) const;

  bool watched = true;     // debugging is on
  bool all_forms = false;  // keep what watch() needs
  std::size_t events = 0;  // of debugging
  std::vector<std::string> lines;

 private:
  struct Told {
    std::string stream;
    std::map<DebugForm, DebugLines> forms;
  };
  std::vector<Told> told_;
};

}  // namespace spa::exchange
