#include "kernels/native/avx2.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_table avx2_kernels = make_table<xsimd::fma3<xsimd::avx2>>();

}  // namespace permdelta
