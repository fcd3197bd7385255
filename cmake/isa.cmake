# The instruction sets a kernel is compiled for, and the private flags of each. Nothing outside kernels/isa/ is compiled
# with them: what a kernel file pulls in would otherwise reach machines that can't run it.

set(permdelta_flags_sse2 -msse2)
set(permdelta_flags_avx2 -mavx2 -mfma -mf16c)
set(permdelta_flags_avx512 -mavx2 -mfma -mf16c -mavx512f -mavx512cd -mavx512dq -mavx512bw)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's own avx512fintrin.h warns about its undefined registers (GCC bug 105593).
  list(APPEND permdelta_flags_avx512 -Wno-maybe-uninitialized -Wno-uninitialized)
endif()
set(permdelta_flags_neon64 "")

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(permdelta_isas sse2 avx2 avx512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  set(permdelta_isas neon64)
else()
  message(FATAL_ERROR "permdelta has no kernels for ${CMAKE_SYSTEM_PROCESSOR}: x86-64 and 64-bit Arm are supported")
endif()
