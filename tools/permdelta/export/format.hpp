#pragma once

/// The formats that a run is exported in, a file each.

#include <array>
#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "tools/permdelta/export/exported_run.hpp"

namespace permdelta {

using export_function = void(const exported_run&, std::ostream&);

/// Each file says where its format is defined.
export_function write_benchfmt;
export_function write_openmetrics;
export_function write_influx;
export_function write_github_smaller;
export_function write_github_bigger;
export_function write_bencher;
export_function write_csv;
export_function write_jsonl;

enum class time_use : std::uint8_t { none, optional, needed };

struct export_format {
  std::string_view name;
  std::string_view meaning;
  time_use time;  ///< whether --timestamp means something
  bool has_tags;  ///< whether --tag does
  export_function* write;
};

inline constexpr std::array<export_format, 8> export_formats{
    {{"benchfmt", "Go's benchmark format, for benchstat", time_use::none, true, write_benchfmt},
     {"openmetrics", "Prometheus: a textfile, or with --timestamp a backfill", time_use::optional,
      true, write_openmetrics},
     {"influx", "InfluxDB's line protocol", time_use::needed, true, write_influx},
     {"github", "github-action-benchmark's customSmallerIsBetter", time_use::none, true,
      write_github_smaller},
     {"github-bigger", "its customBiggerIsBetter", time_use::none, true, write_github_bigger},
     {"bencher", "Bencher's metric format", time_use::none, false, write_bencher},
     {"csv", "a line a number, every part of the name in a column", time_use::optional, true,
      write_csv},
     {"jsonl", "the same as JSON, an object a line", time_use::optional, true, write_jsonl}}};

}  // namespace permdelta
