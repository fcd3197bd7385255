/// What register_kernel and the makers of tasks refuse, and the order of what was registered.

#include <gtest/gtest.h>

#include <functional>
#include <span>
#include <stdexcept>
#include <string>

#include "bench/registry.hpp"
#include "kernels/catalog.hpp"
#include "tests/bench/guest.hpp"
#include "tests/bench/naive.hpp"

namespace permdelta::test {
namespace {

[[nodiscard]] exact_results nothing(std::span<const double>, const format&) {
  return {};
}

/// What `act` complains of.
template <class Act>
[[nodiscard]] std::string complaint(const Act& act) {
  try {
    act();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(register_kernel, what_it_refuses) {
  const reduction<float> run = naive<float>(operation::sum);
  float (*const null)(std::span<const float>) = nullptr;
  const std::function<void(std::span<const float>, std::size_t, std::span<float>)> empty;
  EXPECT_EQ(complaint([=] { register_kernel<float>("none", operation::sum, null); }),
            "sum/none/fp32 has no function");
  EXPECT_EQ(complaint([=] { register_kernel<float>("none", operation::sum, empty); }),
            "sum/none/fp32 has no function");
  subject threaded = {.task = operation::sum, .method = "threaded", .run = run, .workers = 0};
  EXPECT_EQ(complaint([=] { register_kernel(threaded); }),
            "sum/threaded/fp32 has 0 workers; 1 is the least");
  threaded.workers = 2;
  std::get<reduction<float>>(threaded.run).on_workers = [](std::size_t) {
    return naive<float>(operation::sum);
  };
  EXPECT_EQ(complaint([=] { register_kernel(threaded); }),
            "sum/threaded/fp32 has 2 workers and on_workers too: it is that of one");
  const auto named = [&](const std::string& method) {
    return complaint([&] { register_kernel<float>(method, operation::sum, run); });
  };
  const std::string allowed =
      "' can't be part of a benchmark name: letters, digits, '_', '-' and '=' can, one at least";
  EXPECT_EQ(named("a/b"), "'a/b" + allowed);
  EXPECT_EQ(named(""), "'" + allowed);
  EXPECT_EQ(named("two words"), "'two words" + allowed);
  register_kernel<float>("mine", operation::sum, run);
  EXPECT_EQ(named("mine"), "sum/mine/fp32 is registered already");
  EXPECT_EQ(named("exact"), "sum/exact/fp32 is registered already");
  EXPECT_EQ(complaint([&] {
              register_kernel({.task = operation::sum,
                               .method = "exact",
                               .isa = best_isa(),
                               .run = naive<float>(operation::sum)});
            }),
            "sum/exact/fp32 is registered already");
  EXPECT_EQ(complaint([] { (void)task("own one", outputs::one, nothing); }), "'own one" + allowed);
  EXPECT_EQ(complaint([] { (void)task("network", outputs::one, nothing); }),
            "'network' is the network experiment's name, not a task's");
  EXPECT_EQ(complaint([] { (void)task("own_task", outputs::one, {}); }),
            "the task 'own_task' has no reference");
}

TEST(register_kernel, puts_it_after_the_catalogs) {
  const std::size_t before = registered_kernels().size();
  EXPECT_GE(before, 5U * 5U * 4U * runnable_isas().size());
  register_kernel<float, double>("two_types", operation::mean, [](auto x) { return x[0]; });
  ASSERT_EQ(registered_kernels().size(), before + 2);
  EXPECT_EQ(registered_kernels()[before].type(), element_type::fp32);
  EXPECT_EQ(registered_kernels()[before + 1].type(), element_type::fp64);
  EXPECT_EQ(registered_kernels().front().task, task(operation::sum));
}

}  // namespace
}  // namespace permdelta::test
