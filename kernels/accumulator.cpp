#include "kernels/exact/accumulator.hpp"

#include <variant>

#include "kernels/catalog.hpp"
#include "kernels/parts.hpp"

namespace permdelta {
namespace {

// The sum of the method `exact` by the widest instruction set, unrounded.
template <element T>
void add_to(superaccumulator<compute_t<T>>& sum, std::span<const T> x) noexcept {
  static const auto exact_sum = std::get<kernel_function<T>>(
      find_kernel(operation::sum, method::exact, element_type_of<T>, best_isa())->run);
  partial_sum<compute_t<T>> part{0, sum};
  sum_part<T>(exact_sum, terms::elements, x, 0, part);
  sum = part.exactly;
  canonicalize(sum);
}

}  // namespace

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::add(C x) noexcept {
  permdelta::add(sum_, x);
  canonicalize(sum_);
}

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::add(std::span<const C> x) noexcept {
  add_to<C>(sum_, x);
}

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::add(fp16 x) noexcept requires std::same_as<C, float> {
  if constexpr (std::same_as<C, float>) permdelta::add(sum_, x);  // Clang 14 instantiates it always
  canonicalize(sum_);
}

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::add(std::span<const fp16> x) noexcept requires std::same_as<C, float> {
  if constexpr (std::same_as<C, float>) add_to<fp16>(sum_, x);  // Clang 14 instantiates it always
}

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::add(bf16 x) noexcept requires std::same_as<C, float> {
  if constexpr (std::same_as<C, float>) permdelta::add(sum_, x);
  canonicalize(sum_);
}

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::add(std::span<const bf16> x) noexcept requires std::same_as<C, float> {
  if constexpr (std::same_as<C, float>) add_to<bf16>(sum_, x);
}

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::merge(const exact_accumulator& other) noexcept {
  permdelta::merge(sum_, other.sum_);
  canonicalize(sum_);
}

template <class C>
requires std::same_as<C, double> || std::same_as<C, float>
void exact_accumulator<C>::negate() noexcept {
  permdelta::negate(sum_);
}

template class exact_accumulator<double>;
template class exact_accumulator<float>;

}  // namespace permdelta
