#pragma once

/// A subject that is a layernorm, inside the network experiment.

#include "bench/network_shape.hpp"
#include "bench/row.hpp"

namespace permdelta {

class network_row : public row {
 public:
  network_row(const subject& what, distribution from, network_shape of);

  [[nodiscard]] std::size_t items() const noexcept override;
  [[nodiscard]] std::size_t bytes() const noexcept override;
  [[nodiscard]] timed_loop prepare(workspace&, std::size_t room) const override;
  [[nodiscard]] double bandwidth_limit(bandwidth&) const override { return 0; }  // it calculates
  [[nodiscard]] std::size_t requested_orders(const options&) const noexcept override;

 private:
  [[nodiscard]] verdict judge(workspace&) const override;

  // What is wrong with the layernorm on the input itself; empty if nothing is.
  [[nodiscard]] std::string objection_to(judged& layernorm, std::span<const double> x,
                                         const workspace::error_of_sums&, workspace&) const;

  network_shape of_;
};

}  // namespace permdelta
