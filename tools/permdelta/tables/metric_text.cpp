#include "tools/permdelta/tables/metric_text.hpp"

#include "run/display.hpp"

namespace permdelta {

std::string metric_text(const metric& what, double value, reader whose) {
  if (whose == reader::machine) return shortest(value);
  if (what.unit == "ns") return duration(value);
  if (what.unit == "count") return count_text(value);
  if (what.unit == "ulp") return compact(value);
  if (what.unit == "share") return significant(value, 3);
  return scientific(value);
}

std::string absence_text(row_outcome outcome, reader whose) {
  switch (outcome) {
    case row_outcome::failed:
      return "error";
    case row_outcome::skipped:
      return "skipped";
    case row_outcome::finished:
      return whose == reader::person ? "-" : "";
  }
  __builtin_unreachable();
}

}  // namespace permdelta
