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
  CLI::App program{"What goes with permdelta's kernels and benchmark.", "permdelta"};
  program.set_version_flag("--version", "permdelta " PERMDELTA_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Exit codes: 0 all right, 1 the output could not be written, or a gate of `compare` was not "
      "passed,\n2 bad usage or file.");
  try {
    bool passed = true;
    permdelta::add_compare(program, passed);
    permdelta::add_eval(program);
    permdelta::add_tables(program);
    permdelta::add_export(program);
    permdelta::add_report(program);
    try {
      program.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      std::cout << program.help();
    } catch (const CLI::CallForVersion&) {
      std::cout << program.version() << '\n';
    }
    if (!std::cout.flush()) return complain(failure, "standard output could not be written");
    return passed ? success : failure;
  } catch (const CLI::ParseError& error) {
    if (!program.get_subcommands().empty()) return complain(bad_usage, error.what());
    std::string line = "the first argument is none of the subcommands:";
    for (const auto* each : program.get_subcommands([](const CLI::App*) { return true; }))
      line += " " + each->get_name();
    return complain(bad_usage, line.c_str());
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
