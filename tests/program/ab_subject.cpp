/// A program for `permdelta ab` to run. What its kernels do depends on its name's last part:
/// ab_subject_103 calls each method 103 times for a row, so it takes 3 % longer than ab_subject_100
/// with the very same code. With another word the kernel sum/faulty is at fault in that way.

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>

#include "bench/harness.hpp"
#include "kernels/permdelta.hpp"

namespace {

using namespace permdelta;

/// Hides from the compiler that the calls are all alike.
float repeated(std::size_t times, std::span<const float> x, method how) {
  float result = 0;
  for (; times != 0; --times) {
    result = sum(x, how);
    asm volatile("" : "+x"(result) : "r"(x.data()) : "memory");
  }
  return result;
}

float faulty(const std::string& fault, std::size_t calls, std::span<const float> x) {
  const bool is_timed = calls > 100;  // no study in one order has so many
  if (fault == "wrong") return 17;
  if (fault == "moves") return sum(x, method::sequential);
  if (fault == "prints" && is_timed && calls % 100 == 0) {
    std::puts("times 1 1 1");
    std::fflush(stdout);
  }
  if (fault == "throws" && is_timed) throw std::runtime_error("enough");
  if (fault == "dies" && is_timed) raise(SIGKILL);
  if (fault == "exits" && is_timed) std::_Exit(3);
  while (fault == "hangs" && is_timed) asm volatile("" : : : "memory");
  return sum(x);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argv[0];
  const std::string part = path.substr(path.rfind('_') + 1);
  const bool is_number = part.find_first_not_of("0123456789") == std::string::npos;
  const std::size_t times = is_number ? std::stoul(part) : 100;
  for (const method how : {method::lane_split, method::pairwise, method::exact})
    register_kernel<float>(std::string(name(how)) + "_repeated", operation::sum,
                           [=](std::span<const float> x) { return repeated(times, x, how); });
  register_kernel<float>("faulty", operation::sum,
                         [=, calls = std::size_t{0}](std::span<const float> x) mutable {
                           return faulty(part, ++calls, x);
                         });
  return bench_main(argc, argv);
}
