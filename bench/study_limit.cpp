#include "bench/study_limit.hpp"

#include <spdlog/fmt/fmt.h>

namespace permdelta {

void call_time::give_up() const {
  throw too_slow{fmt::format(
      "too slow for its study: {} {} took {:.3g} s, and --study_limit is {} s; --orders can be "
      "fewer",
      calls_, calls_ == 1 ? "call" : "calls", std::chrono::duration<double>(spent_).count(),
      limit_.count())};
}

}  // namespace permdelta
