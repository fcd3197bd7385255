#include "kernels/native/neon64.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_table neon64_kernels = make_table<xsimd::neon64>();

}  // namespace permdelta
