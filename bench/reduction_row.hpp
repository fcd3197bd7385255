#pragma once

/// A subject on rows of an input, as it is.

#include "bench/row.hpp"

namespace permdelta {

class reduction_row : public row {
 public:
  reduction_row(const subject& what, const permdelta::origin& from, permdelta::shape of);

  [[nodiscard]] std::size_t bytes() const noexcept override;
  [[nodiscard]] timed_loop prepare(workspace&, std::size_t room) const override;

 private:
  [[nodiscard]] verdict judge(workspace&) const override;

  [[nodiscard]] verdict judge(judged&, std::span<const double> x, const workspace::error_of_sums&,
                              workspace&) const;
};

}  // namespace permdelta
