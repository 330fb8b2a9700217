// SPDX-License-Identifier: Apache-2.0
// The router's language with many peers: reading a configuration, printing it, replacing it with
// one line changed, and the screens of thousands of SAs. Google Benchmark measures; the table at
// the end holds each against what was asked for.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/many_peers.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"

namespace spa::bench {
namespace {

using config::Configuration;
using config::FakeBackend;
using config::many_peers;
using config::Session;

struct Loaded {
  explicit Loaded(int peers) : configuration(backend, "") {
    configuration.load(many_peers(peers)).value();
    session.execute("terminal length 0");
  }
  FakeBackend backend;
  Configuration configuration;
  Session session{configuration, true};
};

void load(benchmark::State& state) {
  const std::string text = many_peers(static_cast<int>(state.range(0)));
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

// All of a screen, piece by piece as it is sent, and how long the first lines take.
void show(benchmark::State& state, const char* line, config::OutputFormat format) {
  const int peers = static_cast<int>(state.range(0));
  Loaded loaded(peers);
  config::establish(loaded.backend, peers);
  loaded.session.listen({{}, {}, true});
  std::size_t size = 0, largest = 0;
  std::chrono::duration<double, std::milli> first{};
  for (auto _ : state) {
    const auto begun = std::chrono::steady_clock::now();
    config::Output output = loaded.session.execute(line, format);
    if (output.rejection) state.SkipWithError("refused");
    size = output.text.size() + output.json.size();
    largest = size;
    bool more = static_cast<bool>(output.rest);
    while (more) {
      std::string piece;
      more = output.rest(piece);
      if (size == 0) first += std::chrono::steady_clock::now() - begun;
      size += piece.size();
      largest = std::max(largest, piece.size());
    }
    if (size < static_cast<std::size_t>(peers) * 20) state.SkipWithError("it is not shown");
  }
  state.counters["MB"] = static_cast<double>(size) / 1e6;
  state.counters["piece_kB"] = static_cast<double>(largest) / 1e3;
  if (first.count() > 0)
    state.counters["first_ms"] = first.count() / static_cast<double>(state.iterations());
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
        lines_ += run.benchmark_name() + ": " +
                  std::to_string(run.GetAdjustedRealTime() / wanted->second) +
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
