# The tests of tools/permdelta, relative to tests/.
set(permdelta_tools_test_sources
  tools/export/timestamp_test.cpp
  tools/leaderboard_test.cpp
  tools/metric_text_test.cpp
  tools/our_rows_test.cpp
  tools/paired_test.cpp
  tools/pivot_test.cpp)
