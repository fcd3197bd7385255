#include "kernels/native/avx512.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_table avx512_kernels = make_table<xsimd::avx512bw>();

}  // namespace permdelta
