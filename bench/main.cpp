#include "bench/harness.hpp"
#include "bench/peers/peers.hpp"

int main(int argc, char** argv) {
  return permdelta::bench_main(argc, argv, permdelta::peer_subjects);
}
