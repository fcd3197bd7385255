#pragma once

/// How numbers of a run are shown to people: errors in scientific notation, an exact zero as `0`.

#include <string>

namespace permdelta {

/// So many digits, at most three behind the point, without an exponent: `0.123`, `65.3`.
[[nodiscard]] std::string significant(double value, int digits);

/// Nanoseconds in the fitting unit, four digits: `510.2 ns`, `1.176 us`, `27.80 ms`.
[[nodiscard]] std::string duration(double nanoseconds);

/// Bytes per second as GB/s, three digits.
[[nodiscard]] std::string gigabytes(double bytes);

/// `4.77e-07`; `0` is exact.
[[nodiscard]] std::string scientific(double value);

/// Whole numbers whole, as long as they fit; else three digits.
[[nodiscard]] std::string compact(double value);

/// Up to six digits.
[[nodiscard]] std::string count_text(double value);

/// All digits there are, as few as read back: for machines.
[[nodiscard]] std::string shortest(double value);

}  // namespace permdelta
