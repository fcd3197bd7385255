#pragma once

/// The processor's own certificate that a sum is exact.
///
/// IEEE 754 hardware keeps a sticky *inexact* flag: every operation that had to round raises it,
/// and nothing but software lowers it. So a loop of a thousand additions that leaves a lowered flag
/// lowered has made no error at all: what is in its accumulators is the exact sum, in whatever
/// order it was added. The certificate costs nothing inside the loop.
///
/// Compilers do not model the flag. They move arithmetic freely across the instructions that read
/// and lower it, unless the operands are pinned: `native<Arch>::pin(v)` makes v opaque at that
/// point, so what uses it afterwards can't come before, and what it was made of can't come later.
/// Pin every accumulator after the flag is lowered and before it is read, and do nothing else in
/// between: a conversion or a division raises it too.
///
/// Some emulators do not maintain the flag (Valgrind is one). An experiment before main() finds
/// out; where it fails, magnitudes decide what is exact (bins.hpp).

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace permdelta {

/// Whether an inexact addition raises the flag here and an exact one leaves it: tried before main()
/// begins; false until then.
extern bool inexact_flag_works;

/// For tests: treats the flag as broken from now on, or goes back to what was found out.
void distrust_inexact_flag(bool distrust) noexcept;

/// The calling thread's floating-point status. User keeps the instruction sets' copies of the code
/// apart.
template <class User>
struct float_status {
  using word = std::uint64_t;

#if defined(__x86_64__)
  static constexpr word inexact = 0x20;     // MXCSR.PE
  static constexpr word masks = 0x1F80;     // set: exceptions do not trap
  static constexpr word rounding = 0x6000;  // zero: to nearest
  static constexpr word flush_to_zero = 0x8040;
  [[nodiscard]] static word read() noexcept {
    return _mm_getcsr();
  }
  static void write(word status) noexcept {
    _mm_setcsr(static_cast<unsigned>(status));
  }
  [[nodiscard]] static word control() noexcept {
    return read();
  }
#elif defined(__aarch64__)
  static constexpr word inexact = 0x10;       // FPSR.IXC
  static constexpr word masks = 0;            // in FPCR, and few processors trap
  static constexpr word rounding = 0xC00000;  // of FPCR; zero: to nearest
  static constexpr word flush_to_zero = 0x1000000;
  [[nodiscard]] static word read() noexcept {
    word status;
    asm volatile("mrs %0, fpsr" : "=r"(status)::"memory");
    return status;
  }
  static void write(word status) noexcept {
    asm volatile("msr fpsr, %0" ::"r"(status) : "memory");
  }
  [[nodiscard]] static word control() noexcept {
    word control;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    return control;
  }
#endif

  /// Rounding to nearest, subnormals kept: what every kernel expects.
  [[nodiscard]] static bool as_expected() noexcept {
    return (control() & (rounding | flush_to_zero)) == 0;
  }
};

/// The flag during a call of a kernel. In the end the caller has its status back, whatever was
/// raised or lowered in between. Reading the status takes some twenty cycles, so it is read no more
/// often than there is something new to learn. Exceptions do not trap meanwhile: what overflows in
/// a lane need not in the sum.
template <class User>
class inexact_watch {
  using status = float_status<User>;

 public:
  inexact_watch() noexcept : saved_(status::read()), seen_(saved_ | status::masks) {
    if (seen_ != saved_) status::write(seen_);
  }
  // Results are in memory before the status is put back: what makes them can't come later.
  ~inexact_watch() {
    asm volatile("" ::: "memory");
    status::write(saved_);
  }
  inexact_watch(const inexact_watch&) = delete;
  inexact_watch& operator=(const inexact_watch&) = delete;

  /// Lowers the flag.
  void lower() noexcept {
    if (!current_) seen_ = status::read();
    if ((seen_ & status::inexact) != 0) status::write(seen_ &= ~status::inexact);
    current_ = true;
  }

  /// Whether it was raised since.
  [[nodiscard]] bool raised() noexcept {
    seen_ = status::read();
    return (seen_ & status::inexact) != 0;
  }

  /// Arithmetic that nobody watches comes next: what was seen of the flag will be out of date.
  void look_away() noexcept { current_ = false; }

 private:
  typename status::word saved_;
  typename status::word seen_;
  bool current_ = true;
};

}  // namespace permdelta
