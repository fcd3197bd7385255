#include "bench/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <string_view>

#include "bench/library_flags.hpp"
#include "bench/workers.hpp"
#include "common/command_line.hpp"
#include "common/isa_choice.hpp"
#include "common/joined.hpp"
#include "common/whole_number.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

constexpr std::size_t most_workers = 1024;
constexpr std::array<std::string_view, 4> log_levels{"info", "warn", "error", "off"};

std::vector<isa> chosen_isas(const std::string& choice) {
  if (choice == "best") return {best_isa()};
  if (choice == "all") return runnable_isas();
  return {named_isa<isa>(choice, names_of<isa>, compiled_isas(), runnable_isas(), "best, all")};
}

network_shape parse_network_shape(const std::string& text) {
  constexpr std::size_t most[] = {1 << 20, 1 << 14, 99};
  std::size_t numbers[3] = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  bool right = true;
  for (int i = 0; i < 3 && right; ++i) {
    const auto [stop, error] = std::from_chars(at, end, numbers[i]);
    right = error == std::errc{} && numbers[i] >= 1 && numbers[i] <= most[i] &&
            (i == 2 ? stop == end : stop != end && *stop == 'x');
    at = stop + 1;
  }
  if (!right)
    throw usage_error(
        "--network_shape: '" + text +
        "' is not ROWSxWIDTHxLAYERS, three numbers from 1 up to 1048576, 16384 and 99");
  const network_shape shape{numbers[0], numbers[1], numbers[2]};
  for (const auto& [what, count] :
       {std::pair{"features", shape.features()}, std::pair{"weights", shape.weights()}})
    if (count > most_elements)
      throw usage_error("--network_shape: '" + text + "' has " + std::to_string(count) + ' ' +
                        what + "; allowed: up to " + std::to_string(most_elements));
  return shape;
}

// What is named, each once, if anything is.
template <class Value, class Parse>
void choose(const std::vector<std::string>& texts, std::vector<Value>& chosen, Parse parse) {
  if (!texts.empty()) chosen.clear();
  for (const std::string& text : texts)
    if (const Value value = parse(text); std::ranges::find(chosen, value) == chosen.end())
      chosen.push_back(value);
}

void choose(const char* flag, const std::vector<std::string>& texts,
            std::vector<std::size_t>& chosen, std::size_t highest) {
  choose(texts, chosen,
         [&](const std::string& text) { return whole_number(flag, text, 1, highest); });
}

template <class Axis>
void choose(const char* flag, const char* what, const std::vector<std::string>& texts,
            std::vector<Axis>& chosen) {
  choose(texts, chosen, [&](const std::string& text) {
    if (const auto value = from_name<Axis>(text)) return *value;
    throw usage_error(std::string(flag) + ": unknown " + what + " '" + text +
                      "'; allowed: " + joined(names_of<Axis>));
  });
}

constexpr std::string_view examples = R"(Google Benchmark's flags work as ever; the ones most used:
  --benchmark_filter=REGEX          rows to run, by name: layernorm, 'mean/pairwise|sum/.*/fp16'
  --benchmark_repetitions=N         with mean, median, stddev and cv
  --benchmark_min_time=SECONDS      at least so long a row (0.05; 0: once)
  --benchmark_format=console|json|csv
  --benchmark_out=FILE              the rows as JSON, complete or not at all
  --benchmark_list_tests            names only

Exit codes: 0 success, 1 a kernel's result was wrong or output failed, 2 bad usage,
3 no row matches the filter.)";

}  // namespace

options parse_options(const std::vector<std::string>& arguments) {
  options result;
  std::vector<std::string> library;
  std::vector<std::string> ours;
  std::ranges::partition_copy(arguments, std::back_inserter(library), std::back_inserter(ours),
                              is_library_flag);
  read_library_flags(library, result);

  std::string isa_choice = "best";
  std::string network_text;
  std::optional<std::string> orders;
  std::optional<std::string> study_limit;
  std::optional<std::string> seed;
  std::optional<std::string> worker;
  std::vector<std::string> sizes;
  std::vector<std::string> rows;
  std::vector<std::string> workers;
  std::vector<std::string> types;
  std::vector<std::string> distributions;
  std::vector<std::string> inputs;
  const command_line line{
      .name = "bench",
      .meaning =
          "How fast reduction kernels are, and how much their results move when the order "
          "of their input moves.",
      .version = "permdelta " PERMDELTA_VERSION,
      .flags =
          {{"--isa", &isa_choice,
            "instruction set of the kernels: best, all, " + joined(names_of<isa>), "NAME"},
           {"--sizes",
            &sizes,
            "elements a row: 2,4,8,16,512,1024,2048,4096,8192",
            "N[,N]",
            {.separator = ','}},
           {"--rows", &rows, "rows reduced at a time: 1", "R[,R]", {.separator = ','}},
           {"--workers",
            &workers,
            "threads at a kernel's rows, or at one long row: 1",
            "K[,K]",
            {.separator = ','}},
           {"--types",
            &types,
            "element types: " + joined(names_of<element_type>) + " (default: the first three)",
            "NAME[,NAME]",
            {.separator = ','}},
           {"--distributions",
            &distributions,
            "inputs: " + joined(names_of<distribution>) + " (default: the first three)",
            "NAME[,NAME]",
            {.separator = ','}},
           {"--input", &inputs,
            "a file of NumPy's, one row or (rows, n), named and run beside the "
            "distributions; may be repeated",
            "FILE.npy"},
           {"--orders", &orders, "orders of a study besides the identity (128)", "N"},
           {"--study_limit", &study_limit,
            "time limit per study in seconds (600); exceeding it is reported as an error", "S"},
           {"--network_shape", &network_text,
            "of the network experiment: ROWSxWIDTHxLAYERS, 64x256x20; its orders: 16", "RxWxL"},
           {"--seed", &seed, "of inputs and orders (42)", "N"},
           {"--worker", &worker, "run rows for `permdelta ab`, which gives the descriptor", "FD"},
           {"--list_kernels", &result.list_kernels, "print the kernels of --isa, and exit"},
           {"--log_level", &result.log_level, "what goes to stderr: info, warn, error, off",
            "LEVEL"}},
      .footer = std::string(examples)};
  result.help = process(line, std::move(ours));
  if (!result.help.empty()) return result;

  choose("--sizes", sizes, result.sizes, most_elements);
  choose("--rows", rows, result.rows, most_elements);
  choose("--workers", workers, result.workers, most_workers);
  choose("--types", "element type", types, result.types);
  choose("--distributions", "distribution", distributions, result.distributions);
  if (orders)
    result.orders = result.network_orders = whole_number("--orders", *orders, 1, 1'000'000'000);
  if (study_limit)
    result.study_limit = whole_number("--study_limit", *study_limit, 1, 1'000'000'000);
  if (seed) result.seed = whole_number("--seed", *seed, 0, ~std::uint64_t{0});
  if (worker) result.worker = static_cast<int>(whole_number("--worker", *worker, 3, 1 << 20));
  if (std::ranges::find(log_levels, result.log_level) == log_levels.end())
    throw usage_error("--log_level: unknown level '" + result.log_level +
                      "'; allowed: " + joined(log_levels));
  if (std::ranges::max(result.workers) > 1 && !has_workers())
    throw usage_error("--workers: this build has no OpenMP, so 1 is all there is");
  if (!network_text.empty()) result.network = parse_network_shape(network_text);
  result.isas = chosen_isas(isa_choice);
  result.name_isas = isa_choice == "all";
  result.files = read_input_files(inputs);
  return result;
}

}  // namespace permdelta
