#include "bench/registration.hpp"

#include <algorithm>
#include <regex>

#include "bench/workers.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

// The library's filter, applied here so that the rows to come are known: a POSIX extended
// expression found anywhere in the name; a leading `-` keeps what does not match.
class filter {
 public:
  explicit filter(std::string text) {
    if (text.empty() || text == "all") text = ".";
    negative_ = text.starts_with('-');
    if (negative_) text.erase(0, 1);
    try {
      expression_.assign(text, std::regex::extended);
    } catch (const std::regex_error& error) {
      throw usage_error("--benchmark_filter: '" + text +
                        "' is no POSIX extended regular expression: " + error.what());
    }
  }

  [[nodiscard]] bool keeps(const std::string& name) const {
    return std::regex_search(name, expression_) != negative_;
  }

 private:
  std::regex expression_;
  bool negative_ = false;
};

void check(const shape& of) {
  if (of.elements() > most_elements)
    throw usage_error("--rows: " + std::to_string(of.rows) + " rows of " + std::to_string(of.n) +
                      " are more than " + std::to_string(most_elements) + " elements");
}

template <element T>
reduction<T> reduction_by(const kernel& k, std::size_t workers) {
  const auto run = std::get<kernel_function<T>>(k.run);
  const auto on_one_thread = [run](std::span<const T> x, std::size_t rows, std::span<T> y) {
    return run.reduce(x.data(), rows, x.size() / rows, y.data(), default_eps);
  };
  reduction<T> result = workers == 1 ? reduction<T>(on_one_thread) : with_workers<T>(k, workers);
  if (k.method == method::exact)
    result.fallback_rate = [on_one_thread, op = k.operation](std::span<const T> x,
                                                             std::size_t rows) {
      std::vector<T> y(rows * output_size(op, x.size() / rows));
      const tier_counts counts = on_one_thread(x, rows, y);
      return static_cast<double>(counts.refused) / static_cast<double>(counts.blocks);
    };
  return result;
}

}  // namespace

std::vector<subject> catalog_subjects(const options& options) {
  std::vector<subject> subjects;
  for (const kernel& k : catalog()) {
    if (std::ranges::find(options.isas, k.isa) == options.isas.end()) continue;
    for (const std::size_t workers : options.workers)
      std::visit(
          [&]<class T>(const kernel_function<T>&) {
            subjects.push_back({.operation = k.operation,
                                .method = std::string(name(k.method)),
                                .isa = std::string(options.name_isas ? name(k.isa) : ""),
                                .run = reduction_by<T>(k, workers),
                                .workers = workers});
          },
          k.run);
  }
  return subjects;
}

std::deque<row> make_rows(const std::vector<subject>& subjects, const options& options) {
  const filter filter(options.filter);
  std::vector<const subject*> by_group;
  for (const subject& each : subjects) by_group.push_back(&each);
  const auto group = [](const subject* s) { return std::pair{s->operation, s->type()}; };
  std::ranges::stable_sort(by_group, {}, group);

  std::deque<row> rows;
  for (auto begin = by_group.begin(); begin != by_group.end();) {
    const auto end = std::find_if(begin, by_group.end(),
                                  [&](const subject* s) { return group(s) != group(*begin); });
    for (const distribution from : options.distributions)
      for (const std::size_t n : options.sizes)
        for (const std::size_t count : options.rows)
          for (auto each = begin; each != end; ++each)
            if (row candidate(**each, from, {n, count}); filter.keeps(candidate.listed_name())) {
              check(candidate.shape());
              rows.push_back(std::move(candidate));
            }
    begin = end;
  }
  return rows;
}

}  // namespace permdelta
