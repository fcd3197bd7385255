#include <limits>

#include "kernels/misuse.hpp"
#include "kernels/permdelta.h"
#include "kernels/permdelta.hpp"

// Everything is checked here, so that nothing below has a reason to throw, but for a processor that
// supports no compiled instruction set: that ends the program.

namespace permdelta {
namespace {

static_assert(PERMDELTA_SEQUENTIAL == static_cast<int>(method::sequential));
static_assert(PERMDELTA_PAIRWISE == static_cast<int>(method::pairwise));
static_assert(PERMDELTA_KAHAN == static_cast<int>(method::kahan));
static_assert(PERMDELTA_LANE_SPLIT == static_cast<int>(method::lane_split));
static_assert(PERMDELTA_EXACT == static_cast<int>(method::exact));
static_assert(names_of<method>.size() == 5, "a method without its name in C");

[[nodiscard]] bool is_method(permdelta_method how) noexcept {
  return how >= 0 && how < static_cast<int>(names_of<method>.size());
}

[[nodiscard]] method method_of(permdelta_method how) noexcept {
  return static_cast<method>(static_cast<int>(how));
}

/// function(x, how), or NaN.
template <class T, class Function>
[[nodiscard]] T reduce(const T* x, std::size_t n, permdelta_method how,
                       const Function& function) noexcept {
  if (!is_method(how)) return std::numeric_limits<T>::quiet_NaN();
  return function(std::span(x, n), method_of(how));
}

/// function(x, y, eps, how), or the reason why not.
template <class T, class Function>
[[nodiscard]] permdelta_status normalize(const T* x, T* y, std::size_t n, double eps,
                                         permdelta_method how, const Function& function) noexcept {
  const std::span from(x, n);
  const std::span to(y, n);
  if (!is_method(how)) return PERMDELTA_BAD_METHOD;
  if (overlap(from, to)) return PERMDELTA_OVERLAP;
  if (!is_eps(eps)) return PERMDELTA_BAD_EPS;
  function(from, to, eps, method_of(how));
  return PERMDELTA_OK;
}

// The overloads of each name, as one function.
constexpr auto sums = [](auto x, method how) noexcept { return sum(x, how); };
constexpr auto means = [](auto x, method how) noexcept { return mean(x, how); };
constexpr auto layernorms = [](auto x, auto y, double eps, method how) {
  layernorm(x, y, eps, how);
};
constexpr auto rmsnorms = [](auto x, auto y, double eps, method how) { rmsnorm(x, y, eps, how); };
constexpr auto softmaxes = [](auto x, auto y, double, method how) { softmax(x, y, how); };

}  // namespace
}  // namespace permdelta

float permdelta_sum_f32(const float* x, size_t n, permdelta_method method) {
  return permdelta::reduce(x, n, method, permdelta::sums);
}
double permdelta_sum_f64(const double* x, size_t n, permdelta_method method) {
  return permdelta::reduce(x, n, method, permdelta::sums);
}

float permdelta_mean_f32(const float* x, size_t n, permdelta_method method) {
  return permdelta::reduce(x, n, method, permdelta::means);
}
double permdelta_mean_f64(const double* x, size_t n, permdelta_method method) {
  return permdelta::reduce(x, n, method, permdelta::means);
}

permdelta_status permdelta_layernorm_f32(const float* x, float* y, size_t n, double eps,
                                         permdelta_method method) {
  return permdelta::normalize(x, y, n, eps, method, permdelta::layernorms);
}
permdelta_status permdelta_layernorm_f64(const double* x, double* y, size_t n, double eps,
                                         permdelta_method method) {
  return permdelta::normalize(x, y, n, eps, method, permdelta::layernorms);
}

permdelta_status permdelta_rmsnorm_f32(const float* x, float* y, size_t n, double eps,
                                       permdelta_method method) {
  return permdelta::normalize(x, y, n, eps, method, permdelta::rmsnorms);
}
permdelta_status permdelta_rmsnorm_f64(const double* x, double* y, size_t n, double eps,
                                       permdelta_method method) {
  return permdelta::normalize(x, y, n, eps, method, permdelta::rmsnorms);
}

permdelta_status permdelta_softmax_f32(const float* x, float* y, size_t n,
                                       permdelta_method method) {
  return permdelta::normalize(x, y, n, 0, method, permdelta::softmaxes);
}
permdelta_status permdelta_softmax_f64(const double* x, double* y, size_t n,
                                       permdelta_method method) {
  return permdelta::normalize(x, y, n, 0, method, permdelta::softmaxes);
}

const char* permdelta_status_text(permdelta_status status) {
  switch (status) {
    case PERMDELTA_OK:
      return "success";
    case PERMDELTA_BAD_METHOD:
      return "no method of permdelta's";
    case PERMDELTA_OVERLAP:
      return "x and y overlap";
    case PERMDELTA_BAD_EPS:
      return "eps must be 0 or greater";
  }
  return "no status of permdelta's";
}

const char* permdelta_version() {
  return PERMDELTA_VERSION;
}
