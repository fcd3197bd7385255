#pragma once

/// A kernel that leaves the rounding mode or flush-to-zero changed would spoil what comes after it:
/// references, and the rows of other kernels, whose results would be called wrong.

#include <array>
#include <cfenv>
#include <string_view>

namespace permdelta {

inline constexpr std::string_view changed_environment =
    "it left the rounding mode or flush-to-zero changed";

/// The floating-point environment as it was, which comes back at the end of the scope.
class float_environment {
 public:
  float_environment() noexcept;
  ~float_environment();
  float_environment(const float_environment&) = delete;
  float_environment& operator=(const float_environment&) = delete;

  /// Whether it is as IEEE 754 has it: rounding to nearest, subnormal numbers kept.
  [[nodiscard]] static bool is_default() noexcept;

  /// Whether additions are rounded in another way now than then, or other subnormal numbers lost.
  [[nodiscard]] bool changed() const noexcept;

 private:
  // What comes of some additions and divisions that tell: asking the registers misses what a
  // library does not know of, and x86 has two of them.
  using answers = std::array<double, 8>;
  [[nodiscard]] static answers ask() noexcept;

  std::fenv_t saved_{};
  answers then_;
};

}  // namespace permdelta
