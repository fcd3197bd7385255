#include "kernels/native/avx2.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_primitives avx2_primitives = make_primitives<xsimd::fma3<xsimd::avx2>>();

}  // namespace permdelta
