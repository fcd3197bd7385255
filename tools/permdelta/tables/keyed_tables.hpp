#pragma once

/// Tables of one kind, told apart by their keys.

#include <string>
#include <vector>

#include "tools/permdelta/table.hpp"

namespace permdelta {

struct keyed_table {
  std::vector<std::string> keys;
  table body;
};

struct keyed_tables {
  std::vector<std::string> key_heads;  ///< of as many keys as each table has
  std::vector<keyed_table> tables;     ///< all with the same heads, one at least
};

/// One table of all, with the keys as its first columns.
[[nodiscard]] table merged(const keyed_tables&);

}  // namespace permdelta
