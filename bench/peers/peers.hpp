#pragma once

/// The libraries that people would use instead, in the same tables: each built where CMake finds
/// it.
///
/// A peer is a kernel like any other: validated, studied and timed as the catalog's are, on one
/// thread. One file a library; what it computes with, and what it computes, is said there.

namespace permdelta {

/// All peers that are compiled in.
void register_peers();

// One for each library.
void register_eigen();
void register_onednn();
void register_openblas();
void register_standard();

}  // namespace permdelta
