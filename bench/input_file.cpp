#include "bench/input_file.hpp"

#include <algorithm>
#include <set>

#include "bench/input.hpp"
#include "bench/origin.hpp"
#include "common/usage_error.hpp"
#include "run/row_name.hpp"

namespace permdelta {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw usage_error("--input: " + what);
}

}  // namespace

std::string input_name(const std::string& path) {
  std::string stem = path.substr(path.rfind('/') + 1);
  stem.resize(std::min(stem.rfind('.'), stem.size()));
  std::ranges::replace_if(
      stem, [](char c) { return !is_row_name_character(c); }, '_');
  return stem;
}

std::vector<input_file> read_input_files(const std::vector<std::string>& paths) {
  std::vector<input_file> files;
  std::set<std::string> names;
  for (const std::string& path : paths) {
    const std::string name = input_name(path);
    if (name.empty()) refuse("'" + path + "' has no name before its extension to call its rows by");
    if (from_name<distribution>(name))
      refuse("'" + path + "': its rows would be called '" + name + "', as the distribution's are");
    if (!names.insert(name).second)
      refuse("'" + path + "': its rows would be called '" + name + "', as another file's are");
  }
  for (const std::string& path : paths) try {
      files.push_back({.name = input_name(path), .path = path, .array = read_npy(path)});
    } catch (const npy_error& error) {
      refuse(error.what());
    }
  return files;
}

std::string_view name(const origin& from) noexcept {
  const auto* const file = std::get_if<const input_file*>(&from);
  return file != nullptr ? std::string_view((*file)->name)
                         : name(*std::get_if<distribution>(&from));
}

}  // namespace permdelta
