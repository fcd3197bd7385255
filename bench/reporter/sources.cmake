# Relative to bench/.
set(permdelta_reporter_sources
  reporter/run_view.cpp
  reporter/csv.cpp
  reporter/json.cpp
  reporter/console.cpp)
