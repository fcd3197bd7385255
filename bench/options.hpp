#pragma once

/// The command line: our flags, checked, and the library's, handed on.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/input.hpp"
#include "bench/input_file.hpp"
#include "bench/network_shape.hpp"
#include "common/usage_error.hpp"
#include "kernels/names.hpp"

namespace permdelta {

/// In one iteration, all rows together: positions in an order have 32 bits.
inline constexpr std::size_t most_elements = 0xFFFFFFFF;

enum class output_format { console, json, csv };

struct options {
  std::vector<permdelta::isa> isas;  ///< whose kernels to run
  bool name_isas = false;            ///< `--isa=all`: names carry the instruction set
  std::vector<std::size_t> sizes{2, 4, 8, 16, 512, 1024, 2048, 4096, 8192};
  std::vector<std::size_t> rows{1};     ///< of n elements each, reduced at a time
  std::vector<std::size_t> workers{1};  ///< threads of a kernel
  std::vector<element_type> types{element_type::fp64, element_type::fp32, element_type::fp16};
  std::vector<distribution> distributions{distribution::normal, distribution::fixed,
                                          distribution::pareto};
  std::vector<input_file> files;  ///< inputs beside the distributions
  std::size_t orders = 128;
  std::size_t network_orders = 16;  ///< `orders` where it was asked for
  network_shape network;
  std::uint64_t study_limit = 600;  ///< seconds a kernel may take for the study of a row
  std::uint64_t seed = 42;
  bool list_kernels = false;
  bool list_rows = false;     ///< the library's --benchmark_list_tests
  std::optional<int> worker;  ///< the descriptor on which to serve `permdelta ab`
  std::string log_level = "info";
  std::string help;  ///< the text to print, where it was asked for

  // What we take over from the library's flags, and those that go on to it.
  std::string filter;
  output_format format = output_format::console;
  std::string out;
  output_format out_format = output_format::json;
  std::vector<std::pair<std::string, std::string>> context;
  std::vector<std::string> library_arguments;
};

/// Reads the arguments (without the program's name) and Google Benchmark's environment variables.
/// Throws usage_error.
[[nodiscard]] options parse_options(const std::vector<std::string>& arguments);

}  // namespace permdelta
