// SPDX-License-Identifier: Apache-2.0
// The router's language with many peers: reading a configuration, printing it, replacing it with one
// line changed, and the screens of thousands of SAs. Google Benchmark measures; the table at the end
// holds each against what was asked for.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"

namespace spa::bench {
namespace {

using config::Configuration;
using config::FakeBackend;
using config::Session;

// 10.0.0.0 and so many addresses further.
std::string address(int n) {
  return "10." + std::to_string(n >> 16) + "." + std::to_string(n >> 8 & 255) + "." +
         std::to_string(n & 255);
}

// A router of so many peers, each with a key, an access list and an entry of the crypto map.
std::string router(int peers) {
  std::string out = "hostname hub\ncrypto isakmp policy 10\n encryption aes 256\n hash sha256\n"
                    " authentication pre-share\n group 14\n"
                    "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n";
  for (int i = 1; i <= peers; ++i) {
    const std::string n = std::to_string(i), peer = address(i);
    out += "crypto isakmp key secret" + n + " address " + peer + "\ncrypto map hub " + n +
           " ipsec-isakmp\n set peer " + peer + "\n set transform-set T\n match address A" + n +
           "\nip access-list extended A" + n + "\n permit ip 192.168.0.0 0.0.255.255 host " +
           address(0x100000 + i) + "\n";
  }
  return out + "interface Ethernet0\n ip address 10.255.255.1 255.0.0.0\n crypto map hub\nend\n";
}

policy::TrafficSelector selector(const std::string& prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value());
}

// One tunnel with each peer.
void establish(FakeBackend& backend, int peers) {
  for (int i = 1; i <= peers; ++i) {
    ike::ChildSaStatus child;
    child.id = static_cast<std::uint32_t>(198 + 2 * i);
    child.spi_in = 0x10000000u + static_cast<std::uint32_t>(i);
    child.spi_out = 0x20000000u + static_cast<std::uint32_t>(i);
    child.rule = {"hub", static_cast<std::uint32_t>(i), 1};
    child.suite.cipher = wire::EncrId::kAesCbc;
    child.suite.integrity = wire::IntegId::kHmacSha256_128;
    child.selectors_local = {selector("192.168.0.0/16")};
    child.selectors_remote = {selector(address(0x100000 + i) + "/32")};
    child.lifetime = {3600, 4608000};
    child.remaining_seconds = 3000;
    child.local = {IpAddress::parse("10.255.255.1").value(), 500};
    child.remote = {IpAddress::parse(address(i)).value(), 500};
    ike::IkeSaStatus sa;
    sa.id = static_cast<std::uint32_t>(i);
    sa.version = 1;
    sa.state = ike::IkeSaState::kReady;
    sa.isakmp_state = "QM_IDLE";
    sa.local = child.local;
    sa.remote = child.remote;
    sa.children = {child};
    backend.states[child.spi_in] = {};
    backend.sas.push_back(std::move(sa));
  }
}

struct Loaded {
  explicit Loaded(int peers) : configuration(backend, "") {
    configuration.load(router(peers)).value();
    session.execute("terminal length 0");
  }
  FakeBackend backend;
  Configuration configuration;
  Session session{configuration, true};
};

void load(benchmark::State& state) {
  const std::string text = router(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    FakeBackend backend;
    Configuration configuration(backend, "");
    const auto messages = configuration.load(text);
    if (!messages || !messages->empty()) state.SkipWithError("a line was refused");
  }
}

void print(benchmark::State& state) {
  Loaded loaded(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(loaded.configuration.running_config());
}

// One more line where thousands are: what an operator waits for at the prompt.
void add_a_line(benchmark::State& state) {
  Loaded loaded(static_cast<int>(state.range(0)));
  loaded.session.execute("configure terminal");
  int key = 0;
  for (auto _ : state) {
    const auto output = loaded.session.execute("crypto isakmp key other" + std::to_string(++key) +
                                               " address 172.16.0.1");
    if (output.rejection) state.SkipWithError("refused");
  }
}

void show(benchmark::State& state, const char* line, config::OutputFormat format) {
  const int peers = static_cast<int>(state.range(0));
  Loaded loaded(peers);
  establish(loaded.backend, peers);
  std::size_t size = 0;
  for (auto _ : state) {
    const auto output = loaded.session.execute(line, format);
    size = output.text.size() + output.json.size();
    if (output.rejection || size < static_cast<std::size_t>(peers) * 20)
      state.SkipWithError("it is not shown");
  }
  state.counters["MB"] = static_cast<double>(size) / 1e6;
}

void show_ipsec_sa(benchmark::State& s) {
  show(s, "show crypto ipsec sa", config::OutputFormat::kText);
}
void show_ipsec_sa_json(benchmark::State& s) {
  show(s, "show crypto ipsec sa", config::OutputFormat::kJson);
}
void show_isakmp_sa(benchmark::State& s) {
  show(s, "show crypto isakmp sa", config::OutputFormat::kText);
}
void show_session(benchmark::State& s) {
  show(s, "show crypto session", config::OutputFormat::kText);
}
void show_crypto_map(benchmark::State& s) {
  show(s, "show crypto map", config::OutputFormat::kText);
}

BENCHMARK(load)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(print)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(add_a_line)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(show_isakmp_sa)->Arg(8000)->Unit(benchmark::kMillisecond);
BENCHMARK(show_ipsec_sa)->Arg(8000)->Unit(benchmark::kMillisecond);
BENCHMARK(show_ipsec_sa_json)->Arg(8000)->Unit(benchmark::kMillisecond);
BENCHMARK(show_session)->Arg(8000)->Unit(benchmark::kMillisecond);
BENCHMARK(show_crypto_map)->Arg(8000)->Unit(benchmark::kMillisecond);

// Milliseconds that each may take.
const std::map<std::string, double> kWanted = {{"load/1000", 1000}, {"load/10000", 10000}};

class Ratios : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs)
      if (const auto wanted = kWanted.find(run.benchmark_name()); wanted != kWanted.end())
        lines_ += run.benchmark_name() + ": " + std::to_string(run.GetAdjustedRealTime() / wanted->second) +
                  " of the time that it may take\n";
  }
  void Finalize() override { std::fputs(lines_.c_str(), stdout); }

 private:
  std::string lines_;
};

}  // namespace
}  // namespace spa::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  spa::bench::Ratios ratios;
  benchmark::RunSpecifiedBenchmarks(&ratios);
  return 0;
}
