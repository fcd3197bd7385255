#include "bench/environment.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>
#include <xsimd/config/xsimd_config.hpp>

#include "bench/matrix_product.hpp"
#include "bench/options.hpp"
#include "common/joined.hpp"
#include "kernels/catalog.hpp"
#include "npy/type.hpp"

namespace permdelta {
namespace {

std::string described(const std::vector<input_file>& files) {
  json_writer list;
  list.open('[');
  for (const auto& [name, path, array] : files) {
    const auto dtype = []<class T>(const std::vector<T>&) { return descr_of<T>; };
    list.open('{');
    list.fields("name", name, "path", path);
    list.array("shape", array.shape);
    list.fields("dtype", std::visit(dtype, array.values));
    list.close();
  }
  list.close();
  return list.take();
}

const std::array xsimd_version{std::to_string(XSIMD_VERSION_MAJOR),
                               std::to_string(XSIMD_VERSION_MINOR),
                               std::to_string(XSIMD_VERSION_PATCH)};

template <class Value>
std::string json_of(const Value& value) {
  json_writer text;
  text.value(value);
  return text.take();
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

json_entries run_context(const options& options, const std::vector<subject>& subjects,
                         const measured_limits& measured) {
  std::set<std::string> libraries;
  for (const subject& each : subjects)
    if (!each.library.empty()) libraries.insert(each.library);
  json_entries context{
      {"permdelta_version", json_of(PERMDELTA_VERSION)},
      {"permdelta_build_type", json_of(PERMDELTA_BUILD_TYPE)},
      {"cpu_name", json_of(cpu_name())},
      {"isa", json_of(joined(options.isas, " "))},
      {"isas_compiled", json_of(joined(compiled_isas(), " "))},
      {"isas_runnable", json_of(joined(runnable_isas(), " "))},
      {"seed", json_of(options.seed)},
      {"orders", json_of(options.orders)},
      {"distributions", json_of(joined(options.distributions, " "))},
      {"inputs", described(options.files)},
      {"libraries", json_of(joined(libraries))},
      {"matrix_products", json_of(matrix_product_library())},
      {"xsimd_version", json_of(joined(xsimd_version, "."))},
      {"benchmark_version", json_of(PERMDELTA_BENCHMARK_VERSION)},
      {"compiler", json_of(compiler)},
      {"fp_contract", json_of("off")},
      {"bandwidth_GB_per_s", json_of(measured.bandwidth)},
      {"loop_overhead_ns", json_of(measured.loop_overhead_ns)},
  };
  // What somebody says must not pass for what was measured with.
  for (const auto& [key, value] : options.context) {
    const auto find = [&](const std::string& wanted) {
      return std::ranges::find(context, wanted, &std::pair<std::string, std::string>::first);
    };
    const std::string free = find(key) == context.end() ? key : "user_" + key;
    if (const auto found = find(free); found != context.end())
      found->second = json_of(value);
    else
      context.emplace_back(free, json_of(value));
  }
  return context;
}

std::string banner(const options& options) {
  return std::string("permdelta " PERMDELTA_VERSION " (" PERMDELTA_BUILD_TYPE ") on ") +
         cpu_name() + "; isa: " + joined(options.isas, " ") + " (compiled " +
         joined(compiled_isas(), " ") + ", runnable " + joined(runnable_isas(), " ") + "); seed " +
         std::to_string(options.seed) + ", " + std::to_string(options.orders) + " orders";
}

}  // namespace permdelta
