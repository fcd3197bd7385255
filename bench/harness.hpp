#pragma once

/// @file
/// permdelta's harness as a library: a kernel of your own beside the built-in ones.
///
///     #include <permdelta/bench/harness.hpp>
///     #include <numeric>
///
///     float my_sum(std::span<const float> x) { return std::accumulate(x.begin(), x.end(), 0.0F); }
///
///     int main(int argc, char** argv) {
///       permdelta::register_kernel<float>("my_sum", permdelta::operation::sum, my_sum);
///       return permdelta::bench_main(argc, argv);
///     }
///
/// The program is `bench` with rows such as sum/my_sum/fp32/normal/n:4096 among its others: with
/// the same grid, flags, validation, counters and JSON. What is measured runs in the thread that
/// called bench_main, and in no other one at the same time.

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "subject.hpp"

#ifdef __FAST_MATH__
#error "permdelta measures what an order does to a result: -ffast-math lets the compiler change it"
#endif

namespace permdelta {

/// What bench_main returns.
enum exit_code : int {
  success = 0,
  failure = 1,    ///< a kernel's result was wrong, or it threw, or output could not be written; not
                  ///< that one was too slow for its study, which is an error in its row alone
  bad_usage = 2,  ///< of the command line
  nothing_matched = 3,  ///< no row has a name that the filter matches
};

/// Adds a kernel to those that bench_main measures. Not from several threads at a time. Throws
/// std::invalid_argument if its method can't be part of a row's name; if there is a kernel already
/// whose rows would have its names: of the same task, method and type, and not of another
/// instruction set; if it has no function; if it has no thread, or several and `on_workers` too.
void register_kernel(subject);

/// The same for each of the types: `run`, copied for each, is a function of spans of any of them,
/// of one of the forms of `reduction`: T run(x), run(x, y), run(x, rows, y).
template <element... Types, class Run>
void register_kernel(const std::string& method, const task& what, Run run) {
  static_assert(sizeof...(Types) > 0,
                "say for which element types: register_kernel<float, double>(...)");
  static_assert(std::copy_constructible<Run>, "a kernel is copied: once for each type, at least");
  constexpr bool fits = (std::constructible_from<reduction<Types>, Run> && ...);
  static_assert(fits,
                "a kernel is a function T(std::span<const T> x), void(std::span<const T> x, "
                "std::span<T> y) or void(std::span<const T> x, std::size_t rows, std::span<T> y), "
                "for each of the types T, and returns no other type than T");
  if constexpr (fits)  // else the compiler would list all that it tried
    (register_kernel(subject{.task = what, .method = method, .run = reduction<Types>(run)}), ...);
}

/// The whole program: reads the command line, runs the rows that it asks for, of the kernels of the
/// catalog and those that were registered, and reports them. Returns an exit_code.
[[nodiscard]] int bench_main(int argc, char** argv);

/// The same of these kernels and no others, which are checked as if they were registered. (But
/// `--list_kernels` prints the catalog.)
[[nodiscard]] int bench_main(int argc, char** argv, const std::vector<subject>& kernels);

}  // namespace permdelta
