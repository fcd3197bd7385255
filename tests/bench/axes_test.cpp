/// The axes that a study has besides the order: into how many parts a row is cut, and by which
/// instruction set it is reduced. What run_study says about subjects whose spread is known, and
/// what is promised of the kernels.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/catalog_subjects.hpp"
#include "bench/input.hpp"
#include "bench/options.hpp"
#include "bench/registration.hpp"
#include "bench/row_error.hpp"
#include "kernels/catalog.hpp"
#include "tests/bench/literal_study.hpp"
#include "tests/bench/naive.hpp"
#include "tests/kernels/support.hpp"

namespace permdelta::test {
namespace {

constexpr std::uint64_t seed = 42;

template <class T>
class axes_of : public testing::Test {};
using element_types = testing::Types<double, float, fp16, bf16>;
TYPED_TEST_SUITE(axes_of, element_types);

/// The sums of parts, each from left to right, added from left to right.
template <class C>
[[nodiscard]] C in_parts_sum(std::span<const C> terms, std::size_t parts) {
  C sum = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t begin = terms.size() * part / parts;
    sum += left_to_right(terms.subspan(begin, terms.size() * (part + 1) / parts - begin));
  }
  return sum;
}

/// Left to right, in parts, and by three that have other orders: backwards, and by two lanes.
template <element T>
[[nodiscard]] reduction<T> with_axes(operation op) {
  using C = compute_t<T>;
  reduction<T> result = naive<T>(op);
  result.in_parts = [op](std::span<const T> x, std::size_t parts, std::span<T> y) {
    calculate<T>(op, x, y, [&](std::span<const C> terms) { return in_parts_sum(terms, parts); });
  };
  const auto backwards = [op](std::span<const T> x, std::span<T> y) {
    calculate<T>(op, x, y, [&](std::span<const C> terms) {
      const std::vector<C> reversed(terms.rbegin(), terms.rend());
      return left_to_right<C>(reversed);
    });
  };
  const auto two_lanes = [op](std::span<const T> x, std::span<T> y) {
    calculate<T>(op, x, y, [&](std::span<const C> terms) {
      C lanes[2] = {0, 0};
      for (std::size_t i = 0; i < terms.size(); ++i) lanes[i % 2] += terms[i];
      return lanes[0] + lanes[1];
    });
  };
  result.by_isa = {naive<T>(op), reduction<T>(backwards), reduction<T>(two_lanes)};
  return result;
}

TYPED_TEST(axes_of, a_study_is_the_literal_one) {
  using T = TypeParam;
  constexpr std::size_t rows = 3;
  std::size_t compared = 0, split = 0, by_isa = 0;
  for (const operation op : operations)
    for (const auto from : {distribution::normal, distribution::pareto, distribution::cancel})
      for (const std::size_t n : {1U, 2U, 7U, 50U, 300U}) {
        const auto x = make_input_rows<T>(from, rows, n, seed);
        std::vector<typed_reference<T>> references;
        study_result expected;
        for (std::size_t r = 0; r < rows; ++r) {
          const auto row = std::span<const T>(x).subspan(r * n, n);
          references.push_back(make_reference<T>(op, row));
          raise(expected, literal_axes<T>(with_axes<T>(op), row, op, references.back()));
        }
        if (!std::ranges::all_of(references, &typed_reference<T>::finite))
          continue;  // fp16 overflows
        random_orders orders(n, 2, seed);
        const auto got = run_study<T>(with_axes<T>(op), x,
                                      std::span<const typed_reference<T>>(references), orders);
        const std::string label = std::string(name(op)) + " " + std::string(name(from)) +
                                  " n=" + std::to_string(n) + " seed=" + std::to_string(seed);
        EXPECT_EQ(got.split_delta_ulp, expected.split_delta_ulp) << label;
        EXPECT_EQ(got.isa_delta_ulp, expected.isa_delta_ulp) << label;
        ++compared;
        split += got.split_delta_ulp.value() > 0;
        by_isa += got.isa_delta_ulp.value() > 0;
      }
  EXPECT_GE(compared, 60U);
  EXPECT_GE(split, sizeof(T) == 2 ? 2U : 25U);
  EXPECT_GE(by_isa, sizeof(T) == 2 ? 1U : 25U);
}

/// A row whose elements are all `which`, by subjects that answer with a small table of numbers.
class table {
 public:
  explicit table(std::vector<std::vector<double>> by_row) : by_row_(std::move(by_row)) {}
  [[nodiscard]] double operator()(double which, std::size_t column) const {
    const auto& row = by_row_.at(static_cast<std::size_t>(which));
    return row[std::min(column, row.size() - 1)];
  }

 private:
  std::vector<std::vector<double>> by_row_;
};

struct axes {
  std::optional<double> split;
  std::optional<double> isa;
};

/// Of rows of two elements 0, 1 and 2, of which the sums are 0, 2 and 4: their parts' results are
/// `parts(row, number of parts)`, and those of three instruction sets `isas(row, which)`.
[[nodiscard]] axes study_of(const table& parts, const table& isas, std::size_t rows = 3) {
  reduction<float> run = [](std::span<const float> x, std::span<float> y) { y[0] = x[0] + x[1]; };
  run.in_parts = [parts](std::span<const float> x, std::size_t count, std::span<float> y) {
    y[0] = static_cast<float>(parts(static_cast<double>(x[0]), count));
  };
  for (std::size_t which = 0; which < 3; ++which)
    run.by_isa.emplace_back([isas, which](std::span<const float> x, std::span<float> y) {
      y[0] = static_cast<float>(isas(static_cast<double>(x[0]), which));
    });
  std::vector<float> x;
  std::vector<typed_reference<float>> references;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::vector<float> row(2, static_cast<float>(r));
    references.push_back(make_reference<float>(operation::sum, std::span<const float>(row)));
    x.insert(x.end(), row.begin(), row.end());
  }
  random_orders orders(2, 1, seed);
  const auto got =
      run_study<float>(run, x, std::span<const typed_reference<float>>(references), orders);
  EXPECT_EQ(got.max_perm_delta, 0);
  EXPECT_EQ(got.distinct_results, 1U);
  return {got.split_delta_ulp, got.isa_delta_ulp};
}

TEST(axes, are_those_of_the_row_where_they_are_largest) {
  constexpr double ulp_of_2 = 0x1p-22, ulp_of_4 = 0x1p-21;
  const table still({{0}, {2}, {4}});
  EXPECT_EQ(study_of(still, still).split, 0.0);
  EXPECT_EQ(study_of(still, still).isa, 0.0);
  // In two parts row 1 is a unit above, in three a unit below; row 2 moves as far, but its unit is
  // twice as large.
  const table moved({{0}, {2, 2, 2 + ulp_of_2, 2 - ulp_of_2, 2}, {4, 4, 4 + ulp_of_4, 4}});
  EXPECT_EQ(study_of(moved, still).split, 2.0);
  EXPECT_EQ(study_of(moved, still).isa, 0.0);
  EXPECT_EQ(study_of(still, moved).split, 0.0);
  EXPECT_EQ(study_of(still, moved).isa, 1.0);
  EXPECT_EQ(study_of(moved, still, 1).split, 0.0);
  // Nobody but one number of parts.
  for (const std::size_t count : {1U, 16U, 32U, 64U}) {
    std::vector<double> wrong(65, 4);
    wrong[count] = 4 - 3 * ulp_of_4;
    if (count < 64) wrong.resize(count + 1), wrong.push_back(4);
    EXPECT_EQ(study_of(table({{0}, {2}, wrong}), still).split, 3.0) << count;
  }
}

TEST(axes, are_not_reported_where_results_are_not_finite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const table still({{0}, {2}, {4}});
  for (const double value : {infinity, -infinity, std::nan("")}) {
    const table once({{0}, {2, 2, 2, value, 2}, {4}});
    EXPECT_THROW((void)study_of(once, still), row_error) << value;
    const table last({{0}, {2}, {4, 4, value}});
    EXPECT_THROW((void)study_of(still, last), row_error) << value;
  }
  try {
    (void)study_of(table({{0}, {infinity}, {4}}), still);
    ADD_FAILURE() << "no exception";
  } catch (const row_error& error) {
    EXPECT_NE(std::string(error.what()).find("in parts"), std::string::npos) << error.what();
  }
}

TYPED_TEST(axes_of, there_are_none_of_a_subject_without) {
  using T = TypeParam;
  const auto x = make_input<T>(distribution::normal, 100, seed);
  for (const operation op : operations) {
    const auto correct = make_reference<T>(op, x);
    random_orders orders(100, 2, seed);
    const auto neither = run_study<T>(naive<T>(op), x, correct, orders);
    EXPECT_FALSE(neither.split_delta_ulp.has_value());
    EXPECT_FALSE(neither.isa_delta_ulp.has_value());
    reduction<T> cut = with_axes<T>(op);
    cut.by_isa.clear();
    EXPECT_TRUE(run_study<T>(cut, x, correct, orders).split_delta_ulp.has_value());
    EXPECT_FALSE(run_study<T>(cut, x, correct, orders).isa_delta_ulp.has_value());
  }
}

/// Of all outputs, the one that moves: also if it is the last, and the largest does not.
TEST(axes, see_every_output) {
  const std::vector<double> x{1, 2, 3};
  const auto correct = make_reference<double>(operation::softmax, std::span<const double>(x));
  random_orders orders(3, 1, seed);
  for (std::size_t place = 0; place < 3; ++place) {
    reduction<double> run = naive<double>(operation::softmax);
    run.in_parts = [&](std::span<const double> row, std::size_t parts, std::span<double> y) {
      naive<double>(operation::softmax)(row, y);
      if (parts == 5) y[place] += 8 * correct.ulp;
    };
    const auto got = run_study<double>(run, x, correct, orders);
    EXPECT_EQ(got.split_delta_ulp, 8.0) << place;
  }
}

/// The largest of each counter that a method's kernels had, over all operations and inputs.
struct seen {
  std::size_t studies = 0;
  double perm = 0;
  double split = 0;
  double isa = 0;
};

[[nodiscard]] const std::map<std::string, seen>& all_kernels() {
  static const auto found = [] {
    std::map<std::string, seen> by_method;
    options chosen;
    chosen.isas = runnable_isas();
    chosen.types = {element_type::fp64, element_type::fp32, element_type::fp16, element_type::bf16};
    const auto subjects = chosen_subjects(catalog_subjects(), chosen);
    const auto study = [&]<element T>(std::vector<T> x, const std::string& what) {
      for (const operation op : every_operation) {
        const auto correct = make_reference<T>(op, x);
        if (!correct.finite) continue;  // sums of halves overflow
        random_orders orders(x.size(), 5, seed);
        for (const subject& each : subjects) {
          if (each.task != task(op) || each.type() != element_type_of<T>) continue;
          const auto& run = std::get<reduction<T>>(each.run);
          const auto got = run_study<T>(run, x, correct, orders);
          seen& largest = by_method[each.method];
          ++largest.studies;
          largest.perm = std::max(largest.perm, got.perm_delta_ulp);
          largest.split = std::max(largest.split, got.split_delta_ulp.value());
          largest.isa = std::max(largest.isa, got.isa_delta_ulp.value());
          EXPECT_EQ(run.by_isa.size(), chosen.isas.size());
          if (each.method != "exact") continue;
          const double moved =
              got.perm_delta_ulp + got.split_delta_ulp.value() + got.isa_delta_ulp.value();
          EXPECT_EQ(moved, 0) << name(op) << " " << what;
          EXPECT_EQ(got.distinct_results, 1U) << name(op) << " " << what;
        }
      }
    };
    for (std::size_t from = 0; from < names_of<distribution>.size(); ++from)
      for (const std::size_t n : {1U, 2U, 7U, 64U, 1000U, 4096U}) {
        const auto of = static_cast<distribution>(from);
        const std::string what = std::string(name(of)) + " n=" + std::to_string(n);
        study(make_input<double>(of, n, seed), what + " fp64");
        study(make_input<float>(of, n, seed), what + " fp32");
        study(make_input<fp16>(of, n, seed), what + " fp16");
        study(make_input<bf16>(of, n, seed), what + " bf16");
      }
    return by_method;
  }();
  return found;
}

[[nodiscard]] const seen& of(const char* method) {
  const seen& largest = all_kernels().at(method);
  EXPECT_GE(largest.studies, 500 * runnable_isas().size()) << method;
  return largest;
}

TEST(axes_of_kernels, nothing_moves_exact) {
  EXPECT_EQ(of("exact").perm, 0);
  EXPECT_EQ(of("exact").split, 0);
  EXPECT_EQ(of("exact").isa, 0);
}

TEST(axes_of_kernels, instruction_sets_move_what_follows_them_only) {
  EXPECT_EQ(of("sequential").isa, 0);
  EXPECT_EQ(of("pairwise").isa, 0);
  // Alone, an instruction set differs from nothing.
  EXPECT_EQ(of("lane_split").isa > 0, runnable_isas().size() > 1);
}

TEST(axes_of_kernels, parts_move_all_other_methods) {
  for (const char* method : {"sequential", "pairwise", "lane_split"}) {
    EXPECT_GT(of(method).split, 0) << method;
    EXPECT_GT(of(method).perm, 0) << method;
  }
}

/// A part that is lost moves even `exact`.
TEST(axes_of_kernels, wrong_parts_are_seen) {
  options chosen;
  chosen.isas = {best_isa()};
  const auto x = make_input<float>(distribution::normal, 1000, seed);
  std::size_t asked = 0;
  for (const subject& each : chosen_subjects(catalog_subjects(), chosen)) {
    if (each.method != "exact" || each.type() != element_type::fp32) continue;
    const auto correct = make_reference<float>(each.task, std::span<const float>(x));
    random_orders orders(x.size(), 2, seed);
    auto run = std::get<reduction<float>>(each.run);
    run.in_parts = [right = run.in_parts](std::span<const float> row, std::size_t parts,
                                          std::span<float> y) {
      if (parts != 7) return right(row, parts, y);
      std::vector<float> lost(row.begin(), row.end());
      std::fill_n(lost.begin() + 1000 / 7, 1000 / 7, 0.0F);
      right(lost, parts, y);
    };
    const auto got = run_study<float>(run, x, correct, orders);
    EXPECT_GT(got.split_delta_ulp.value(), 100) << each.task.name();
    EXPECT_EQ(got.perm_delta_ulp, 0) << each.task.name();
    ++asked;
  }
  EXPECT_EQ(asked, every_operation.size());
}

}  // namespace
}  // namespace permdelta::test
