#pragma once

/// What `permdelta ab` and a program's `--worker=FD` say to each other over a socket, in lines.
///
///     worker, once                 permdelta-worker 1
///     list                         case WORKERS NAME     one for each row, numbered from 0
///                                  end
///     context                      context KEY JSON      one for each entry
///                                  end
///     judge CASE                   counter NAME VALUE    one for each exact counter
///                                  end
///     prepare CASE                 ready
///     run ITERATIONS X Y           times FIRST CPU WALL
///
/// `judge` validates the row's results and studies them; `prepare` makes its input and its timed
/// loop, and drops the last one's. `run` moves the input to X bytes and the output to Y bytes
/// behind their first places and runs one iteration, in the wall-clock time FIRST, and then as many
/// as it is told, whose processor time (of the thread) and wall-clock time are CPU and WALL; all in
/// nanoseconds. Instead of any of these replies there may be
///
///     error TEXT                   the case failed; the worker goes on
///
/// A worker ends when its socket is closed.

#include <cstddef>
#include <string_view>

namespace permdelta::worker_protocol {

inline constexpr std::string_view greeting = "permdelta-worker 1";

/// The places of a row's input and output: multiples of `step` bytes below `room`.
inline constexpr std::size_t step = 64;
inline constexpr std::size_t room = std::size_t{1} << 18;

}  // namespace permdelta::worker_protocol
