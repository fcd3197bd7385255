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
  std::optional<permdelta::isa> isa =
      {};  ///< what it is compiled for; empty if it is the same for all
  per_element_type<std::variant, reduction> run;
  std::string library =
      {};  ///< name and version of what it is part of, if not permdelta's or the user's own
  std::size_t workers = 1;  ///< threads it runs on; more than one are timed by the wall clock

  [[nodiscard]] element_type type() const noexcept {
    return static_cast<element_type>(run.index());
  }
};

}  // namespace permdelta
