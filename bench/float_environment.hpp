#pragma once

/// A kernel that leaves the rounding mode or flush-to-zero changed would spoil every row after its
/// own, those of other kernels, whose results would be called wrong.

#include <cfenv>

namespace permdelta {

/// The floating-point environment as it was, which comes back at the end of the scope.
class float_environment {
 public:
  float_environment() noexcept;
  ~float_environment();
  float_environment(const float_environment&) = delete;
  float_environment& operator=(const float_environment&) = delete;

  /// Whether numbers are rounded in another way, or subnormal ones lost, now that were not then.
  [[nodiscard]] bool changed() const noexcept;

 private:
  std::fenv_t saved_{};
  int rounding_;
  bool keeps_subnormals_;
};

}  // namespace permdelta
