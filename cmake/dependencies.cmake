# Everything permdelta stands on: an installed package where there is one, else the pinned sources.
# FETCHCONTENT_SOURCE_DIR_<NAME>=/path points a dependency at sources on the disk, installed package or not.

include(FetchContent)

# permdelta_dependency(NAME TARGET alias URL commit [find_package arguments ...])
# SYSTEM keeps our warnings out of other people's headers; ALIAS is the target name that the installed package exports.
macro(permdelta_dependency name alias url commit)
  FetchContent_Declare(${name} GIT_REPOSITORY ${url} GIT_TAG ${commit} SYSTEM FIND_PACKAGE_ARGS ${ARGN})
  FetchContent_MakeAvailable(${name})
  if(NOT TARGET ${alias})
    message(FATAL_ERROR "${name} was found or fetched, but it does not define the target ${alias}")
  endif()
endmacro()

permdelta_dependency(xsimd xsimd
  https://github.com/xtensor-stack/xsimd.git c1247bffa8fc36de7380a5cd42673a3b32f74c97) # 12.1.1
# Its headers only: Debian's target also links a library for complex numbers, xtl, that need not be installed.
add_library(permdelta_xsimd INTERFACE)
target_include_directories(permdelta_xsimd SYSTEM INTERFACE
  $<TARGET_PROPERTY:xsimd,INTERFACE_INCLUDE_DIRECTORIES>)

if(PERMDELTA_BUILD_BENCH)
  set(BENCHMARK_ENABLE_TESTING OFF)
  set(BENCHMARK_ENABLE_GTEST_TESTS OFF)
  set(BENCHMARK_ENABLE_INSTALL OFF)
  set(BENCHMARK_ENABLE_WERROR OFF)
  permdelta_dependency(benchmark benchmark::benchmark
    https://github.com/google/benchmark.git 192ef10025eb2c4cdd392bc502f0c852196baa48) # 1.9.5
  if(NOT benchmark_VERSION) # fetched: known in its own folder only
    get_directory_property(benchmark_VERSION DIRECTORY "${benchmark_SOURCE_DIR}" DEFINITION PROJECT_VERSION)
  endif()
  permdelta_dependency(spdlog spdlog::spdlog
    https://github.com/gabime/spdlog.git 7c02e204c92545f869e2f04edaab1f19fe8b19fd) # 1.13.0
  set(EIGEN_BUILD_DOC OFF)
  set(EIGEN_BUILD_PKGCONFIG OFF)
  permdelta_dependency(Eigen3 Eigen3::Eigen
    https://gitlab.com/libeigen/eigen.git 3147391d946bb4b6c68edd901f2add6ac1f31f8c 3.3 NO_MODULE) # 3.4.0
endif()

if(PERMDELTA_BUILD_BENCH OR PERMDELTA_BUILD_FUZZERS)
  permdelta_dependency(CLI11 CLI11::CLI11
    https://github.com/CLIUtils/CLI11.git 6c7b07a878ad834957b98d0f9ce1dbe0cb204fc9) # 2.4.2
  permdelta_dependency(nlohmann_json nlohmann_json::nlohmann_json
    https://github.com/nlohmann/json.git 9cca280a4d0ccf0c08f47a99aa71d1b0e52f8d03) # 3.11.3
endif()

if(PERMDELTA_BUILD_TESTS)
  set(INSTALL_GTEST OFF)
  permdelta_dependency(GTest GTest::gtest_main
    https://github.com/google/googletest.git 52eb8108c5bdec04579160ae17225d66034bd723) # 1.17.0
endif()

if(PERMDELTA_BUILD_TESTS OR PERMDELTA_BUILD_FUZZERS)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(mpfr REQUIRED IMPORTED_TARGET mpfr) # the oracle; tests only
endif()
