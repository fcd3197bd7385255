#pragma once

/// What the subcommands that compare have in common: the threshold, gates, and where the comparison
/// is written.

#include <optional>
#include <string>
#include <vector>

#include "common/command_line.hpp"
#include "common/output_file.hpp"
#include "tools/permdelta/compare/gate.hpp"
#include "tools/permdelta/compare/output.hpp"

namespace permdelta {

/// As the command line has it.
struct presenter_request {
  std::string noise = "2%";
  std::vector<std::string> gates;
  std::string format = "text";
  std::optional<std::string> output;
  bool only_changed = false;

  /// --noise, --fail-on, --only-changed, --format and -o, which set these.
  [[nodiscard]] std::vector<flag> flags();
};

class presenter {
 public:
  /// Opens the output, which must be none of the inputs. Throws usage_error.
  presenter(const presenter_request&, const std::vector<std::string>& inputs);

  [[nodiscard]] double noise() const noexcept { return noise_; }
  [[nodiscard]] const std::vector<gate>& gates() const noexcept { return gates_; }

  /// Fills in the report's noise and objections, warns of what there is to warn of, and writes it.
  /// Whether all gates let it through.
  [[nodiscard]] bool present(comparison_report);

 private:
  double noise_;
  comparison_format format_;
  bool only_changed_;
  std::vector<gate> gates_;
  std::optional<output_file> file_;
};

}  // namespace permdelta
