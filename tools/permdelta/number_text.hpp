#pragma once

#include <string>

#include "kernels/element.hpp"

namespace permdelta {

/// The shortest decimal number that reads back as `value` of its type, of bf16, which others lack,
/// as a float; `inf`, `-inf`, `nan`.
template <element T>
[[nodiscard]] std::string decimal_text(T value);

/// As Python's float.hex writes it, and float.fromhex reads it.
[[nodiscard]] std::string hexadecimal_text(double value);

}  // namespace permdelta
