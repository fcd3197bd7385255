#include "bench/judged.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "bench/aligned.hpp"
#include "bench/row_error.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

template <element T>
class judged_reduction final : public judged {
 public:
  explicit judged_reduction(reduction<T> run) : judged(element_type_of<T>), run_(std::move(run)) {}

  void load(std::span<const double> x, std::size_t rows) override {
    x_.resize(x.size());
    narrow<T>(x, x_);
    y_.clear();  // zeros, not what other rows left
    rows_ = rows;
  }

  void run(std::span<double> y) override {
    write(y, [&](std::span<T> to) { run_(x_, rows_, to); });
  }

  void run_in(const order_of_row& order_of, std::span<double> y) override {
    permuted_.resize(x_.size());
    const std::size_t n = length();
    for (std::size_t r = 0; r < rows_; ++r) {
      const std::span<const position> order = order_of(r);
      const T* const from = x_.data() + r * n;
      T* const to = permuted_.data() + r * n;
      for (std::size_t i = 0; i < n; ++i) to[i] = from[order[i]];
    }
    write(y, [&](std::span<T> to) { run_(permuted_, rows_, to); });
  }

  std::vector<double> results(std::size_t results) override {
    // Room behind them, as much as a function needs that takes one output a row for one an element:
    // it would be the heap's otherwise.
    constexpr std::size_t most = std::size_t{1} << 20;
    const std::size_t outputs = rows_ * results;
    const std::size_t room = std::min(std::max<std::size_t>(x_.size(), 64), most);
    const T untouched = from_double<T>(std::numeric_limits<double>::quiet_NaN());
    aligned_vector<T> y(outputs + room, untouched);
    run_(x_, rows_, std::span<T>(y).first(outputs));
    const auto is_touched = [&](const T& value) {
      return std::memcmp(&value, &untouched, sizeof(T)) != 0;
    };
    if (std::any_of(y.begin() + static_cast<std::ptrdiff_t>(outputs), y.end(), is_touched))
      throw row_error(
          fmt::format("it wrote beyond its output{}",
                      outputs == 1 ? "" : fmt::format("s, of which there are {}", outputs)),
          true);
    return widened<T>(std::span<const T>(y).first(outputs));
  }

  bool has_parts() const noexcept override { return static_cast<bool>(run_.in_parts); }
  void run_in_parts(std::size_t parts, std::span<double> y) override {
    const std::size_t n = length();
    const std::size_t results = rows_ == 0 ? 0 : y.size() / rows_;
    write(y, [&](std::span<T> to) {
      for (std::size_t r = 0; r < rows_; ++r)
        run_.in_parts(std::span<const T>(x_).subspan(r * n, n), parts,
                      to.subspan(r * results, results));
    });
  }

  std::size_t isas() const noexcept override { return run_.by_isa.size(); }
  void run_by_isa(std::size_t which, std::span<double> y) override {
    write(y, [&](std::span<T> to) { run_.by_isa[which](x_, rows_, to); });
  }

 private:
  [[nodiscard]] std::size_t length() const noexcept { return rows_ == 0 ? 0 : x_.size() / rows_; }

  // What is not written stays what the last call left, zeros at first; `results` finds it.
  template <class Run>
  void write(std::span<double> y, Run run) {
    y_.resize(y.size());
    run(std::span<T>(y_));
    widen<T>(y_, y);
  }

  reduction<T> run_;
  std::size_t rows_ = 0;
  // Aligned, as what is timed is: some libraries begin at the first aligned element, and so would
  // add in another order from one run to the next.
  aligned_vector<T> x_;
  aligned_vector<T> permuted_;
  aligned_vector<T> y_;
};

}  // namespace

template <element T>
std::unique_ptr<judged> as_judged(reduction<T> run) {
  return std::make_unique<judged_reduction<T>>(std::move(run));
}

template std::unique_ptr<judged> as_judged<double>(reduction<double>);
template std::unique_ptr<judged> as_judged<float>(reduction<float>);
template std::unique_ptr<judged> as_judged<fp16>(reduction<fp16>);
template std::unique_ptr<judged> as_judged<bf16>(reduction<bf16>);

}  // namespace permdelta
