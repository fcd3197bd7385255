#pragma once

/// Every method there is, once.

#include "kernels/summation/exact.hpp"
#include "kernels/summation/kahan.hpp"
#include "kernels/summation/lane_split.hpp"
#include "kernels/summation/pairwise.hpp"
#include "kernels/summation/sequential.hpp"

namespace permdelta {

template <class... Methods>
struct method_list {};

using methods = method_list<sequential, pairwise, kahan, lane_split, exact>;

}  // namespace permdelta
