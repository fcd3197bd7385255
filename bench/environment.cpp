#include "bench/environment.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>
#include <xsimd/config/xsimd_config.hpp>

#include "bench/matrix_product.hpp"
#include "common/joined.hpp"
#include "kernels/catalog.hpp"
#include "npy/type.hpp"

namespace permdelta {
namespace {

nlohmann::ordered_json described(const std::vector<input_file>& files) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [name, path, array] : files) {
    const auto dtype = []<class T>(const std::vector<T>&) { return descr_of<T>; };
    list.push_back({{"name", name},
                    {"path", path},
                    {"shape", array.shape},
                    {"dtype", std::visit(dtype, array.values)}});
  }
  return list;
}

constexpr const char* compiler =
#if defined(__clang__)
    "clang " __clang_version__;
#elif defined(__GNUC__)
    "gcc " __VERSION__;
#else
    "unknown";
#endif

}  // namespace

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != std::string::npos)
        return line.substr(colon + 2);
  return "unknown";
}

nlohmann::ordered_json run_context(const options& options, const std::vector<subject>& subjects) {
  std::set<std::string> libraries;
  for (const subject& each : subjects)
    if (!each.library.empty()) libraries.insert(each.library);
  nlohmann::ordered_json context{
      {"permdelta_version", PERMDELTA_VERSION},
      {"permdelta_build_type", PERMDELTA_BUILD_TYPE},
      {"cpu_name", cpu_name()},
      {"isa", joined(options.isas, " ")},
      {"isas_compiled", joined(compiled_isas(), " ")},
      {"isas_runnable", joined(runnable_isas(), " ")},
      {"seed", options.seed},
      {"orders", options.orders},
      {"distributions", joined(options.distributions, " ")},
      {"inputs", described(options.files)},
      {"libraries", fmt::format("{}", fmt::join(libraries, ", "))},
      {"matrix_products", matrix_product_library()},
      {"xsimd_version",
       fmt::format("{}.{}.{}", XSIMD_VERSION_MAJOR, XSIMD_VERSION_MINOR, XSIMD_VERSION_PATCH)},
      {"benchmark_version", PERMDELTA_BENCHMARK_VERSION},
      {"compiler", compiler},
      {"fp_contract", "off"},
  };
  // What somebody says must not pass for what was measured with.
  for (const auto& [key, value] : options.context)
    context[(context.contains(key) ? "user_" : "") + key] = value;
  return context;
}

std::string banner(const options& options) {
  return std::string("permdelta " PERMDELTA_VERSION " (" PERMDELTA_BUILD_TYPE ") on ") +
         cpu_name() + "; isa: " + joined(options.isas, " ") + " (compiled " +
         joined(compiled_isas(), " ") + ", runnable " + joined(runnable_isas(), " ") + "); seed " +
         std::to_string(options.seed) + ", " + std::to_string(options.orders) + " orders";
}

}  // namespace permdelta
