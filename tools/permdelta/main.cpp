#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "common/one_line.hpp"
#include "common/usage_error.hpp"
#include "npy/npy.hpp"
#include "run/read.hpp"
#include "tools/permdelta/subcommands.hpp"

int main(int argc, char** argv) {
  enum exit_code : int { success = 0, failure = 1, bad_usage = 2 };
  const auto complain = [](exit_code code, const char* what) {
    std::fprintf(stderr, "permdelta: %s\n", permdelta::one_line(what).c_str());
    return code;
  };
  try {
    bool passed = true;
    const permdelta::command_line line{
        .name = "permdelta",
        .meaning = "What goes with permdelta's kernels and benchmark.",
        .version = "permdelta " PERMDELTA_VERSION,
        .subcommands = {permdelta::ab_command(passed), permdelta::compare_command(passed),
                        permdelta::eval_command(), permdelta::tables_command(),
                        permdelta::export_command(), permdelta::report_command()},
        .footer =
            "Exit codes: 0 success, 1 the output could not be written, or a gate of "
            "`compare` was not passed,\n2 bad usage or file."};
    std::cout << permdelta::process(line, {argv + (argc > 0 ? 1 : 0), argv + argc});
    if (!std::cout.flush()) return complain(failure, "standard output could not be written");
    return passed ? success : failure;
  } catch (const permdelta::usage_error& error) {
    return complain(bad_usage, error.what());
  } catch (const permdelta::npy_error& error) {
    return complain(bad_usage, error.what());
  } catch (const permdelta::run_error& error) {
    return complain(bad_usage, error.what());
  } catch (const std::bad_alloc&) {
    return complain(failure, "there is not enough memory");
  } catch (const std::exception& error) {
    return complain(failure, error.what());
  }
}
