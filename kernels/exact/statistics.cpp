#include "kernels/exact/statistics.hpp"

namespace permdelta {

thread_local constinit tier_statistics exact_statistics{};

}  // namespace permdelta
