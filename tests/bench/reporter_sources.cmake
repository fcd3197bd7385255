# Relative to tests/.
set(permdelta_reporter_test_sources
  bench/reporter_json_test.cpp
  bench/reporter_console_test.cpp)
