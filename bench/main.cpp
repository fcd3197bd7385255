#include "bench/harness.hpp"

int main(int argc, char** argv) {
  return permdelta::bench_main(argc, argv);
}
