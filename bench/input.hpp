#pragma once

/// Where the elements of a row come from.
///
/// Inputs are deterministic to the last bit for one seed, on every platform and standard library:
/// drawn in double by arithmetic that IEEE 754 fixes (portable_math.hpp), then rounded to T once.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/names.hpp"

namespace permdelta {

enum class distribution : std::uint8_t { normal, fixed, pareto, lognormal, cancel };

template <>
inline constexpr std::array names_of<distribution>{
    std::string_view{"normal"}, std::string_view{"fixed"}, std::string_view{"pareto"},
    std::string_view{"lognormal"}, std::string_view{"cancel"}};

/// n finite elements of a distribution, as doubles. The values depend on the distribution, n, the
/// seed and the element type alone.
[[nodiscard]] std::vector<double> draw(distribution, std::size_t n, std::uint64_t seed,
                                       element_type);

/// Several rows of n, one after the other: the first is that one, the others are drawn likewise.
[[nodiscard]] std::vector<double> draw_rows(distribution, std::size_t rows, std::size_t n,
                                            std::uint64_t seed, element_type);

/// The exact sum of draw(distribution::cancel, n, seed, type), which is a double.
[[nodiscard]] double cancel_sum(std::size_t n, std::uint64_t seed, element_type);

}  // namespace permdelta
