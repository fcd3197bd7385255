#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/isa_choice.hpp"
#include "common/joined.hpp"
#include "common/output_file.hpp"
#include "common/usage_error.hpp"
#include "kernels/catalog.hpp"
#include "npy/npy.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/number_text.hpp"
#include "tools/permdelta/subcommands.hpp"

namespace permdelta {
namespace {

struct request {
  std::string kernel;
  std::string input;
  std::optional<std::string> output;
  std::optional<std::string> order;
  bool hexadecimal = false;
  std::string isa = "best";
};

template <class Axis>
Axis part_of(const std::string& kernel, std::string_view part, const std::string& what) {
  if (const auto value = from_name<Axis>(part)) return *value;
  throw usage_error("'" + kernel + "': unknown " + what + " '" + std::string(part) + "'" +
                    "; allowed: " + joined(names_of<Axis>));
}

isa chosen_isa(const std::string& choice) {
  if (choice == "best") return best_isa();
  return named_isa<isa>(choice, names_of<isa>, compiled_isas(), runnable_isas(), "best");
}

const kernel& chosen_kernel(const request& request) {
  const std::string& text = request.kernel;
  const std::size_t first = text.find('/');
  const std::size_t second = text.find('/', first + 1);
  if (std::ranges::count(text, '/') != 2)
    throw usage_error("'" + text + "' is not a kernel; allowed: operation/method/type, such as " +
                      name_of(catalog().front()));
  const std::string_view all = text;
  const auto op = part_of<operation>(text, all.substr(0, first), "operation");
  const auto how = part_of<method>(text, all.substr(first + 1, second - first - 1), "method");
  const auto type = part_of<element_type>(text, all.substr(second + 1), "element type");
  const kernel* const found = find_kernel(op, how, type, chosen_isa(request.isa));
  if (found == nullptr) throw usage_error("'" + text + "' is not compiled in");
  return *found;
}

// The elements in the kernel's type; says what of them was lost.
template <element T>
std::vector<T> converted(const npy_array& array, const std::string& file) {
  std::vector<T> result(array.rows() * array.n());
  convert<T>(array, result);
  if (const std::string loss = conversion_loss(array, element_type_of<T>); !loss.empty())
    warn("'" + file + "': " + loss);
  return result;
}

// Every row in `order`; results that belong to an element each are put back where that one was.
template <element T>
std::vector<T> results(const kernel_function<T>& function, std::size_t outputs,
                       const std::vector<T>& x, const std::vector<std::uint32_t>& order) {
  const std::size_t n = order.size();
  std::vector<T> y(x.size() / n * outputs);
  std::vector<T> row(n);
  std::vector<T> result(outputs);
  for (std::size_t r = 0; r < x.size() / n; ++r) {
    for (std::size_t i = 0; i < n; ++i) row[i] = x[r * n + order[i]];
    function(row.data(), n, result.data());
    for (std::size_t i = 0; i < outputs; ++i)
      y[r * outputs + (outputs == n ? order[i] : i)] = result[i];
  }
  return y;
}

template <element T>
void print(const std::vector<T>& y, std::size_t outputs, bool hexadecimal) {
  std::size_t column = 0;
  for (const T value : y) {
    std::cout << (hexadecimal ? hexadecimal_text(to_double(value)) : decimal_text(value));
    std::cout << (++column % outputs == 0 ? '\n' : ' ');
  }
}

template <element T>
void store(output_file& file, const std::vector<std::size_t>& shape, const std::vector<T>& y) {
  if constexpr (std::same_as<T, bf16>) {  // NumPy has none
    std::vector<float> wide(y.size());
    std::ranges::transform(y, wide.begin(), [](bf16 value) { return widen(value); });
    write_npy<float>(file.stream(), shape, wide);
  } else {
    write_npy<T>(file.stream(), shape, y);
  }
  file.commit();
}

std::vector<std::uint32_t> order_of(const request& request, std::size_t n) {
  if (!request.order) {
    std::vector<std::uint32_t> identity(n);
    std::iota(identity.begin(), identity.end(), 0U);
    return identity;
  }
  std::vector<std::uint32_t> order = read_npy_order(*request.order);
  if (order.size() != n)
    throw usage_error("--order: '" + *request.order + "' orders " + std::to_string(order.size()) +
                      " elements; rows of '" + request.input + "' have " + std::to_string(n));
  return order;
}

void eval(const request& request) {
  const kernel& chosen = chosen_kernel(request);
  const npy_array array = read_npy(request.input);
  const std::vector<std::uint32_t> order = order_of(request, array.n());
  std::optional<output_file> file;
  if (request.output) file.emplace(*request.output);

  const std::size_t outputs = output_size(chosen.operation, array.n());
  const bool per_element = output_size(chosen.operation, 2) == 2;
  const std::vector<std::size_t> shape = per_element ? array.shape : std::vector{array.rows()};
  const auto run = [&]<element T>(const kernel_function<T>& function) {
    const std::vector<T> y = results(function, outputs, converted<T>(array, request.input), order);
    if (file)
      store(*file, shape, y);
    else
      print(y, outputs, request.hexadecimal);
  };
  std::visit(run, chosen.run);
}

}  // namespace

subcommand eval_command() {
  const auto read = std::make_shared<request>();
  return {
      .name = "eval",
      .meaning = "run a kernel on an array of NumPy's",
      .flags = {{"KERNEL",
                 &read->kernel,
                 "operation/method/type, such as layernorm/exact/fp32",
                 "",
                 {.required = true}},
                {"IN.npy",
                 &read->input,
                 "float16, float32 or float64, one row or (rows, n)",
                 "",
                 {.required = true}},
                {"-o,--output", &read->output,
                 "write the results here as .npy, instead of printing a line a row", "OUT.npy"},
                {"--order", &read->order, "read every row x as x[order]", "PERM.npy"},
                {"--hex",
                 &read->hexadecimal,
                 "print as Python's float.hex does",
                 "",
                 {.excludes = "--output"}},
                {"--isa", &read->isa, "instruction set: best, " + joined(names_of<isa>), "NAME"}},
      .footer =
          "What is stored has the kernel's type (bf16: float32). sum and mean of "
          "(rows, n) have the\n"
          "shape (rows,), of one row (1,); results of operations that give one for every "
          "element have\n"
          "the input's shape, and with --order its order: y[i] belongs to x[i].",
      .run = [read] { eval(*read); }};
}

}  // namespace permdelta
