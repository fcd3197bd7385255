#include "tools/permdelta/tables/keyed_tables.hpp"

namespace permdelta {

table merged(const keyed_tables& all) {
  const table& first = all.tables.front().body;
  table whole{.title = {}, .heads = all.key_heads, .rows = {}, .texts = all.key_heads.size()};
  whole.texts += first.texts;
  whole.heads.insert(whole.heads.end(), first.heads.begin(), first.heads.end());
  for (const auto& [keys, body] : all.tables)
    for (const std::vector<cell>& row : body.rows) {
      std::vector<cell>& to = whole.rows.emplace_back(keys.begin(), keys.end());
      to.insert(to.end(), row.begin(), row.end());
    }
  return whole;
}

}  // namespace permdelta
