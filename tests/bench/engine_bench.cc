// SPDX-License-Identifier: Apache-2.0
// Throughput of the ESP engine on one core, next to what its libraries do by themselves, in one
// run. Google Benchmark measures; the table at the end puts the contenders side by side.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include "tests/bench/workload.h"

namespace spa::bench {
namespace {

struct Entrant {
  const char* name;
  MakeContender make;
};

constexpr Entrant kEntrants[] = {
    {"engine-seal", make_engine_seal},       {"engine-open", make_engine_open},
    {"engine-packet", make_engine_packet},
#ifdef SPA_HAVE_IPSEC_MB
    {"bare-ipsec-mb", make_bare_ipsec_mb},
#endif
    {"openssl-reused", make_openssl_reused}, {"openssl-fresh", make_openssl_fresh},
};

// Making 100,000 SAs takes longer than measuring them, so the four lengths share one contender.
Contender* contender(const Entrant& entrant, const Suite& suite, std::uint32_t sas) {
  static std::string made_for;
  static std::unique_ptr<Contender> made;
  const std::string wanted =
      std::string(entrant.name) + "/" + suite.name + "/" + std::to_string(sas);
  if (wanted != made_for) {
    made.reset();
    made = entrant.make(suite, sas);
    made_for = wanted;
  }
  return made.get();
}

// Of this thread: what others do on the machine is not ours.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Reading that clock is a system call, which a burst of short packets would feel.
double cost_of_clock() {
  double least = 1;
  for (int i = 0; i < 10000; ++i) {
    const double start = cpu_seconds();
    least = std::min(least, cpu_seconds() - start);
  }
  return least;
}

void measure(benchmark::State& state, const Entrant& entrant, const Suite& suite, std::uint32_t sas,
             std::size_t length) {
  Contender* one = contender(entrant, suite, sas);
  if (!one) {
    state.SkipWithError("not here");
    return;
  }
  // One count for all: a window of an SA takes no number twice, whatever the length.
  static std::uint64_t sequence = 0;
  static const double clock_cost = cost_of_clock();
  Workload workload(suite, sas, length);
  for (auto _ : state) {
    const std::span<Packet> burst = workload.next(sequence);
    one->prepare(burst);
    const double start = cpu_seconds();
    const bool good = one->run(burst);
    state.SetIterationTime(std::max(cpu_seconds() - start - clock_cost, 1e-9));
    if (!good) {
      state.SkipWithError("a packet failed");
      return;
    }
  }
  const auto packets = static_cast<double>(state.iterations() * static_cast<long>(kBurst));
  state.counters["Gbit/s"] =
      benchmark::Counter(packets * static_cast<double>(length) * 8e-9, benchmark::Counter::kIsRate);
  state.counters["ns/packet"] =
      benchmark::Counter(packets * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// One row for suite, length and number of SAs; one column for every contender.
class RatioTable final : public benchmark::ConsoleReporter {
 public:
  using Row = std::map<std::string, double>;

  void ReportRuns(const std::vector<Run>& runs) override {
    benchmark::ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const auto found = run.counters.find("Gbit/s");
      const std::string& name = run.run_name.function_name;
      const std::size_t cut = name.find('/');
      if (found == run.counters.end() || cut == std::string::npos) continue;
      if (rows_.find(name.substr(cut + 1)) == rows_.end()) order_.push_back(name.substr(cut + 1));
      rows_[name.substr(cut + 1)][name.substr(0, cut)] = found->second;
    }
  }

  void Finalize() override {
    std::printf("\nGbit/s of payload on one core, and what they are to engine-seal (1.00)\n%-32s",
                "suite/octets/SAs");
    for (const Entrant& entrant : kEntrants) std::printf(" %15s", entrant.name);
    for (const std::string& name : order_) {
      std::printf("\n%-32s", name.c_str());
      Row& row = rows_[name];
      for (const Entrant& entrant : kEntrants) {
        const double value = row[entrant.name];
        std::printf("   %6.2f (%4.2f)", value,
                    row["engine-seal"] > 0 ? value / row["engine-seal"] : 0.0);
      }
    }
    std::printf("\n");
  }

 private:
  std::map<std::string, Row> rows_;
  std::vector<std::string> order_;
};

void register_all() {
  for (const Suite& suite : kSuites)
    for (const std::uint32_t sas : kSaCounts)
      for (const Entrant& entrant : kEntrants)
        for (const std::size_t length : kLengths) {
          const std::string name = std::string(entrant.name) + "/" + suite.name + "/" +
                                   std::to_string(length) + "/" + std::to_string(sas);
          benchmark::RegisterBenchmark(name.c_str(), [&entrant, &suite, sas,
                                                      length](benchmark::State& state) {
            measure(state, entrant, suite, sas, length);
          })->UseManualTime();
        }
}

}  // namespace
}  // namespace spa::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  spa::bench::register_all();
  spa::bench::RatioTable table;
  benchmark::RunSpecifiedBenchmarks(&table);
  return 0;
}
