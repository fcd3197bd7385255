#include "kernels/parts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <type_traits>
#include <variant>

#include "kernels/exact/watched.hpp"
#include "kernels/operation/operations.hpp"
#include "kernels/tuning.hpp"

namespace permdelta {
namespace {

/// One row in parts, for operations.hpp. The last parts of an operation are elementwise, and so
/// every part is divided for itself.
template <element T>
class row_in_parts {
 public:
  using compute = compute_t<T>;
  static constexpr std::size_t max_rows = 1;

  row_in_parts(const kernel_function<T>& by, std::span<const T> x, std::span<T> y,
               std::span<partial_sum<compute>> sums, const part_loop& for_each)
      : by_(by), x_(x), y_(y), for_each_(for_each) {
    // None is empty: the sum of nothing is +0, which -0 is not.
    sums_ = sums.first(std::min(sums.size(), std::max<std::size_t>(x.size(), 1)));
  }

  [[nodiscard]] std::size_t count() const noexcept { return 1; }
  [[nodiscard]] std::size_t n() const noexcept { return x_.size(); }

  void sum(terms what, const compute* shift, compute* sum) const {
    *sum = total<compute>(what, shift);
  }
  void write_sums() const { y_[0] = total<T>(terms::elements, nullptr); }
  void write(const compute* value) const { y_[0] = from_double<T>(static_cast<double>(*value)); }

  void maximum(compute* maximum) const {
    each_part([&](std::size_t p) {
      const auto part = x_.subspan(begin(p), begin(p + 1) - begin(p));
      sums_[p].value = by_.row->maximum(part.data(), part.size());
    });
    *maximum = sums_[0].value;
    for (const auto& part : sums_)
      if (part.value > *maximum || std::isnan(part.value)) *maximum = part.value;
  }
  void sum_exponentials(const compute* maximum, compute* sum) const {
    *sum = total<compute>(terms::exponentials, maximum);
  }

  void divide_elements(const compute* divisor) const {
    divide(by_.row->divide_elements, nullptr, divisor);
  }
  void divide_deviations(const compute* mean, const compute* divisor) const {
    divide(by_.row->divide_deviations, mean, divisor);
  }
  void divide_exponentials(const compute* maximum, const compute* divisor) const {
    divide(by_.row->divide_exponentials, maximum, divisor);
  }

 private:
  [[nodiscard]] std::size_t begin(std::size_t part) const noexcept {
    const std::size_t parts = sums_.size();  // n * part / parts, which could overflow
    return n() / parts * part + n() % parts * part / parts;
  }

  template <class Body>
  void each_part(const Body& body) const {
    for_each_(sums_.size(), std::cref(body));  // by reference: a copy would be on the heap
  }

  // The sum of all parts, rounded to Result: T or its compute type.
  template <class Result>
  [[nodiscard]] Result total(terms what, const compute* shift) const {
    std::ranges::fill(sums_, partial_sum<compute>{});
    each_part([&](std::size_t p) {
      sum_part<T>(by_, what, x_.subspan(begin(p), begin(p + 1) - begin(p)),
                  shift == nullptr ? 0 : *shift, sums_[p]);
    });
    if (by_.sums->is_exact()) {
      for (std::size_t p = 1; p < sums_.size(); ++p) merge(sums_[0].exactly, sums_[p].exactly);
      return round_to<Result>(sums_[0].exactly);
    }
    compute sum = sums_[0].value;
    for (std::size_t p = 1; p < sums_.size(); ++p) sum += sums_[p].value;
    return from_double<Result>(static_cast<double>(sum));
  }

  void divide(quotients<T, T> by, const compute* shift, const compute* divisor) const {
    each_part([&](std::size_t p) {
      const std::size_t size = begin(p + 1) - begin(p);
      const bool far = is_far(size, 64 / sizeof(T));
      by(x_.data() + begin(p), 1, size, shift, divisor, far, y_.data() + begin(p));
      if (far) by_.row->end_streams();
    });
  }

  const kernel_function<T>& by_;
  std::span<const T> x_;
  std::span<T> y_;
  std::span<partial_sum<compute>> sums_;
  const part_loop& for_each_;
};

}  // namespace

template <element T>
void sum_part(const kernel_function<T>& by, terms what, std::span<const T> part, compute_t<T> shift,
              partial_sum<compute_t<T>>& sum) noexcept {
  const auto kind = static_cast<std::size_t>(what);
  if (!by.sums->is_exact()) {
    sum.value = by.sums->row[kind](part.data(), part.size(), shift, nullptr);
    return;
  }
  watched([&](exact_call* call) {  // each thread has a flag of its own
    by.sums->accumulate[kind](part.data(), part.size(), shift, &sum.exactly, call);
  });
}

template <element T>
void reduce_in_parts(const kernel& k, std::span<const T> x, std::span<T> y,
                     std::span<partial_sum<compute_t<T>>> sums, const part_loop& for_each,
                     double eps) {
  row_in_parts<T> row(std::get<kernel_function<T>>(k.run), x, y, sums, for_each);
  operations::with(k.operation, [&]<operation Which>() { operations::run<Which>(row, eps); });
}

template void reduce_in_parts<double>(const kernel&, std::span<const double>, std::span<double>,
                                      std::span<partial_sum<double>>, const part_loop&, double);
template void reduce_in_parts<float>(const kernel&, std::span<const float>, std::span<float>,
                                     std::span<partial_sum<float>>, const part_loop&, double);
template void reduce_in_parts<fp16>(const kernel&, std::span<const fp16>, std::span<fp16>,
                                    std::span<partial_sum<float>>, const part_loop&, double);
template void reduce_in_parts<bf16>(const kernel&, std::span<const bf16>, std::span<bf16>,
                                    std::span<partial_sum<float>>, const part_loop&, double);
template void sum_part<double>(const kernel_function<double>&, terms, std::span<const double>,
                               double, partial_sum<double>&) noexcept;
template void sum_part<float>(const kernel_function<float>&, terms, std::span<const float>, float,
                              partial_sum<float>&) noexcept;
template void sum_part<fp16>(const kernel_function<fp16>&, terms, std::span<const fp16>, float,
                             partial_sum<float>&) noexcept;
template void sum_part<bf16>(const kernel_function<bf16>&, terms, std::span<const bf16>, float,
                             partial_sum<float>&) noexcept;

}  // namespace permdelta
