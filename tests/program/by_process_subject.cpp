/// A Google Benchmark program that knows nothing of permdelta, for `permdelta ab --by-process`. It
/// does its name's last part as many hundredths of its work: by_process_subject_110 takes 10 %
/// longer than by_process_subject_100. With another word the case `faulty` is at fault in that way.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace {

std::string part;
std::int64_t share = 100;

// Each step waits for the last one.
void latency(benchmark::State& state) {
  std::uint64_t x = 1;
  for ([[maybe_unused]] auto _ : state) {
    for (std::int64_t i = 0; i < 20 * share; ++i) {
      x = x * 6364136223846793005U + 1;
      asm volatile("" : "+r"(x));
    }
  }
}

// Additions that wait for nothing.
void throughput(benchmark::State& state) {
  const std::vector<std::uint32_t> numbers(static_cast<std::size_t>(state.range(0)), 3);
  for ([[maybe_unused]] auto _ : state)
    for (std::int64_t i = 0; i < share; ++i) {
      auto sum = std::accumulate(numbers.begin(), numbers.end(), std::uint32_t{0});
      asm volatile("" : "+r"(sum) : "r"(numbers.data()) : "memory");
    }
}

void faulty(benchmark::State& state) {
  if (part == "fails") state.SkipWithError("enough");
  for ([[maybe_unused]] auto _ : state) {
    if (part == "exits") {
      std::fputs("a last word\n", stderr);
      std::_Exit(3);
    }
    if (part == "prints") std::puts("{\"benchmarks\": []}");
    while (part == "hangs") asm volatile("" : : : "memory");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argv[0];
  part = path.substr(path.rfind('_') + 1);
  if (part.find_first_not_of("0123456789") == std::string::npos) share = std::stol(part);
  benchmark::RegisterBenchmark("latency", latency);
  benchmark::RegisterBenchmark("throughput<int[4]{+}>", throughput)->Arg(1024)->UseRealTime();
  benchmark::RegisterBenchmark("faulty", faulty)->Iterations(2);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
