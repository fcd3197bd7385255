#pragma once

/// The verdict on two programs that ran in lock step: `permdelta ab`.
///
/// A restart is both programs started anew on one processor, and many pairs of batches, one of each
/// program at a time; its ratio is the median over its pairs. Pairs of one restart share where the
/// programs lie in memory, and so do not count as independent; restarts do. The logarithms of their
/// ratios are taken to be symmetric about the true one: under no change, swapping the programs
/// changes the sign, and nothing else.
///
/// Of ten restarts there are two looks, so that clear cases end early: after eight, with 2 averages
/// excluded on each side, and after ten, with 7. Each look alone misses with 2.3 % and 3.7 %, at
/// least one of both with 4.7 %, over all orders of ranks and signs (docs/statistics.md). Of any
/// other number there is one look, at the end.

#include <cstddef>
#include <optional>
#include <span>

#include "tools/statistics/bootstrap.hpp"

namespace permdelta {

/// The fewest restarts that have a verdict: fewer have no interval of 95 %.
inline constexpr std::size_t min_restarts = 6;

struct paired_ratio {
  double estimate;  ///< contender / base
  interval bounds;  ///< 95 % or more
};

/// From the ratios of the restarts so far, in their order, of the number that was planned: as the
/// last look saw them, or where the plan was cut short before one, from all of them. None if there
/// are fewer than six, or one is not positive and finite.
[[nodiscard]] std::optional<paired_ratio> paired_ratio_of(std::span<const double> ratios,
                                                          std::size_t planned);

/// Whether there is a look after so many restarts.
[[nodiscard]] bool is_look(std::size_t restarts, std::size_t planned) noexcept;

}  // namespace permdelta
