# The package's component `harness`: the libraries, the public headers, and what they stand on.

permdelta_install_headers(harness harness.hpp reduction.hpp subject.hpp task.hpp)
foreach(library IN ITEMS harness npy run common)
  set_target_properties(permdelta_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
permdelta_install_component(harness permdelta_harness permdelta_npy permdelta_run permdelta_common)

set(permdelta_pc_openmp "")
if(TARGET OpenMP::OpenMP_CXX)
  list(TRANSFORM OpenMP_CXX_LIB_NAMES PREPEND "-l" OUTPUT_VARIABLE permdelta_pc_openmp)
  list(JOIN permdelta_pc_openmp " " permdelta_pc_openmp)
endif()
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/package/dependencies-harness.cmake" CONTENT "find_dependency(benchmark)\nfind_dependency(spdlog)\n")
install(FILES "${PROJECT_BINARY_DIR}/package/dependencies-harness.cmake"
  DESTINATION "${permdelta_cmake_dir}" COMPONENT permdelta_harness)
permdelta_install_pkg_config(permdelta-harness.pc permdelta_harness)
