#pragma once

/// Memory for inputs and outputs, on the boundary of a cache line: a vector as wide as a line would
/// else straddle two with every load, and the row would measure that.

#include <cstddef>
#include <new>
#include <vector>

namespace permdelta {

inline constexpr std::size_t alignment = 64;  // bytes

template <class T>
struct line_allocator {
  using value_type = T;
  static constexpr std::align_val_t line{alignment};

  line_allocator() = default;
  template <class U>
  line_allocator(const line_allocator<U>&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), line));
  }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, line); }
  friend bool operator==(line_allocator, line_allocator) noexcept { return true; }
};

template <class T>
using aligned_vector = std::vector<T, line_allocator<T>>;

}  // namespace permdelta
