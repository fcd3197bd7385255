#pragma once

/// What is called for a study in the place of somebody's kernel: one that is too slow, or that
/// leaves the floating-point environment changed, has its row reported, and the run goes on. A call
/// that does not return can't be helped.

#include <chrono>
#include <functional>
#include <memory>

#include "bench/reduction.hpp"

namespace permdelta {

/// Some calls, and their time all together.
class guard {
 public:
  explicit guard(std::chrono::seconds limit) noexcept : limit_(limit) {}

  /// Throws row_error if the limit is passed after it, or the environment is another one, which
  /// comes back; and what `run` throws.
  void call(const std::function<void()>& run);

 private:
  std::chrono::seconds limit_;
  std::chrono::steady_clock::duration spent_{};
  std::size_t calls_ = 0;
};

/// `run` on one thread as a study knows it, every call of it guarded, with one limit for all. It
/// must outlive the result.
template <element T>
[[nodiscard]] reduction<T> guarded(const reduction<T>& run, std::chrono::seconds limit) {
  const auto with = std::make_shared<guard>(limit);
  const auto each_call = [&](const reduction<T>& other) {
    return reduction<T>([&other, with](std::span<const T> x, std::size_t rows, std::span<T> y) {
      with->call([&] { other(x, rows, y); });
    });
  };
  reduction<T> result = each_call(run);
  if (run.in_parts)
    result.in_parts = [&run, with](std::span<const T> x, std::size_t parts, std::span<T> y) {
      with->call([&] { run.in_parts(x, parts, y); });
    };
  for (const reduction<T>& other : run.by_isa) result.by_isa.push_back(each_call(other));
  if (run.fallback_rate)
    result.fallback_rate = [&run, with](std::span<const T> x, std::size_t rows) {
      double rate = 0;
      with->call([&] { rate = run.fallback_rate(x, rows); });
      return rate;
    };
  return result;
}

}  // namespace permdelta
