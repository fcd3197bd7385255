#include <limits>

#include "kernels/misuse.hpp"
#include "kernels/permdelta.h"
#include "kernels/permdelta.hpp"

// Everything is checked here, so that nothing below has a reason to throw.

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

/// function(x, y, how), or the reason why not.
template <class T, class Function>
[[nodiscard]] permdelta_status normalize(const T* x, T* y, std::size_t n, double eps,
                                         permdelta_method how, const Function& function) noexcept {
  const std::span from(x, n);
  const std::span to(y, n);
  if (!is_method(how)) return PERMDELTA_BAD_METHOD;
  if (overlap(from, to)) return PERMDELTA_OVERLAP;
  if (!is_eps(eps)) return PERMDELTA_BAD_EPS;
  function(from, to, method_of(how));
  return PERMDELTA_OK;
}

template <class T>
[[nodiscard]] T sum_of(const T* x, std::size_t n, permdelta_method how) noexcept {
  return reduce(x, n, how, [](std::span<const T> from, method m) { return sum(from, m); });
}

template <class T>
[[nodiscard]] T mean_of(const T* x, std::size_t n, permdelta_method how) noexcept {
  return reduce(x, n, how, [](std::span<const T> from, method m) { return mean(from, m); });
}

template <class T>
[[nodiscard]] permdelta_status layernorm_of(const T* x, T* y, std::size_t n, double eps,
                                            permdelta_method how) noexcept {
  return normalize(x, y, n, eps, how, [eps](std::span<const T> from, std::span<T> to, method m) {
    layernorm(from, to, eps, m);
  });
}

template <class T>
[[nodiscard]] permdelta_status rmsnorm_of(const T* x, T* y, std::size_t n, double eps,
                                          permdelta_method how) noexcept {
  return normalize(x, y, n, eps, how, [eps](std::span<const T> from, std::span<T> to, method m) {
    rmsnorm(from, to, eps, m);
  });
}

template <class T>
[[nodiscard]] permdelta_status softmax_of(const T* x, T* y, std::size_t n,
                                          permdelta_method how) noexcept {
  return normalize(x, y, n, 0, how, [](std::span<const T> from, std::span<T> to, method m) {
    softmax(from, to, m);
  });
}

}  // namespace
}  // namespace permdelta

float permdelta_sum_f32(const float* x, size_t n, permdelta_method method) {
  return permdelta::sum_of(x, n, method);
}
double permdelta_sum_f64(const double* x, size_t n, permdelta_method method) {
  return permdelta::sum_of(x, n, method);
}

float permdelta_mean_f32(const float* x, size_t n, permdelta_method method) {
  return permdelta::mean_of(x, n, method);
}
double permdelta_mean_f64(const double* x, size_t n, permdelta_method method) {
  return permdelta::mean_of(x, n, method);
}

permdelta_status permdelta_layernorm_f32(const float* x, float* y, size_t n, double eps,
                                         permdelta_method method) {
  return permdelta::layernorm_of(x, y, n, eps, method);
}
permdelta_status permdelta_layernorm_f64(const double* x, double* y, size_t n, double eps,
                                         permdelta_method method) {
  return permdelta::layernorm_of(x, y, n, eps, method);
}

permdelta_status permdelta_rmsnorm_f32(const float* x, float* y, size_t n, double eps,
                                       permdelta_method method) {
  return permdelta::rmsnorm_of(x, y, n, eps, method);
}
permdelta_status permdelta_rmsnorm_f64(const double* x, double* y, size_t n, double eps,
                                       permdelta_method method) {
  return permdelta::rmsnorm_of(x, y, n, eps, method);
}

permdelta_status permdelta_softmax_f32(const float* x, float* y, size_t n,
                                       permdelta_method method) {
  return permdelta::softmax_of(x, y, n, method);
}
permdelta_status permdelta_softmax_f64(const double* x, double* y, size_t n,
                                       permdelta_method method) {
  return permdelta::softmax_of(x, y, n, method);
}

const char* permdelta_status_text(permdelta_status status) {
  switch (status) {
    case PERMDELTA_OK:
      return "all right";
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
