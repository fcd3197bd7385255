#pragma once

/// Memory in which a kernel that reads or writes one element too many is caught: by the MMU in
/// every build, by AddressSanitizer in the heap, by sentinels around outputs.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include "kernels/element.hpp"

namespace permdelta::test {

/// A copy of `x` in a heap block that ends where the copy ends, `shift` elements behind the
/// allocator's alignment. What lies before it are NaNs: used by mistake, they show.
template <element T>
class heap_block {
 public:
  heap_block(std::span<const T> x, T nan, std::size_t shift)
      : block_(new T[shift + x.size()]), data_(block_.get() + shift, x.size()) {
    std::fill_n(block_.get(), shift, nan);
    std::copy(x.begin(), x.end(), data_.begin());
  }
  [[nodiscard]] std::span<T> data() const noexcept { return data_; }

 private:
  std::unique_ptr<T[]> block_;
  std::span<T> data_;
};

enum class edge { front, back };

/// A copy of `x` whose first or last element lies at the edge of a page that can't be touched.
template <element T>
class fenced_block {
 public:
  fenced_block(std::span<const T> x, edge at) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = x.size_bytes();
    const std::size_t middle = std::max<std::size_t>(1, (bytes + page - 1) / page) * page;
    size_ = middle + 2 * page;
    mapping_ = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping_ == MAP_FAILED) throw std::bad_alloc();
    auto* const first = static_cast<std::byte*>(mapping_) + page;
    mprotect(first, middle, PROT_READ | PROT_WRITE);
    std::byte* const start = at == edge::front ? first : first + middle - bytes;
    data_ = {reinterpret_cast<T*>(start), x.size()};
    std::copy(x.begin(), x.end(), data_.begin());
  }
  fenced_block(const fenced_block&) = delete;
  fenced_block& operator=(const fenced_block&) = delete;
  ~fenced_block() { munmap(mapping_, size_); }
  [[nodiscard]] std::span<T> data() const noexcept { return data_; }

 private:
  void* mapping_;
  std::size_t size_;
  std::span<T> data_;
};

}  // namespace permdelta::test
