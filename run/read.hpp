#pragma once

/// Google Benchmark's JSON files, those of 1.7.1 to 1.9 and ours.

#include <stdexcept>
#include <string>
#include <string_view>

#include "run/benchmark_run.hpp"

namespace permdelta {

/// A file is no benchmark's. what() is one line that names the file, and where in it what is wrong.
class run_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads a file. The repetitions of a benchmark become one row; of a benchmark that the file has
/// aggregates of only, the median is taken (or else the mean) as its one repetition. Benchmarks of
/// one name are one row, with the repetitions of all of them. Rows of fitted complexity are left
/// out. Older versions of the library write bare NaN and Infinity, which are no JSON: they count as
/// missing, and a warning says how many there were.
///
/// Throws run_error: no such file, not JSON, a name twice in one object, a field of another type,
/// no `benchmarks`.
[[nodiscard]] benchmark_run read_run(const std::string& path);

/// The same of a text; `path` is its name in messages.
[[nodiscard]] benchmark_run parse_run(std::string_view text, const std::string& path);

}  // namespace permdelta
