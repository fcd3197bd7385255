#include "bench/peers/peers.hpp"

namespace permdelta {

std::vector<subject> peer_subjects([[maybe_unused]] const options& options) {
  std::vector<subject> peers;
#ifdef PERMDELTA_PEER_EIGEN
  add_eigen(options, peers);
#endif
#ifdef PERMDELTA_PEER_ONEDNN
  add_onednn(peers);
#endif
#ifdef PERMDELTA_PEER_OPENBLAS
  add_openblas(peers);
#endif
  add_standard(peers);
  return peers;
}

}  // namespace permdelta
