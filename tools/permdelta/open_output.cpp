#include "tools/permdelta/open_output.hpp"

#include <filesystem>
#include <system_error>

#include "common/usage_error.hpp"

namespace permdelta {

void open_beside_inputs(std::optional<output_file>& file, const std::string& path,
                        const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(input, ignored) &&
        std::filesystem::equivalent(path, input, ignored))
      throw usage_error("-o: '" + path + "' is what is read");
  }
  file.emplace(path);
}

}  // namespace permdelta
