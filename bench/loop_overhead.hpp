#pragma once

/// What the timed loop itself takes.

namespace permdelta {

/// Time of one iteration of the timed loop (reduction::repeat) around a function that does nothing,
/// in nanoseconds: the minimum of several attempts.
[[nodiscard]] double loop_overhead_ns();

}  // namespace permdelta
