#include "kernels/native/sse2.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_table sse2_kernels = make_table<xsimd::sse2>();

}  // namespace permdelta
