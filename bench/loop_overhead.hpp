#pragma once

/// What the timed loop itself takes.

namespace permdelta {

/// Nanoseconds of one iteration of the loop that rows are timed by (reduction::repeat) around a
/// function that does nothing: the least of some attempts.
[[nodiscard]] double loop_overhead_ns();

}  // namespace permdelta
