#pragma once

/// The lines of data/scipy_reference.txt, which says by whom and how it was made.

#include <cstddef>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace permdelta::testing {

/// The numbers of one line, taken from the left.
class reference {
 public:
  explicit reference(std::string text) : text_(std::move(text)), line_(text_) {}

  [[nodiscard]] std::string word() {
    std::string word;
    if (!(line_ >> word)) throw std::runtime_error("too short: " + text_);
    return word;
  }
  [[nodiscard]] std::size_t count() { return std::stoul(word()); }
  [[nodiscard]] double number() { return std::stod(word()); }
  [[nodiscard]] std::vector<double> sample(std::size_t n) {
    std::vector<double> x(n);
    for (double& value : x) value = number();
    return x;
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  std::istringstream line_;
};

/// All lines of a kind; what is left of each is what follows the kind.
[[nodiscard]] inline std::vector<reference> references(std::string_view kind) {
  std::ifstream file(PERMDELTA_TEST_DATA_DIR "/scipy_reference.txt");
  std::vector<reference> all;
  for (std::string text; std::getline(file, text);) {
    reference line(text);
    if (line.word() == kind) all.push_back(std::move(line));
  }
  return all;
}

}  // namespace permdelta::testing
