#pragma once

/// log and exp with the same bits on every platform.
///
/// A standard library rounds these as it likes: glibc, musl, libc++ and MSVC differ in the last
/// bit. The two here use nothing but + - * /, which IEEE 754 fixes, and the bits of a double. They
/// are within 1 ulp of the true value.

namespace permdelta {

/// The natural logarithm; -infinity at 0, NaN below.
[[nodiscard]] double portable_log(double x) noexcept;

/// e to the power x.
[[nodiscard]] double portable_exp(double x) noexcept;

}  // namespace permdelta
