#include "kernels/permdelta.hpp"

#include <array>
#include <cassert>
#include <stdexcept>
#include <string>

#include "kernels/catalog.hpp"
#include "kernels/misuse.hpp"

namespace permdelta {
namespace {

// The kernels of one element type and the best instruction set, by operation and method.
template <element T>
const kernel_function<T>& best_kernel(operation op, method how) noexcept {
  constexpr std::size_t methods = names_of<method>.size();
  using table = std::array<kernel_function<T>, names_of<operation>.size() * methods>;
  static const table kernels = [] {
    table found{};
    const isa best = best_isa();
    for (const kernel& k : catalog())
      if (const auto* run = std::get_if<kernel_function<T>>(&k.run);
          run != nullptr && k.isa == best)
        found[static_cast<std::size_t>(k.operation) * methods +
              static_cast<std::size_t>(k.method)] = *run;
    return found;
  }();
  assert(static_cast<std::size_t>(how) < methods && "no method of permdelta's");
  return kernels[static_cast<std::size_t>(op) * methods + static_cast<std::size_t>(how)];
}

template <element T>
T reduce(operation op, method how, std::span<const T> x) noexcept {
  T y;
  best_kernel<T>(op, how)(x.data(), x.size(), &y);
  return y;
}

template <element T>
void normalize(operation op, std::span<const T> x, std::span<T> y, double eps, method how) {
  const auto refuse = [op](const std::string& why) {
    throw std::invalid_argument("permdelta::" + std::string(name(op)) + ": " + why);
  };
  if (y.size() != x.size())
    refuse("y has " + std::to_string(y.size()) + " elements, x has " + std::to_string(x.size()));
  if (overlap(x, y)) refuse("x and y overlap");
  if (!is_eps(eps)) refuse("eps is " + std::to_string(eps) + ", must be 0 or greater");
  best_kernel<T>(op, how).reduce(x.data(), 1, x.size(), y.data(), eps);
}

}  // namespace

double sum(std::span<const double> x, method how) noexcept {
  return reduce(operation::sum, how, x);
}
float sum(std::span<const float> x, method how) noexcept {
  return reduce(operation::sum, how, x);
}
fp16 sum(std::span<const fp16> x, method how) noexcept {
  return reduce(operation::sum, how, x);
}
bf16 sum(std::span<const bf16> x, method how) noexcept {
  return reduce(operation::sum, how, x);
}

double mean(std::span<const double> x, method how) noexcept {
  return reduce(operation::mean, how, x);
}
float mean(std::span<const float> x, method how) noexcept {
  return reduce(operation::mean, how, x);
}
fp16 mean(std::span<const fp16> x, method how) noexcept {
  return reduce(operation::mean, how, x);
}
bf16 mean(std::span<const bf16> x, method how) noexcept {
  return reduce(operation::mean, how, x);
}

void layernorm(std::span<const double> x, std::span<double> y, double eps, method how) {
  normalize(operation::layernorm, x, y, eps, how);
}
void layernorm(std::span<const float> x, std::span<float> y, double eps, method how) {
  normalize(operation::layernorm, x, y, eps, how);
}
void layernorm(std::span<const fp16> x, std::span<fp16> y, double eps, method how) {
  normalize(operation::layernorm, x, y, eps, how);
}
void layernorm(std::span<const bf16> x, std::span<bf16> y, double eps, method how) {
  normalize(operation::layernorm, x, y, eps, how);
}

void rmsnorm(std::span<const double> x, std::span<double> y, double eps, method how) {
  normalize(operation::rmsnorm, x, y, eps, how);
}
void rmsnorm(std::span<const float> x, std::span<float> y, double eps, method how) {
  normalize(operation::rmsnorm, x, y, eps, how);
}
void rmsnorm(std::span<const fp16> x, std::span<fp16> y, double eps, method how) {
  normalize(operation::rmsnorm, x, y, eps, how);
}
void rmsnorm(std::span<const bf16> x, std::span<bf16> y, double eps, method how) {
  normalize(operation::rmsnorm, x, y, eps, how);
}

void softmax(std::span<const double> x, std::span<double> y, method how) {
  normalize(operation::softmax, x, y, default_eps, how);
}
void softmax(std::span<const float> x, std::span<float> y, method how) {
  normalize(operation::softmax, x, y, default_eps, how);
}
void softmax(std::span<const fp16> x, std::span<fp16> y, method how) {
  normalize(operation::softmax, x, y, default_eps, how);
}
void softmax(std::span<const bf16> x, std::span<bf16> y, method how) {
  normalize(operation::softmax, x, y, default_eps, how);
}

}  // namespace permdelta
