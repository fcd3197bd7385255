# Cross-building for 64-bit Arm with Debian's g++-aarch64-linux-gnu; what is built runs under qemu-user.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)

# Programs come from the build machine. Headers and libraries need no root path: Debian's cross compiler searches its own
# directories, and then /usr/include, where the header-only libraries are.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

# libxsimd-dev is headers alone, but its package file lies in the build machine's own library directory.
set(permdelta_xsimd_config /usr/lib/${CMAKE_HOST_SYSTEM_PROCESSOR}-linux-gnu/cmake/xsimd)
if(NOT DEFINED xsimd_DIR AND EXISTS ${permdelta_xsimd_config})
  set(xsimd_DIR ${permdelta_xsimd_config} CACHE PATH "xsimd's package file, from the build machine")
endif()
unset(permdelta_xsimd_config)
