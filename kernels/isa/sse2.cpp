#include "kernels/native/sse2.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_primitives sse2_primitives = make_primitives<xsimd::sse2>();

}  // namespace permdelta
