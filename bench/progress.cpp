#include "bench/progress.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace permdelta {

progress::progress(std::size_t rows, bool enabled)
    : rows_(rows), enabled_(enabled && isatty(STDERR_FILENO) != 0) {}

progress::~progress() {
  erase();
}

void progress::row_begins() {
  ++begun_;
  erase();
  draw();
}

void progress::erase() {
  if (enabled_) std::fputs("\r\033[K", stderr);
}

void progress::draw() {
  if (!enabled_ || begun_ == 0) return;
  const std::size_t done = begun_ - 1;
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (done == 0) {
    std::fprintf(stderr, "0 of %zu rows done", rows_);
  } else {
    const double left = elapsed / static_cast<double>(done) * static_cast<double>(rows_ - done);
    const long seconds = std::lround(left);
    std::fprintf(stderr, "%zu of %zu rows done, %zu to do, about %ld:%02ld left", done, rows_,
                 rows_ - done, seconds / 60, seconds % 60);
  }
  std::fflush(stderr);
}

}  // namespace permdelta
