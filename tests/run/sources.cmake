# The tests of common/ and run/, relative to tests/.
set(permdelta_run_test_sources
  common/name_filter_test.cpp
  common/output_file_test.cpp
  common/one_line_test.cpp
  run/counters_test.cpp
  run/metric_test.cpp
  run/read_broken_test.cpp
  run/read_test.cpp
  run/name_parts_test.cpp
  run/row_name_test.cpp)
