#pragma once

/// The counters of a row: names, units, which way is better and whether they are exact. The rows
/// are made with these names, and a test holds the README's table to this list.

#include <array>
#include <string_view>

namespace permdelta {

enum class direction { lower_is_better, higher_is_better, neither };

struct counter {
  std::string_view name;
  std::string_view unit;
  permdelta::direction direction;
  bool exact;  ///< the same on every run with the same seed: compared bit for bit, never by
               ///< statistics
  std::string_view meaning;
};

namespace counters {

inline constexpr counter bytes_per_second{"bytes_per_second", "B/s", direction::higher_is_better,
                                          false,
                                          "bytes read and written by the operation, per second"};
inline constexpr counter items_per_second{"items_per_second", "elements/s",
                                          direction::higher_is_better, false,
                                          "elements reduced, per second"};
inline constexpr counter max_perm_delta{"max_perm_delta", "unit of the result",
                                        direction::lower_is_better, true,
                                        "largest change of the result over all orders"};
inline constexpr counter perm_delta_ulp{
    "perm_delta_ulp", "ulp", direction::lower_is_better, true,
    "the largest change in ulp of the element type, at the largest output"};
inline constexpr counter distinct_results{
    "distinct_results", "count", direction::lower_is_better, true,
    "distinct bit patterns over all orders; 1 = nothing moved"};
inline constexpr counter max_error_ulp{
    "max_error_ulp", "ulp", direction::lower_is_better, true,
    "worst distance to the correctly rounded result over all orders"};
inline constexpr counter orders{"orders", "count", direction::neither, true,
                                "orders run besides the identity"};

inline constexpr counter split_delta_ulp{
    "split_delta_ulp", "ulp", direction::lower_is_better, true,
    "largest change of the result over 1 to 16, 32 and 64 contiguous parts, as of threads"};
inline constexpr counter isa_delta_ulp{
    "isa_delta_ulp", "ulp", direction::lower_is_better, true,
    "largest difference between the results of all instruction sets that run here"};

inline constexpr counter fallback_rate{
    "fallback_rate", "share", direction::lower_is_better, true,
    "`exact` only: share of its blocks that left the first tier, in the input's own order"};

inline constexpr counter bandwidth_fraction{
    "bandwidth_fraction", "share", direction::higher_is_better, false,
    "`bytes_per_second` over what one thread here reads, or copies where there are as many "
    "outputs as inputs, at that size"};

inline constexpr std::array all{bytes_per_second, items_per_second, bandwidth_fraction,
                                max_perm_delta,   perm_delta_ulp,   distinct_results,
                                max_error_ulp,    orders,           split_delta_ulp,
                                isa_delta_ulp,    fallback_rate};

/// The network experiment's own: `layer_01_delta`, `layer_02_delta` ... In the JSON only.
inline constexpr std::string_view layer_prefix = "layer_";
inline constexpr std::string_view layer_suffix = "_delta";

}  // namespace counters
}  // namespace permdelta
