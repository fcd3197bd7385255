#include "kernels/native/avx512.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_primitives avx512_primitives = make_primitives<xsimd::avx512bw>();

}  // namespace permdelta
