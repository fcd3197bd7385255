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

#include "bench/aligned.hpp"
#include "kernels/element.hpp"
#include "kernels/names.hpp"

namespace permdelta {

enum class distribution : std::uint8_t { normal, fixed, pareto, lognormal, cancel };

template <>
inline constexpr std::array names_of<distribution>{
    std::string_view{"normal"}, std::string_view{"fixed"}, std::string_view{"pareto"},
    std::string_view{"lognormal"}, std::string_view{"cancel"}};

/// n finite elements of a distribution. The values depend on the distribution, n, the seed and T
/// alone.
template <element T>
[[nodiscard]] std::vector<T> make_input(distribution, std::size_t n, std::uint64_t seed);

/// Several rows of n, one after the other: the first is that one, the others are drawn likewise.
template <element T>
[[nodiscard]] aligned_vector<T> make_input_rows(distribution, std::size_t rows, std::size_t n,
                                                std::uint64_t seed);

/// The exact sum of make_input<T>(distribution::cancel, n, seed), which is a double.
template <element T>
[[nodiscard]] double cancel_sum(std::size_t n, std::uint64_t seed);

}  // namespace permdelta
