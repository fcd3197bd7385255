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

/// What is known of the calling thread's status during a call of a kernel. An aggregate, because
/// functions of it would be shared by all instruction sets.
struct status_words {
  std::uint64_t saved;  ///< as the caller has it
  std::uint64_t seen;   ///< as it was read or written last
  bool current;         ///< whether that is still what it is
};

/// The flag during a call of a kernel. Reading the status takes some twenty cycles, so it is read
/// no more often than there is something new to learn.
template <class User>
class inexact_watch {
  using status = float_status<User>;

 public:
  explicit inexact_watch(status_words& words) noexcept : words_(words) {}

  /// When a call begins. Exceptions do not trap from now on: what overflows in a lane need not in
  /// the sum.
  void begin() noexcept {
    const auto saved = status::read();
    words_ = {saved, saved | status::masks, true};
    if (words_.seen != saved) status::write(words_.seen);
  }

  /// When it ends: the caller has its status back, whatever was raised or lowered in between.
  /// Results are in memory before the status is put back: what makes them can't come later.
  void end() noexcept {
    asm volatile("" ::: "memory");
    status::write(words_.saved);
  }

  /// Lowers the flag.
  void lower() noexcept {
    if (!words_.current) words_.seen = status::read();
    if ((words_.seen & status::inexact) != 0) status::write(words_.seen &= ~status::inexact);
    words_.current = true;
  }

  /// Whether it was raised since.
  [[nodiscard]] bool raised() noexcept {
    words_.seen = status::read();
    return (words_.seen & status::inexact) != 0;
  }

  /// Arithmetic that may raise the flag comes next: what was seen of it will be out of date.
  void forget() noexcept { words_.current = false; }

 private:
  status_words& words_;
};

}  // namespace permdelta
