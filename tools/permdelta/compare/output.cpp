#include "tools/permdelta/compare/output.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <ostream>
#include <set>
#include <string_view>

#include "common/json_writer.hpp"
#include "common/one_line.hpp"
#include "run/display.hpp"
#include "tools/permdelta/table.hpp"

namespace permdelta {
namespace {

tone tone_of(time_verdict verdict) {
  switch (verdict) {
    case time_verdict::slower:
      return tone::bad;
    case time_verdict::faster:
      return tone::good;
    case time_verdict::differs:
    case time_verdict::unclear:
      return tone::doubtful;
    case time_verdict::untested:
    case time_verdict::same:
      return tone::plain;
  }
  __builtin_unreachable();
}

tone tone_of(counter_verdict verdict) {
  return verdict == counter_verdict::worse    ? tone::bad
         : verdict == counter_verdict::better ? tone::good
                                              : tone::plain;
}

std::string ratio_text(double ratio) {
  return std::isnan(ratio) ? "-" : significant(ratio, 4);
}

std::string interval_text(const measured_change& change) {
  if (!change.bounds) return "-";
  return ratio_text(change.bounds->low) + " .. " + ratio_text(change.bounds->high);
}

cell delta_of(const compared_row& row) {
  for (const exact_change& change : row.exact)
    if (change.what.name == counters::max_perm_delta.name)
      return {change.verdict == counter_verdict::equal
                  ? scientific(change.base)
                  : scientific(change.base) + " -> " + scientific(change.contender),
              tone_of(change.verdict)};
  return {"-"};
}

// Its counters' verdicts: what got worse or is another number by name, what got better as a count.
cell counters_of(const compared_row& row) {
  if (row.exact.empty() && row.lost.empty()) return {"-"};
  std::string text;
  counter_verdict worst = counter_verdict::equal;
  for (const counter_verdict verdict :
       {counter_verdict::worse, counter_verdict::changed, counter_verdict::better}) {
    std::size_t count = 0;
    std::string names;
    for (const exact_change& change : row.exact) {
      if (change.verdict != verdict) continue;
      ++count;
      names.append(names.empty() ? ": " : ", ").append(change.what.name);
    }
    if (count == 0) continue;
    worst = std::min(worst, verdict);
    text.append(text.empty() ? "" : "; ")
        .append(std::to_string(count))
        .append(" ")
        .append(name(verdict));
    if (verdict != counter_verdict::better) text += names;
  }
  if (text.empty()) text = name(counter_verdict::equal);
  if (!row.lost.empty()) text += "; missing: ";
  for (const std::string& each : row.lost)
    text.append(&each == &row.lost.front() ? "" : ", ").append(each);
  return {text, tone_of(worst)};
}

const measured_change* throughput_of(const compared_row& row) {
  for (const std::string_view name :
       {counters::bytes_per_second.name, counters::items_per_second.name})
    for (const measured_change& change : row.measured)
      if (change.what.name == name) return &change;
  return nullptr;
}

table context_table(const comparison_report& report) {
  table differences{"The runs differ in", {"", report.base, report.contender}, {}, 3};
  for (const auto& [key, base, contender] : report.context)
    differences.rows.push_back({{key, tone::doubtful}, base, contender});
  return differences;
}

// All rows, or those that changed or that a gate objects to.
std::vector<const compared_row*> listed_rows(const comparison_report& report) {
  std::set<std::string_view> objected;
  for (const objection& each : report.objections) objected.insert(each.row);
  std::vector<const compared_row*> rows;
  for (const compared_row& row : report.result.rows)
    if (!report.only_changed || row.changed(report.noise) || objected.contains(row.name))
      rows.push_back(&row);
  return rows;
}

table rows_table(const comparison_report& report) {
  table rows{"",
             {"benchmark", "base", "contender", "time", "95 % interval", "p", "throughput",
              "verdict", "max_perm_delta", "counters"},
             {},
             1};
  for (const compared_row* const each : listed_rows(report)) {
    const compared_row& row = *each;
    const measured_change* const throughput = throughput_of(row);
    rows.rows.push_back({row.name,
                         duration(row.time.base),
                         duration(row.time.contender),
                         "x " + ratio_text(row.time.ratio),
                         interval_text(row.time),
                         row.time.p ? compact(*row.time.p) : "-",
                         throughput == nullptr ? "-" : "x " + ratio_text(throughput->ratio),
                         {name(row.verdict), tone_of(row.verdict)},
                         delta_of(row),
                         counters_of(row)});
  }
  return rows;
}

table unpaired_table(const comparison& result) {
  table rows{"Not compared", {"benchmark", "why"}, {}, 2};
  for (const auto& [name, reason, lost] : result.unpaired)
    rows.rows.push_back({name, {reason, lost ? tone::bad : tone::plain}});
  return rows;
}

// `1 SLOWER, 11 SAME`
template <class Verdict, std::size_t Count>
std::string listed(const std::array<std::size_t, Count>& counts) {
  std::string text;
  for (std::size_t i = 0; i < Count; ++i)
    if (counts[i] > 0)
      text.append(text.empty() ? "" : ", ")
          .append(std::to_string(counts[i]))
          .append(" ")
          .append(name(static_cast<Verdict>(i)));
  return text;
}

// `12 rows: 1 SLOWER, 11 SAME; times x 1.01 (geometric mean); counters: 1 WORSE, 11 EQUAL`
std::string summary(const comparison_report& report) {
  const comparison& result = report.result;
  std::array<std::size_t, 6> times{};
  std::array<std::size_t, 4> counters{};
  for (const compared_row& row : result.rows) {
    ++times[static_cast<std::size_t>(row.verdict)];
    for (const exact_change& change : row.exact)
      ++counters[static_cast<std::size_t>(change.verdict)];
  }
  std::string text =
      std::to_string(result.rows.size()) + (result.rows.size() == 1 ? " row" : " rows");
  if (result.geometric_mean)
    text += ": " + listed<time_verdict>(times) + "; times x " + ratio_text(*result.geometric_mean) +
            " (geometric mean)";
  if (const std::string changes = listed<counter_verdict>(counters); !changes.empty())
    text += "; counters: " + changes;
  if (result.expected_by_chance)
    text += "; SLOWER or FASTER to expect by chance alone: up to " +
            significant(*result.expected_by_chance, 2);
  if (!result.unpaired.empty()) text += "; not compared: " + std::to_string(result.unpaired.size());
  return text;
}

// What the verdicts do not say, a sentence each.
std::vector<std::string> notes_on(const comparison_report& report) {
  std::vector<std::string> notes;
  const std::vector<compared_row>& rows = report.result.rows;
  const std::vector<const compared_row*> shown = listed_rows(report);
  for (const compared_row* const row : shown)
    if (!row->remark.empty()) notes.push_back(row->name + ": " + row->remark);
  const auto is_any = [&](auto condition) { return std::ranges::any_of(rows, condition); };
  if (is_any([](const compared_row& row) {
        return row.time.bounds &&
               (row.time.basis == basis::repetitions || row.time.basis == basis::aggregates);
      }))
    notes.emplace_back(
        "One run each: the ratios include what changes between runs; `permdelta ab` removes most "
        "of it.");
  if (is_any([](const compared_row& row) { return row.time.basis == basis::lock_step; }))
    notes.emplace_back(
        "The ratio is the median of ratios taken in pairs, not that of the two medians beside it.");
  const auto untested_by = [](basis by) {
    return [by](const compared_row& row) {
      return row.verdict == time_verdict::untested && row.time.basis == by;
    };
  };
  if (is_any(untested_by(basis::repetitions)))
    notes.emplace_back(
        "UNTESTED: a verdict needs 4 repetitions on each side, and times well above a clock's "
        "tick.");
  if (is_any(untested_by(basis::runs)))
    notes.emplace_back(
        "UNTESTED: a verdict needs 4 runs on each side, and times well above a clock's tick.");
  std::array<std::size_t, 6> hidden{};
  for (const compared_row& row : rows) ++hidden[static_cast<std::size_t>(row.verdict)];
  for (const compared_row* const row : shown) --hidden[static_cast<std::size_t>(row->verdict)];
  if (const std::string counts = listed<time_verdict>(hidden); !counts.empty())
    notes.push_back("Not listed: " + counts + ".");
  return notes;
}

void write_for_people(std::ostream& out, const comparison_report& report, table_format how,
                      bool coloured) {
  const bool markdown = how == table_format::markdown;
  const auto section = [&](const table& what) {
    if (what.rows.empty()) return;
    write(out, what, how, coloured);
    out << '\n';
  };
  const auto safe = [&](const std::string& text) {
    return markdown ? markdown_text(text) : one_line(text);
  };
  out << (markdown ? "**" : "") << safe(report.base) << " -> " << safe(report.contender)
      << (markdown ? "**" : "") << "\n\n";
  section(context_table(report));
  section(rows_table(report));
  section(unpaired_table(report.result));
  for (const objection& each : report.objections)
    out << (markdown ? "- " : "") << "FAILED: " << safe(each.text) << '\n';
  if (markdown && !report.objections.empty()) out << '\n';
  for (const std::string& line : notes_on(report)) {
    out << safe(line) << '\n';
    if (markdown) out << '\n';
  }
  out << summary(report) << '\n';
}

table tidy(const comparison_report& report) {
  table rows{"",
             {"name", "metric", "unit", "kind", "base", "contender", "ratio", "ratio_low",
              "ratio_high", "p", "verdict", "base_repetitions", "contender_repetitions"},
             {},
             1};
  const auto or_nothing = [](std::optional<double> value) {
    return value ? shortest(*value) : std::string();
  };
  for (const compared_row* const each : listed_rows(report)) {
    const compared_row& row = *each;
    const std::string repetitions[]{std::to_string(row.base_repetitions),
                                    std::to_string(row.contender_repetitions)};
    const auto measured = [&](const measured_change& change, const char* verdict) {
      rows.rows.push_back(
          {row.name, change.what.name, change.what.unit, "measured", shortest(change.base),
           shortest(change.contender),
           or_nothing(std::isnan(change.ratio) ? std::optional<double>() : change.ratio),
           change.bounds ? shortest(change.bounds->low) : "",
           change.bounds ? shortest(change.bounds->high) : "", or_nothing(change.p), verdict,
           repetitions[0], repetitions[1]});
    };
    measured(row.time, name(row.verdict));
    for (const measured_change& change : row.measured) measured(change, "");
    for (const exact_change& change : row.exact)
      rows.rows.push_back({row.name, change.what.name, change.what.unit, "exact",
                           shortest(change.base), shortest(change.contender), "", "", "", "",
                           name(change.verdict), repetitions[0], repetitions[1]});
  }
  for (const unpaired_row& row : report.result.unpaired) {
    std::vector<cell> cells(rows.heads.size());
    cells[0] = row.name;
    cells[10] = row.reason;
    rows.rows.push_back(std::move(cells));
  }
  return rows;
}

void describe(json_writer& out, const measured_change& change, const char* verdict = nullptr) {
  out.key(change.what.name);
  out.open('{');
  out.fields("unit", change.what.unit, "base", change.base, "contender", change.contender);
  if (!std::isnan(change.ratio)) out.fields("ratio", change.ratio);
  if (change.bounds) out.array("interval", std::array{change.bounds->low, change.bounds->high});
  if (change.p) out.fields("p", *change.p);
  if (verdict != nullptr) out.fields("verdict", verdict);
  out.close();
}

void describe(json_writer& out, const compared_row& row) {
  out.open('{');
  out.fields("name", row.name, "base_repetitions", row.base_repetitions, "contender_repetitions",
             row.contender_repetitions);
  out.key("metrics");
  out.open('{');
  describe(out, row.time, name(row.verdict));
  for (const measured_change& change : row.measured) describe(out, change);
  for (const exact_change& change : row.exact) {
    out.key(change.what.name);
    out.object("unit", change.what.unit, "base", change.base, "contender", change.contender,
               "verdict", name(change.verdict));
  }
  out.close();
  out.array("missing", row.lost);
  if (!row.remark.empty()) out.fields("remark", row.remark);
  out.close();
}

void write_json(std::ostream& out, const comparison_report& report) {
  json_writer json(0);
  // An element a line, written one after the other: all of them are many times the rows.
  const auto array = [&](const char* key, const auto& elements, auto describe) {
    json.array(key, elements, [&](const auto& each) {
      json_writer line;
      describe(line, each);
      json.json(line.take());
      out << json.take();
    });
  };
  const auto as_text = [](json_writer& line, const std::string& text) { line.value(text); };
  json.open('{');
  json.fields("base", report.base, "contender", report.contender);
  json.key("noise");
  json.json(shortest(report.noise));
  if (report.result.geometric_mean) {
    json.key("geometric_mean");
    json.json(shortest(*report.result.geometric_mean));
  }
  if (report.result.expected_by_chance) {
    json.key("expected_by_chance");
    json.json(shortest(*report.result.expected_by_chance));
  }
  json.fields("rows_compared", report.result.rows.size());
  array("context_differences", report.context, [](json_writer& line, const auto& each) {
    line.object("key", each.key, "base", each.base, "contender", each.contender);
  });
  array("rows", listed_rows(report),
        [](json_writer& line, const compared_row* row) { describe(line, *row); });
  array("not_compared", report.result.unpaired, [](json_writer& line, const unpaired_row& row) {
    line.object("name", row.name, "reason", row.reason, "lost", row.lost);
  });
  array("warnings", report.result.warnings, as_text);
  array("failed", report.objections,
        [](json_writer& line, const objection& each) { line.value(each.text); });
  json.close();
  out << json.take() << '\n';
}

}  // namespace

void write(std::ostream& out, const comparison_report& report, comparison_format how,
           bool coloured) {
  switch (how) {
    case comparison_format::text:
      return write_for_people(out, report, table_format::text, coloured);
    case comparison_format::markdown:
      return write_for_people(out, report, table_format::markdown, false);
    case comparison_format::csv:
      return write_csv(out, tidy(report));
    case comparison_format::json:
      return write_json(out, report);
  }
}

}  // namespace permdelta
