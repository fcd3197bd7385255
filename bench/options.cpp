#include "bench/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

#include "bench/library_flags.hpp"
#include "bench/workers.hpp"
#include "common/joined.hpp"
#include "kernels/catalog.hpp"

namespace permdelta {
namespace {

constexpr std::size_t most_workers = 1024;

// A whole number in a range: CLI11's own conversion takes `-3` for an unsigned 4294967293.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  const auto range = std::to_string(least) + " to " + std::to_string(most);
  return CLI::Validator(
      [=](std::string& text) -> std::string {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size() && value >= least &&
            value <= most)
          return {};
        return "'" + text + "' is not a whole number from " + range;
      },
      "", "whole number");
}

std::vector<isa> chosen_isas(const std::string& choice) {
  if (choice == "best") return {best_isa()};
  if (choice == "all") return runnable_isas();
  const auto named = from_name<isa>(choice);
  const std::string allowed = "; allowed here: best, all, " + joined(runnable_isas());
  if (!named) throw usage_error("--isa: '" + choice + "' is no instruction set" + allowed);
  if (!runnable(*named)) {
    const bool compiled = std::ranges::find(compiled_isas(), *named) != compiled_isas().end();
    throw usage_error("--isa: " + choice +
                      (compiled ? " does not run on this machine" : " is not compiled in") +
                      allowed);
  }
  return {*named};
}

template <class Value>
void remove_repeated(std::vector<Value>& values) {
  std::vector<Value> kept;
  for (const Value& value : values)
    if (std::ranges::find(kept, value) == kept.end()) kept.push_back(value);
  values = std::move(kept);
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

template <class Axis>
CLI::Validator name_of(const std::string& what) {
  return CLI::Validator(
      [what](std::string& text) -> std::string {
        if (from_name<Axis>(text)) return {};
        return "'" + text + "' is no " + what + "; allowed: " + all_names<Axis>();
      },
      "", what);
}

// What is named, if anything is.
template <class Axis>
void choose(const std::vector<std::string>& names, std::vector<Axis>& chosen) {
  if (names.empty()) return;
  chosen.clear();
  for (const std::string& text : names) chosen.push_back(*from_name<Axis>(text));
  remove_repeated(chosen);
}

constexpr std::string_view examples = R"(Google Benchmark's flags work as ever; the ones most used:
  --benchmark_filter=REGEX          rows to run, by name: layernorm, 'mean/pairwise|sum/.*/fp16'
  --benchmark_repetitions=N         with mean, median, stddev and cv
  --benchmark_min_time=SECONDS      at least so long a row (0.05; 0: once)
  --benchmark_format=console|json|csv
  --benchmark_out=FILE              the rows as JSON, complete or not at all
  --benchmark_list_tests            names only

Exit codes: 0 all right, 1 a kernel's result was wrong or output failed, 2 bad usage,
3 no row matches the filter.)";

}  // namespace

options parse_options(const std::vector<std::string>& arguments) {
  options result;
  std::vector<std::string> library;
  std::vector<std::string> ours;
  std::ranges::partition_copy(arguments, std::back_inserter(library), std::back_inserter(ours),
                              is_library_flag);
  read_library_flags(library, result);

  CLI::App app{
      "How fast reduction kernels are, and how much their results move when the order of their "
      "input moves.",
      "bench"};
  app.footer(std::string(examples));
  std::string isa_choice = "best";
  std::string network_text;
  std::vector<std::string> types;
  std::vector<std::string> distributions;
  std::vector<std::string> inputs;
  app.add_option("--isa", isa_choice,
                 "instruction set of the kernels: best, all, " + all_names<isa>())
      ->type_name("NAME");
  app.add_option("--sizes", result.sizes, "elements a row: 2,4,8,16,512,1024,2048,4096,8192")
      ->delimiter(',')
      ->check(whole_number(1, most_elements))
      ->allow_extra_args(false)
      ->type_name("N[,N]");
  app.add_option("--rows", result.rows, "rows reduced at a time: 1")
      ->delimiter(',')
      ->check(whole_number(1, most_elements))
      ->allow_extra_args(false)
      ->type_name("R[,R]");
  app.add_option("--workers", result.workers, "threads at a kernel's rows, or at one long row: 1")
      ->delimiter(',')
      ->check(whole_number(1, most_workers))
      ->allow_extra_args(false)
      ->type_name("K[,K]");
  app.add_option("--types", types,
                 "element types: " + all_names<element_type>() + " (default: the first three)")
      ->delimiter(',')
      ->check(name_of<element_type>("element type"))
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]");
  app.add_option("--distributions", distributions,
                 "inputs: " + all_names<distribution>() + " (default: the first three)")
      ->delimiter(',')
      ->check(name_of<distribution>("distribution"))
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]");
  app.add_option("--input", inputs,
                 "a file of NumPy's, one row or (rows, n), named and run beside the distributions; "
                 "may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE.npy");
  app.add_option("--orders", result.orders, "orders of a study besides the identity (128)")
      ->check(whole_number(1, 1'000'000'000))
      ->type_name("N");
  app.add_option("--study_limit", result.study_limit,
                 "seconds that a kernel may take for its study, lest its row is an error (600)")
      ->check(whole_number(1, 1'000'000'000))
      ->type_name("S");
  app.add_option("--network_shape", network_text,
                 "of the network experiment: ROWSxWIDTHxLAYERS, 64x256x20; its orders: 16")
      ->type_name("RxWxL");
  app.add_option("--seed", result.seed, "of inputs and orders (42)")
      ->check(whole_number(0, ~std::uint64_t{0}))
      ->type_name("N");
  app.add_flag("--list_kernels", result.list_kernels, "print the kernels of --isa, and exit");
  app.add_option("--log_level", result.log_level, "what goes to stderr: info, warn, error, off")
      ->check(CLI::IsMember({"info", "warn", "error", "off"}))
      ->type_name("LEVEL");

  app.set_version_flag("--version", "permdelta " PERMDELTA_VERSION);

  try {
    std::ranges::reverse(ours);  // CLI11 takes them from the back
    app.parse(ours);
  } catch (const CLI::CallForHelp&) {
    result.help = app.help();
    return result;
  } catch (const CLI::CallForVersion&) {
    result.help = app.version() + "\n";
    return result;
  } catch (const CLI::ParseError& error) {
    throw usage_error(error.what());
  }

  choose(types, result.types);
  choose(distributions, result.distributions);
  remove_repeated(result.sizes);
  remove_repeated(result.rows);
  remove_repeated(result.workers);
  if (std::ranges::max(result.workers) > 1 && !has_workers())
    throw usage_error("--workers: this build has no OpenMP, so 1 is all there is");
  if (app.count("--orders") > 0) result.network_orders = result.orders;
  if (!network_text.empty()) result.network = parse_network_shape(network_text);
  result.isas = chosen_isas(isa_choice);
  result.name_isas = isa_choice == "all";
  result.files = read_input_files(inputs);
  return result;
}

}  // namespace permdelta
