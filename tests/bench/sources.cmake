# The tests of the harness, relative to tests/.
set(permdelta_bench_test_sources
  bench/bandwidth_test.cpp
  bench/counters_test.cpp
  bench/portable_math_test.cpp
  bench/probe_test.cpp
  bench/input_test.cpp
  bench/order_test.cpp
  bench/eps_place_test.cpp
  bench/expansion_test.cpp
  bench/double_double_test.cpp
  bench/reference_test.cpp
  bench/study_test.cpp
  bench/validate_test.cpp
  bench/workers_test.cpp
  bench/wrong_rows_test.cpp
  bench/wrong_subject_test.cpp
  bench/row_name_test.cpp)
