#include "bench/reporter/csv.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <ostream>
#include <string>

#include "bench/reporter/run_view.hpp"
#include "common/csv.hpp"
#include "run/counters.hpp"

namespace permdelta {
namespace {

std::string field(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : std::string{};
}

}  // namespace

bool csv_reporter::ReportContext(const Context& /*context*/) {
  out_ << "name,iterations,real_time,cpu_time,time_unit";
  for (const counter& each : counters::all) out_ << ',' << each.name;
  out_ << ",label,error_message\n";
  return true;
}

void csv_reporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const run_view seen = view(run);
    const bool finished = seen.outcome == run_outcome::finished;
    out_ << csv_field(seen.name);
    if (finished)
      out_ << ',' << run.iterations << ',' << field(seen.real_time) << ',' << field(seen.cpu_time)
           << ',' << (seen.is_fraction ? "" : benchmark::GetTimeUnitString(run.time_unit));
    else
      out_ << ",,,,";
    for (const counter& each : counters::all) {
      const auto found = run.counters.find(std::string(each.name));
      out_ << ',';
      if (finished && found != run.counters.end()) out_ << field(found->second.value);
    }
    out_ << ',' << csv_field(run.report_label) << ',' << csv_field(seen.message) << '\n';
  }
  out_.flush();
}

}  // namespace permdelta
