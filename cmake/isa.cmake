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
  set(permdelta_known_isas sse2 avx2 avx512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  set(permdelta_known_isas neon64)
else()
  message(FATAL_ERROR "permdelta has no kernels for ${CMAKE_SYSTEM_PROCESSOR}: x86-64 and 64-bit Arm are supported")
endif()
set(PERMDELTA_ISAS "${permdelta_known_isas}" CACHE STRING "Instruction sets to compile kernels for")

# permdelta_isas: those of PERMDELTA_ISAS, narrowest first; permdelta_has_isas: what tells a source of each.
set(permdelta_isas "")
set(permdelta_has_isas "")
foreach(isa IN LISTS permdelta_known_isas)
  if(isa IN_LIST PERMDELTA_ISAS)
    list(APPEND permdelta_isas ${isa})
    string(TOUPPER PERMDELTA_HAS_${isa} has_isa)
    list(APPEND permdelta_has_isas ${has_isa})
  endif()
endforeach()
set(unknown_isas ${PERMDELTA_ISAS})
list(REMOVE_ITEM unknown_isas ${permdelta_known_isas})
if(unknown_isas OR NOT permdelta_isas)
  message(FATAL_ERROR "PERMDELTA_ISAS is '${PERMDELTA_ISAS}'; allowed for ${CMAKE_SYSTEM_PROCESSOR}: one or more of '${permdelta_known_isas}'")
endif()
