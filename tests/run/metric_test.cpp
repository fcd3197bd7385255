#include "run/metric.hpp"

#include <gtest/gtest.h>

namespace permdelta::test {
namespace {

TEST(metric, of_a_time) {
  for (const char* name : {"real_time", "cpu_time"}) {
    const metric time = metric_of(name);
    EXPECT_EQ(time.name, name);
    EXPECT_EQ(time.unit, "ns");
    EXPECT_EQ(time.direction, direction::lower_is_better);
    EXPECT_FALSE(time.exact);
  }
}

TEST(metric, of_a_counter_is_what_the_table_says) {
  for (const counter& each : counters::all) {
    const metric found = metric_of(each.name);
    EXPECT_EQ(found.name, each.name);
    EXPECT_EQ(found.unit, each.unit);
    EXPECT_EQ(found.direction, each.direction);
    EXPECT_EQ(found.exact, each.exact);
  }
}

TEST(metric, of_the_networks_layers_is_a_delta) {
  for (const char* name : {"layer_01_delta", "layer_99_delta"}) {
    EXPECT_TRUE(metric_of(name).exact) << name;
    EXPECT_EQ(metric_of(name).direction, direction::lower_is_better) << name;
  }
  for (const char* name : {"layer_delta", "layer__delta", "layer_x1_delta", "layer_01", "_delta"})
    EXPECT_FALSE(metric_of(name).exact) << name;
}

TEST(metric, of_a_strangers_counter_is_its_name) {
  const metric found = metric_of("cache_misses");
  EXPECT_EQ(found.name, "cache_misses");
  EXPECT_EQ(found.unit, "");
  EXPECT_EQ(found.direction, direction::neither);
  EXPECT_FALSE(found.exact);
}

}  // namespace
}  // namespace permdelta::test
