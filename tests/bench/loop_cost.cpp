/// loop_cost FORM TIMES: a row's timed loop, for loop_cost_test.sh to count its instructions. One
/// function in each of the forms that a reduction is made of, or a kernel of the catalog; and the
/// same called in a bare loop.

#include <charconv>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string_view>

#include "bench/catalog_subjects.hpp"
#include "bench/reduction_row.hpp"
#include "kernels/catalog.hpp"

namespace {

using namespace permdelta;

constexpr std::size_t n = 2;

float add(const float* x, std::size_t count) {
  return count == 0 ? 0.0F : x[0] + x[count - 1];
}

// What the compiler sees of it is a pointer.
float (*volatile const hidden_add)(const float*, std::size_t) = add;

subject guest(reduction<float> run) {
  return {.task = operation::sum, .method = "guest", .run = std::move(run)};
}

void run_row(const subject& what, std::size_t times) {
  workspace shared(42, 1, 1, std::chrono::seconds(1));
  reduction_row(what, distribution::normal, {n, 1}).prepare(shared, 0).run(times);
}

// As `run` in a loop that takes care of nothing.
template <class Run>
void run_bare(std::size_t times, Run run) {
  static float x[n] = {1, 2};
  static float y[1];
  for (std::size_t i = 0; i < times; ++i) {
    run(x, y);
    asm volatile("" : : : "memory");
  }
}

const kernel& a_kernel() {
  return *find_kernel(operation::sum, method::pairwise, element_type::fp32,
                      runnable_isas().front());
}

const std::map<std::string_view, std::function<void(std::size_t)>> forms{
    {"bare",
     [](std::size_t times) {
       run_bare(times, [f = hidden_add](const float* x, float* y) { y[0] = f(x, n); });
     }},
    {"result",
     [](std::size_t times) {
       run_row(guest([f = hidden_add](std::span<const float> x) { return f(x.data(), x.size()); }),
               times);
     }},
    {"row",
     [](std::size_t times) {
       run_row(guest([f = hidden_add](std::span<const float> x, std::span<float> y) {
                 y[0] = f(x.data(), x.size());
               }),
               times);
     }},
    {"rows",
     [](std::size_t times) {
       run_row(guest([f = hidden_add](std::span<const float> x, std::size_t /*rows*/,
                                      std::span<float> y) { y[0] = f(x.data(), x.size()); }),
               times);
     }},
    // Which pays for what the others must not: the test has to see that.
    {"erased",
     [](std::size_t times) {
       run_row(guest(std::function<float(std::span<const float>)>(
                   [f = hidden_add](std::span<const float> x) { return f(x.data(), x.size()); })),
               times);
     }},
    {"bare_kernel",
     [](std::size_t times) {
       run_bare(times, [by = std::get<kernel_function<float>>(a_kernel().run)](
                           const float* x, float* y) { by.reduce(x, 1, n, y, default_eps); });
     }},
    {"kernel",
     [](std::size_t times) {
       for (const subject& each : catalog_subjects())
         if (each.task == task(operation::sum) && each.type() == element_type::fp32 &&
             each.method == name(method::pairwise) && each.isa == a_kernel().isa)
           return run_row(each, times);
     }},
};

}  // namespace

int main(int argc, char** argv) {
#ifndef __OPTIMIZE__
  std::puts("it is not optimised: its instructions say nothing");
  return 77;
#endif
  std::size_t times = 0;
  const auto form = argc == 3 ? forms.find(argv[1]) : forms.end();
  if (form == forms.end() ||
      std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), times).ec != std::errc{}) {
    std::fputs("usage: loop_cost FORM TIMES\n", stderr);
    return 2;
  }
  form->second(times);
}
