#pragma once

/// What the page of `permdelta report` is told: runs, and what came of comparing them, as JSON.

#include <optional>
#include <string>
#include <vector>

#include "run/benchmark_run.hpp"
#include "tools/permdelta/compare/comparison.hpp"

namespace permdelta {

/// Two runs against each other.
struct page_comparison {
  comparison result;
  std::vector<context_difference> differences;
  double noise;
  std::string other_study;  ///< why exact counters were not compared; empty if they were
};

struct page_request {
  std::string title;
  std::string view;                 ///< the fragment of the URL that the page opens with
  std::vector<benchmark_run> runs;  ///< one, or the base and the contender
  std::optional<page_comparison> compared;
};

/// Runs are columns (tools/report/data.js reads them): a name, an outcome, for each key of the
/// names a dictionary and codes, and for each metric a value, of which repetitions that differ are
/// an array. All numbers of the files are in it.
[[nodiscard]] std::string page_data(const page_request&);

}  // namespace permdelta
