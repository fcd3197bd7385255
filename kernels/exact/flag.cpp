#include "kernels/exact/flag.hpp"

namespace permdelta {
namespace {

struct experiment;

bool try_flag() noexcept {
  status_words words;
  inexact_watch<experiment> watch(words);
  watch.begin();
  volatile double one = 1;
  volatile double tiny = 0x1p-60;
  volatile double sum = 0;
  watch.lower();
  sum = one + one;
  const bool quiet_when_exact = !watch.raised();
  sum = one + tiny;
  const bool raised_when_not = watch.raised();
  static_cast<void>(sum);
  watch.end();
  return quiet_when_exact && raised_when_not;
}

const bool found_to_work = try_flag();

}  // namespace

bool inexact_flag_works = found_to_work;

void distrust_inexact_flag(bool distrust) noexcept {
  inexact_flag_works = found_to_work && !distrust;
}

}  // namespace permdelta
