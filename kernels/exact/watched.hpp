#pragma once

/// A call of the method `exact` from its beginning to its end.

#include <cassert>

#include "kernels/exact/exact_call.hpp"
#include "kernels/exact/flag.hpp"

namespace permdelta {

/// Runs body(exact_call*), with the inexact flag watched and given back as it was. Returns how its
/// tiers fared. Debug builds check the floating-point environment that `exact` expects.
template <class Body>
tier_counts watched(const Body& body) noexcept {
  assert(float_status<void>::as_expected() &&
         "`exact` expects rounding to nearest, subnormals not flushed");
  exact_call call;
  call.counts = {};
  call.pause = 0;
  inexact_watch<void> watch(call.status);
  watch.begin();
  body(&call);
  watch.end();
  return call.counts;
}

}  // namespace permdelta
