#pragma once

/// The one door into the harness: whatever is measured (a kernel of the catalog, another library's,
/// a user's own function) comes as a subject, and the harness knows nothing else of it.

#include <cstddef>
#include <string>
#include <variant>

#include "bench/study.hpp"
#include "kernels/names.hpp"

namespace permdelta {

struct subject {
  permdelta::operation operation;  ///< what it computes, and is judged as
  std::string method;              ///< its name among the functions that compute this
  std::string isa = {};  ///< instruction set, as a part of the name; empty if it goes without
  per_element_type<std::variant, reduction> run;
  std::size_t workers = 1;  ///< threads it runs on; more than one are timed by the wall clock
  eps_place eps = eps_place::after_root;  ///< of layernorm: which formula it is judged by
  std::string library = {};               ///< name and version of what it is part of, if not ours

  [[nodiscard]] element_type type() const noexcept {
    return static_cast<element_type>(run.index());
  }
};

}  // namespace permdelta
