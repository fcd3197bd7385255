#include "bench/guarded.hpp"

#include <spdlog/fmt/fmt.h>

#include "bench/float_environment.hpp"
#include "bench/row_error.hpp"

namespace permdelta {

void guard::call(const std::function<void()>& run) {
  const float_environment before;
  const auto begin = std::chrono::steady_clock::now();
  run();
  spent_ += std::chrono::steady_clock::now() - begin;
  ++calls_;
  if (before.changed()) throw row_error(std::string(changed_environment), true);
  if (spent_ > limit_)
    throw row_error(
        fmt::format("too slow for its study: {} {} took {:.3g} s, and --study_limit is {} s; "
                    "--orders can be fewer",
                    calls_, calls_ == 1 ? "call" : "calls",
                    std::chrono::duration<double>(spent_).count(), limit_.count()),
        false);
}

}  // namespace permdelta
