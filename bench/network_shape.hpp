#pragma once

#include <compare>
#include <cstddef>

namespace permdelta {

/// The size of the network experiment (network.hpp).
struct network_shape {
  std::size_t rows = 64;
  std::size_t width = 256;  ///< features of a row
  std::size_t layers = 20;

  [[nodiscard]] std::size_t features() const noexcept { return rows * width; }
  [[nodiscard]] std::size_t weights() const noexcept { return 2 * layers * width * width; }
  friend auto operator<=>(const network_shape&, const network_shape&) = default;
};

}  // namespace permdelta
