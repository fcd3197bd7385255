#pragma once

/// @file
/// The one door into the harness: whatever is measured (a kernel of the catalog, another library's,
/// a user's own function) comes as a subject, and the harness knows nothing else of it.

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "../kernels/element.hpp"
#include "../kernels/names.hpp"
#include "reduction.hpp"
#include "task.hpp"

namespace permdelta {

/// A kernel of one element type, as the harness sees it.
struct subject {
  permdelta::task task;  ///< what it computes, and is judged as
  std::string method;    ///< its name among those that compute this: letters, digits, `_`, `-`, `=`
  /// What it is compiled for: it has rows where `--isa` chooses that. Empty: it has them always.
  std::optional<permdelta::isa> isa = {};
  per_element_type<std::variant, reduction> run;
  /// Name and version of the library it is part of, for the JSON's context; empty if of none.
  std::string library = {};
  /// The threads it runs on. Rows of more than one are timed by the wall clock.
  std::size_t workers = 1;

  [[nodiscard]] element_type type() const noexcept {
    return static_cast<element_type>(run.index());
  }
};

}  // namespace permdelta
