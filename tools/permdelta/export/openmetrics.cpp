/// OpenMetrics 1.0, <https://prometheus.io/docs/specs/om/open_metrics_spec/>, in the part of it
/// that Prometheus' older text format has too: without --timestamp it serves the node exporter's
/// textfile collector, with one `promtool tsdb create-blocks-from openmetrics`.
///
/// A counter of the user's own may have any name, and Prometheus wants no capitals, no abbreviated
/// units, no types and no `total` in one. So all of them are one family, the name a label.

#include <ostream>

#include "common/one_line.hpp"
#include "run/display.hpp"
#include "tools/permdelta/export/format.hpp"
#include "tools/permdelta/export/timestamp.hpp"

namespace permdelta {
namespace {

struct point {
  std::uint32_t row;
  std::uint32_t repetition;
  double value;
};

// Of text in quotes.
std::string escaped(std::string_view text) {
  std::string all;
  for (const char c : text) {
    if (c == '\\' || c == '"') all += '\\';
    if (c == '\n')
      all += "\\n";
    else
      all += c;
  }
  return all;
}

std::string label_text(const std::vector<keyed_text>& labels) {
  std::string text;
  for (const auto& [key, value] : labels)
    text.append(text.empty() ? "" : ",").append(key) += "=\"" + escaped(value) + '"';
  return text;
}

std::string joined_labels(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + ',' + b;
}

class openmetrics_writer {
 public:
  openmetrics_writer(const exported_run& exported, std::ostream& out)
      : run_(*exported.run), rows_(exported.rows), out_(out) {
    if (exported.is_time_given) time_ = ' ' + seconds_text(*exported.time);
    const std::string tags = label_text(exported.tags);
    points_.resize(run_.metrics.size());
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
      labels_.push_back(joined_labels(label_text(rows_[i].parts), tags));
      for (const sample& each : rows_[i].row->samples)
        points_[each.metric].push_back({i, each.repetition, each.value});
    }
    family("permdelta_run_info", "", "what the numbers were measured with; always 1");
    out_ << "permdelta_run_info{" << joined_labels(label_text(exported.context), tags) << "} 1"
         << time_ << '\n';
  }

  void write_families() {
    bool is_any_unknown = false;
    for (std::uint32_t i = 0; i < points_.size(); ++i) {
      const metric& metric = run_.metrics[i];
      if (metric.unit.empty())
        is_any_unknown = is_any_unknown || !points_[i].empty();
      else if (!points_[i].empty())
        write_known(metric, points_[i]);
    }
    if (!is_any_unknown) return;
    family("permdelta_user_value", "", "a counter of the user's own, by name");
    for (std::uint32_t i = 0; i < points_.size(); ++i)
      if (run_.metrics[i].unit.empty())
        for (const point& each : points_[i])
          write("permdelta_user_value",
                "counter=\"" + escaped(one_line(run_.metrics[i].name)) + '"', each,
                shortest(each.value));
  }

 private:
  // `unit` has to end the name.
  void family(const std::string& name, std::string_view unit, const std::string& help) {
    out_ << "# HELP " << name << ' ' << escaped(help) << "\n# TYPE " << name << " gauge\n";
    if (!unit.empty()) out_ << "# UNIT " << name << ' ' << unit << '\n';
  }

  void write_known(const metric& metric, const std::vector<point>& points) {
    const bool is_time = metric.unit == "ns";
    const std::string name = "permdelta_" + metric.name + (is_time ? "_seconds" : "");
    std::string_view unit;
    for (const std::string_view each : {"seconds", "bytes_per_second", "items_per_second", "ulp"})
      if (name.ends_with(each)) unit = each;
    std::string help(is_time ? "time of an iteration" : metric.name);
    for (const counter& each : counters::all)
      if (each.name == metric.name) help = each.meaning;
    help += "; " + (is_time ? "s" : metric.unit);
    if (const std::string_view better = better_text(metric.direction); !better.empty())
      help.append("; ").append(better).append(" is better");
    family(name, unit, help + (metric.exact ? "; exact" : ""));
    for (const point& each : points)
      write(name, "", each, shortest(is_time ? each.value / 1e9 : each.value));
  }

  void write(const std::string& name, const std::string& label, const point& point,
             const std::string& value) {
    out_ << name << '{' << joined_labels(label, labels_[point.row]) << ",repetition=\""
         << repetition_text(*rows_[point.row].row, point.repetition) << "\"} " << value << time_
         << '\n';
  }

  const benchmark_run& run_;
  const std::vector<exported_row>& rows_;
  std::ostream& out_;
  std::string time_;
  std::vector<std::string> labels_;         // of the rows
  std::vector<std::vector<point>> points_;  // of the metrics: a family's have to stand together
};

}  // namespace

void write_openmetrics(const exported_run& exported, std::ostream& out) {
  openmetrics_writer(exported, out).write_families();
  out << "# EOF\n";
}

}  // namespace permdelta
