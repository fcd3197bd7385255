# The tests of kernels/, relative to tests/. They need MPFR, GoogleTest and the compile definition PERMDELTA_TEST_DATA_DIR.
set(permdelta_kernel_test_sources
  kernels/boundary_test.cpp
  kernels/bound_test.cpp
  kernels/conversion_test.cpp
  kernels/definition_test.cpp
  kernels/exact_property_test.cpp
  kernels/exact_test.cpp
  kernels/isa_test.cpp
  kernels/numpy_test.cpp
  kernels/oracle.cpp
  kernels/oracle_test.cpp
  kernels/special_value_test.cpp
  kernels/tree_test.cpp)
