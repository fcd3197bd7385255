#pragma once

/// The libraries that people would use instead, in the same tables: each built where CMake finds
/// it.
///
/// A peer is a subject like any other: validated, studied and timed as the kernels are, on one
/// thread. One file a library; what it computes with, and what it computes, is said there.

#include <vector>

#include "bench/options.hpp"
#include "bench/subject.hpp"

namespace permdelta {

/// All peers that are compiled in, for the instruction sets chosen.
[[nodiscard]] std::vector<subject> peer_subjects(const options&);

// One for each library.
void add_eigen(const options&, std::vector<subject>&);
void add_onednn(std::vector<subject>&);
void add_openblas(std::vector<subject>&);
void add_standard(std::vector<subject>&);

}  // namespace permdelta
