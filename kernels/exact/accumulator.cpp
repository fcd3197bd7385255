#include "kernels/exact/accumulator.hpp"

#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

const accumulate_functions& vectorised() noexcept {
  static const accumulate_functions& functions = accumulate_functions_of(best_isa());
  return functions;
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
  if constexpr (std::same_as<C, double>)
    vectorised().of_doubles(x.data(), x.size(), &sum_);
  else
    vectorised().of_floats(x.data(), x.size(), &sum_);
  canonicalize(sum_);
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
  if constexpr (std::same_as<C, float>) vectorised().of_halves(x.data(), x.size(), &sum_);
  canonicalize(sum_);
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
