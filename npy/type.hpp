#pragma once

/// How NumPy spells the types of elements.

#include <bit>
#include <cstdint>
#include <string_view>

#include "kernels/element.hpp"

namespace permdelta {

static_assert(std::endian::native == std::endian::little, "elements are read and written as is");

template <class T>
inline constexpr std::string_view descr_of = "";
template <>
inline constexpr std::string_view descr_of<double> = "<f8";
template <>
inline constexpr std::string_view descr_of<float> = "<f4";
template <>
inline constexpr std::string_view descr_of<fp16> = "<f2";
template <>
inline constexpr std::string_view descr_of<std::int64_t> = "<i8";
template <>
inline constexpr std::string_view descr_of<std::int32_t> = "<i4";
template <>
inline constexpr std::string_view descr_of<std::uint64_t> = "<u8";
template <>
inline constexpr std::string_view descr_of<std::uint32_t> = "<u4";

}  // namespace permdelta
