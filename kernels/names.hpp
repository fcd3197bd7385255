#pragma once

/// @file
/// The axes of the catalog and their spelling. Every name that is printed, parsed or documented
/// comes from here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace permdelta {

/// What is computed. permdelta.hpp defines each.
enum class operation : std::uint8_t { sum, mean, layernorm, rmsnorm, softmax };
/// How the terms of a sum are added. The README has a table of them.
enum class method : std::uint8_t { sequential, pairwise, kahan, lane_split, exact };
/// What an array consists of: double, float, and the two types of 16 bits in element.hpp.
enum class element_type : std::uint8_t { fp64, fp32, fp16, bf16 };
/// The instruction sets that kernels are compiled for; avx2 is with FMA and F16C, avx512 with F,
/// CD, DQ and BW.
enum class isa : std::uint8_t { sse2, avx2, avx512, neon64 };

/// The spellings of an axis, in the order of its enumerators.
template <class Axis>
inline constexpr std::array<std::string_view, 0> names_of{};

template <>
inline constexpr std::array names_of<operation>{
    std::string_view{"sum"}, std::string_view{"mean"}, std::string_view{"layernorm"},
    std::string_view{"rmsnorm"}, std::string_view{"softmax"}};
template <>
inline constexpr std::array names_of<method>{
    std::string_view{"sequential"}, std::string_view{"pairwise"}, std::string_view{"kahan"},
    std::string_view{"lane_split"}, std::string_view{"exact"}};
template <>
inline constexpr std::array names_of<element_type>{
    std::string_view{"fp64"}, std::string_view{"fp32"}, std::string_view{"fp16"},
    std::string_view{"bf16"}};
template <>
inline constexpr std::array names_of<isa>{std::string_view{"sse2"}, std::string_view{"avx2"},
                                          std::string_view{"avx512"}, std::string_view{"neon64"}};

/// How it is spelled.
template <class Axis>
[[nodiscard]] constexpr std::string_view name(Axis value) noexcept {
  return names_of<Axis>[static_cast<std::size_t>(value)];
}

/// The enumerator spelled `text`, if there is one.
template <class Axis>
[[nodiscard]] constexpr std::optional<Axis> from_name(std::string_view text) noexcept {
  for (std::size_t i = 0; i < names_of<Axis>.size(); ++i)
    if (names_of<Axis>[i] == text) return static_cast<Axis>(i);
  return std::nullopt;
}

}  // namespace permdelta
