#include "bench/peers/peers.hpp"

namespace permdelta {

void register_peers() {
#ifdef PERMDELTA_PEER_EIGEN
  register_eigen();
#endif
#ifdef PERMDELTA_PEER_ONEDNN
  register_onednn();
#endif
#ifdef PERMDELTA_PEER_OPENBLAS
  register_openblas();
#endif
  register_standard();
}

}  // namespace permdelta
