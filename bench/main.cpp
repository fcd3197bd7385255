#include "bench/harness.hpp"
#include "bench/peers/peers.hpp"

int main(int argc, char** argv) {
  permdelta::register_peers();
  return permdelta::bench_main(argc, argv);
}
