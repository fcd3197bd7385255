#include "bench/input_file.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "bench/input.hpp"
#include "common/usage_error.hpp"
#include "run/row_name.hpp"

namespace permdelta {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw usage_error("--input: " + what);
}

}  // namespace

std::string input_name(const std::string& path) {
  std::string stem = std::filesystem::path(path).filename();
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

}  // namespace permdelta
