#pragma once

/// A subject on rows of an input, as it is.

#include "bench/row.hpp"

namespace permdelta {

class reduction_row : public row {
 public:
  reduction_row(const subject& what, const permdelta::origin& from, permdelta::shape of);

  [[nodiscard]] std::size_t bytes() const noexcept override;
  [[nodiscard]] timed_loop prepare(workspace&) const override;

 private:
  [[nodiscard]] verdict judge(workspace&) const override;

  template <element T>
  [[nodiscard]] verdict judge(const reduction<T>&, workspace&) const;
};

}  // namespace permdelta
