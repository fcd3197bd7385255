#pragma once

/// What the functions of this library ask of a sample.

#include <cstdint>
#include <span>

namespace permdelta {

enum class allowed : std::uint8_t { finite, positive };  ///< positive ones are finite too

/// Throws std::invalid_argument if there is nothing in the sample, or anything but such numbers;
/// `name` is what the message calls it.
void require(std::span<const double> sample, allowed kind, const char* name);

}  // namespace permdelta
