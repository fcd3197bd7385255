#pragma once

/// Student's distribution.

namespace permdelta {

/// The t with P(|T| <= t) = confidence, T of Student's distribution with that many degrees of
/// freedom, whole or not. Relative error below 1e-5 for 1 to 1e6 degrees and confidences
/// from 0.5 to 0.999. Throws std::invalid_argument unless degrees >= 1 and 0 < confidence < 1.
[[nodiscard]] double student_t(double degrees, double confidence);

}  // namespace permdelta
