#pragma once

/// What becomes of a kernel that is too slow for its study, or that throws: its row says so, and
/// the run goes on. A call that does not return can't be helped.

#include <chrono>
#include <memory>
#include <string>

#include "bench/reduction.hpp"

namespace permdelta {

/// The time of some calls, all together.
class call_time {
 public:
  explicit call_time(std::chrono::seconds limit) noexcept : limit_(limit) {}

  /// Calls `run`. Throws too_slow if the limit is passed then; and what `run` throws.
  template <class Run>
  void spend_on(const Run& run) {
    const auto begin = clock::now();
    run();
    spent_ += clock::now() - begin;
    ++calls_;
    if (spent_ > limit_) give_up();
  }

 private:
  using clock = std::chrono::steady_clock;

  [[noreturn]] void give_up() const;

  std::chrono::seconds limit_;
  clock::duration spent_{};
  std::size_t calls_ = 0;
};

/// Not a wrong result.
struct too_slow {
  std::string problem;
};

/// `run` as a study knows it, whose calls throw too_slow when they have taken longer than so long
/// together. It must outlive the result.
template <element T>
[[nodiscard]] reduction<T> limited(const reduction<T>& run, std::chrono::seconds limit) {
  const auto time = std::make_shared<call_time>(limit);
  const auto guarded = [&](const reduction<T>& each) {
    return reduction<T>([&each, time](std::span<const T> x, std::size_t rows, std::span<T> y) {
      time->spend_on([&] { each(x, rows, y); });
    });
  };
  reduction<T> result = guarded(run);
  if (run.in_parts)
    result.in_parts = [&run, time](std::span<const T> x, std::size_t parts, std::span<T> y) {
      time->spend_on([&] { run.in_parts(x, parts, y); });
    };
  for (const reduction<T>& each : run.by_isa) result.by_isa.push_back(guarded(each));
  result.fallback_rate = run.fallback_rate;
  return result;
}

}  // namespace permdelta
