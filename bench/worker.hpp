#pragma once

/// The program as `permdelta ab` drives it (run/worker_protocol.hpp).

#include <memory>
#include <vector>

#include "bench/row.hpp"
#include "bench/workspace.hpp"
#include "common/json_writer.hpp"

namespace permdelta {

/// Runs the rows that are asked for, until the socket, which it closes, is closed on the other
/// side. Throws std::system_error if the descriptor is not that of a connected socket.
void serve(int descriptor, const std::vector<std::unique_ptr<row>>& rows,
           const json_entries& context, workspace&);

}  // namespace permdelta
