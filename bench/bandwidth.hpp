#pragma once

/// What this machine's memory gives, at the sizes of the rows: what a kernel's throughput is held
/// against.
///
/// For kernels with one output a row that is how fast the widest instruction set reads so many
/// bytes, again and again; for those with one an element, how fast it copies from one half of them
/// to the other: with and without prefetching and stores past the caches, whichever is faster.
/// Within the first cache the limit is the load ports, beyond the last one the memory.

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "bench/task.hpp"

namespace permdelta {

class bandwidth {
 public:
  /// The working set that so many bytes are held against: the nearest power of two from 4 KiB to
  /// 1 GiB.
  [[nodiscard]] static std::size_t size_class(std::size_t bytes) noexcept;

  /// Bytes read and written per second by plain loads and stores over a working set of that class.
  /// Measured when first asked for; 0 if there is no memory for it.
  [[nodiscard]] double of(outputs, std::size_t bytes);

  /// `read/16KiB: 230.1, copy/32KiB: 190.5`: what has been measured, in GB/s.
  [[nodiscard]] std::string measured() const;

 private:
  std::map<std::pair<bool, std::size_t>, double> by_class_;  // copy, bytes
};

}  // namespace permdelta
