#include "tools/statistics/bootstrap.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include "tools/statistics/median_weights.hpp"
#include "tools/statistics/sample.hpp"

/// The percentile interval (Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982,
/// chapter 10) takes quantiles of a statistic over resamples. Of a median the distribution over
/// all resamples is known (median_weights.cpp), of the ratio of two it is the product of theirs: a
/// table of ratios c/b with probability P(c) P(b), one row for each median c of the contender, one
/// column for each b of the base. It has 25 places for five and five elements and millions for 200
/// and 200, of which two are wanted.
///
/// The quantiles are found without listing the table. With c and b in ascending order its ratios
/// grow along c and shrink along b, the rounded ones too, as a division's rounding is monotone.
/// Thus for any r the places with c/b <= r lie on one side of a staircase, and a walk along it adds
/// up their probability in as many steps as there are rows and columns, and meets on its way the
/// ratios next to r on both sides. Bisection by such walks keeps two ratios of the table, the
/// wanted one between them: each walk moves one of them past at least one ratio, and halves the
/// number of doubles between them. So there are no more than 64 walks, and few in a small table.

namespace permdelta {
namespace {

/// A probability is a sum of thousands of rounded ones.
constexpr double tolerance = 1e-12;

/// A value of a resampled median; its probability, or that of all values from it on.
struct atom {
  double value;
  double probability;
};

[[nodiscard]] std::vector<atom> distribution_of_median(std::span<const double> sample) {
  std::vector<double> x(sample.begin(), sample.end());
  std::ranges::sort(x);
  const auto& weights = median_weights(x.size());
  std::vector<atom> atoms;
  atoms.reserve(weights.size());
  for (const auto& [first, second, probability] : weights)
    atoms.push_back({std::midpoint(x[first], x[second]), probability});
  if (x.size() % 2 == 0) std::ranges::sort(atoms, {}, &atom::value);
  return atoms;
}

void accumulate_from_the_top(std::span<atom> atoms) {
  for (std::size_t i = atoms.size() - 1; i > 0; --i)
    atoms[i - 1].probability += atoms[i].probability;
}

class ratios {
 public:
  ratios(std::span<const double> base, std::span<const double> contender)
      : base_(distribution_of_median(base)), contender_(distribution_of_median(contender)) {
    accumulate_from_the_top(base_);
  }

  /// The smallest ratio r with P(ratio <= r) > probability, or the largest of all if there is none.
  [[nodiscard]] double first_beyond(double probability) const {
    double low = contender_.front().value / base_.back().value;
    double high = contender_.back().value / base_.front().value;
    while (low < high) {
      const walk at = walk_along(between(low, high));
      if (at.probability > probability)
        high = at.largest_within;
      else
        low = at.smallest_beyond;
    }
    return high;
  }

 private:
  struct walk {
    double probability = 0;  ///< of a ratio within the limit
    double largest_within = 0;
    double smallest_beyond = std::numeric_limits<double>::infinity();
  };

  [[nodiscard]] walk walk_along(double limit) const {
    walk seen;
    std::size_t column = 0;
    for (const atom& c : contender_) {
      double ratio = 0;
      while ((ratio = c.value / base_[column].value) > limit) {
        seen.smallest_beyond = std::min(seen.smallest_beyond, ratio);
        if (++column == base_.size()) return seen;
      }
      seen.largest_within = std::max(seen.largest_within, ratio);
      seen.probability += c.probability * base_[column].probability;
    }
    return seen;
  }

  /// The double in the middle of those in [low, high), by their number: those that are not negative
  /// have the order of their bits.
  [[nodiscard]] static double between(double low, double high) noexcept {
    const auto first = std::bit_cast<std::uint64_t>(low);
    return std::bit_cast<double>(first + (std::bit_cast<std::uint64_t>(high) - first) / 2);
  }

  std::vector<atom> base_;  ///< with the probability that the median is this large or larger
  std::vector<atom> contender_;
};

}  // namespace

interval ratio_of_medians(std::span<const double> base, std::span<const double> contender,
                          double confidence) {
  require(base, allowed::positive, "ratio_of_medians: base");
  require(contender, allowed::positive, "ratio_of_medians: contender");
  if (!(confidence > 0 && confidence < 1))
    throw std::invalid_argument("ratio_of_medians: confidence is not between 0 and 1");
  const double q = (1 - confidence) / 2;
  const ratios table(base, contender);
  // P(ratio >= r) >= q is P(ratio < r) <= 1 - q; the largest such r is the first that passes it.
  return {table.first_beyond(q - tolerance), table.first_beyond(1 - q + tolerance)};
}

}  // namespace permdelta
