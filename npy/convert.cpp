#include <algorithm>
#include <cmath>
#include <string>
#include <variant>

#include "npy/npy.hpp"

namespace permdelta {
namespace {

struct loss {
  std::size_t overflowed = 0;
  std::size_t rounded = 0;
};

template <element T>
loss loss_of(const npy_array& array) noexcept {
  loss of;
  const auto count = [&](const auto& values) {
    for (const auto each : values) {
      const double value = to_double(each);
      const double stored = to_double(from_double<T>(value));
      if (stored != value) ++(std::isinf(stored) ? of.overflowed : of.rounded);
    }
  };
  std::visit(count, array.values);
  return of;
}

loss loss_of(const npy_array& array, element_type type) noexcept {
  switch (type) {
    case element_type::fp64:
      return loss_of<double>(array);
    case element_type::fp32:
      return loss_of<float>(array);
    case element_type::fp16:
      return loss_of<fp16>(array);
    case element_type::bf16:
      return loss_of<bf16>(array);
  }
  __builtin_unreachable();
}

}  // namespace

std::string conversion_loss(const npy_array& array, element_type type) {
  const auto [overflowed, rounded] = loss_of(array, type);
  if (overflowed + rounded == 0) return {};
  return "of " + std::to_string(array.rows() * array.n()) + " elements, " +
         std::to_string(overflowed) + " overflow " + std::string(name(type)) + " and " +
         std::to_string(rounded) + " are rounded";
}

template <element T>
void convert(const npy_array& from, std::span<T> to) noexcept {
  const auto round = [](auto value) { return from_double<T>(to_double(value)); };
  std::visit([&](const auto& values) { std::ranges::transform(values, to.begin(), round); },
             from.values);
}

template void convert(const npy_array&, std::span<double>) noexcept;
template void convert(const npy_array&, std::span<float>) noexcept;
template void convert(const npy_array&, std::span<fp16>) noexcept;
template void convert(const npy_array&, std::span<bf16>) noexcept;

}  // namespace permdelta
