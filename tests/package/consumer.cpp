/// Everything that the installed headers promise to a program, for all element types: it links
/// against the static library and against the shared one, which must not hide any of it.

#include <permdelta/kernels/permdelta.h>

#include <array>
#include <cstdio>
#include <permdelta/kernels/permdelta.hpp>
#include <stdexcept>
#include <string_view>

namespace {

int failures = 0;
int checks = 0;

void check(bool right, const char* what) {
  ++checks;
  if (right) return;
  ++failures;
  std::printf("wrong: %s\n", what);
}

template <class T, class C>
void use_all_of(const char* type) {
  namespace p = permdelta;
  const std::array x{p::from_double<T>(3), p::from_double<T>(1), p::from_double<T>(2)};
  std::array<T, 3> y{};
  check(p::to_double(p::sum(x)) == 6 && p::to_double(p::mean(x, p::method::pairwise)) == 2, type);
  p::layernorm(x, y);
  check(p::to_double(y[0]) > 1 && p::to_double(y[2]) == 0, type);
  p::rmsnorm(x, y, 0.5, p::method::kahan);
  check(p::to_double(y[0]) > 1 && p::to_double(y[2]) < 1, type);
  p::softmax(x, y);
  check(p::to_double(y[0]) > 0.5 && p::to_double(y[2]) < 0.5, type);

  p::exact_accumulator<C> all;
  p::exact_accumulator<C> first;
  all.add(x);
  first.add(x[0]);
  first.negate();
  all.merge(first);
  check(p::to_double(all.template round<T>()) == 3 && !(all == first), type);
  check(p::to_double(all.template round<p::fp16>()) == 3, type);
  check(p::to_double(all.template round<p::bf16>()) == 3, type);

  bool refused = false;
  try {
    p::layernorm(x, y, -1);
  } catch (const std::invalid_argument& error) {
    refused = std::string_view(error.what()).find("eps") != std::string_view::npos;
  }
  check(refused, "an exception of the library's");
}

void use_c() {
  const float x[] = {3, 1, 2};
  const double d[] = {3, 1, 2};
  float y[3];
  double e[3];
  check(permdelta_sum_f32(x, 3, PERMDELTA_EXACT) == 6, "permdelta_sum_f32");
  check(permdelta_sum_f64(d, 3, PERMDELTA_EXACT) == 6, "permdelta_sum_f64");
  check(permdelta_mean_f32(x, 3, PERMDELTA_KAHAN) == 2, "permdelta_mean_f32");
  check(permdelta_mean_f64(d, 3, PERMDELTA_KAHAN) == 2, "permdelta_mean_f64");
  check(permdelta_layernorm_f32(x, y, 3, 0, PERMDELTA_EXACT) == PERMDELTA_OK && y[2] == 0,
        "permdelta_layernorm_f32");
  check(permdelta_layernorm_f64(d, e, 3, 0, PERMDELTA_EXACT) == PERMDELTA_OK && e[2] == 0,
        "permdelta_layernorm_f64");
  check(permdelta_rmsnorm_f32(x, y, 3, 0, PERMDELTA_EXACT) == PERMDELTA_OK && y[0] > 1,
        "permdelta_rmsnorm_f32");
  check(permdelta_rmsnorm_f64(d, e, 3, 0, PERMDELTA_EXACT) == PERMDELTA_OK && e[0] > 1,
        "permdelta_rmsnorm_f64");
  check(permdelta_softmax_f32(x, y, 3, PERMDELTA_EXACT) == PERMDELTA_OK && y[0] > 0.5F,
        "permdelta_softmax_f32");
  check(permdelta_softmax_f64(d, e, 3, PERMDELTA_EXACT) == PERMDELTA_OK && e[0] > 0.5,
        "permdelta_softmax_f64");
  check(permdelta_layernorm_f32(x, y, 3, -1, PERMDELTA_EXACT) == PERMDELTA_BAD_EPS, "a status");
  check(std::string_view(permdelta_status_text(PERMDELTA_OVERLAP)) == "x and y overlap",
        "permdelta_status_text");
}

}  // namespace

int main() {
  use_all_of<double, double>("double");
  use_all_of<float, float>("float");
  use_all_of<permdelta::fp16, float>("fp16");
  use_all_of<permdelta::bf16, float>("bf16");
  use_c();
  std::printf("permdelta %s: %d checks, %d failures\n", permdelta_version(), checks, failures);
  return failures != 0;
}
