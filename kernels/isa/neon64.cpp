#include "kernels/native/neon64.hpp"
#include "kernels/isa/table.hpp"

namespace permdelta {

constinit const isa_primitives neon64_primitives = make_primitives<xsimd::neon64>();

}  // namespace permdelta
