#include "tools/permdelta/compare/paired.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tools/statistics/signed_rank.hpp"

namespace permdelta {
namespace {

constexpr double error = 0.05;

struct look {
  std::size_t restarts;
  std::size_t excluded;
};
constexpr std::size_t two_look_plan = 10;
constexpr look first_look{8, 2};
constexpr look last_look{10, 7};

}  // namespace

bool is_look(std::size_t restarts, std::size_t planned) noexcept {
  return restarts == planned || (planned == two_look_plan && restarts == first_look.restarts);
}

std::optional<paired_ratio> paired_ratio_of(std::span<const double> ratios, std::size_t planned) {
  if (ratios.size() < min_restarts) return {};
  const auto is_usable = [](double ratio) { return ratio > 0 && std::isfinite(ratio); };
  if (!std::ranges::all_of(ratios, is_usable)) return {};

  look now{ratios.size(), 0};
  if (planned == two_look_plan && now.restarts >= first_look.restarts)
    now = now.restarts >= last_look.restarts ? last_look : first_look;
  else
    now.excluded = signed_rank_excluded(now.restarts, error);

  std::vector<double> logarithms;
  for (const double ratio : ratios.first(now.restarts)) logarithms.push_back(std::log(ratio));
  const auto [estimate, bounds] = signed_rank_centre(logarithms, now.excluded);
  return paired_ratio{std::exp(estimate), {std::exp(bounds.low), std::exp(bounds.high)}};
}

}  // namespace permdelta
