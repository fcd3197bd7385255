#include "tools/permdelta/ab/experiment.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <system_error>
#include <tuple>

#include "common/usage_error.hpp"
#include "run/worker_protocol.hpp"
#include "tools/permdelta/ab/interruption.hpp"
#include "tools/permdelta/compare/paired.hpp"
#include "tools/statistics/median.hpp"

namespace permdelta {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double refills = 20;           // a batch is at least so many times a refill of the caches
constexpr double longest_batch = 250e6;  // ns, and not longer because of a refill

struct program_pair {
  std::unique_ptr<ab_program> base = {};
  std::unique_ptr<ab_program> contender = {};

  void end() {
    base.reset();
    contender.reset();
  }
};

// The medians of a side.
class times_of_batches {
 public:
  void add(const batch_times& batch) {
    cpu_.push_back(batch.cpu / batch.iterations);
    wall_.push_back(batch.wall / batch.iterations);
    iterations_ += batch.iterations;
  }
  [[nodiscard]] ab_times middle() const { return {median(cpu_), median(wall_), iterations_}; }

 private:
  std::vector<double> cpu_;
  std::vector<double> wall_;
  double iterations_ = 0;
};

// The budget is spent.
struct stopped {};
// The case failed, and the reason is noted in it.
struct case_failed {};
// Likewise, and its program is of no more use.
struct process_lost {};

class runner {
 public:
  runner(ab_experiment& experiment, const ab_plan& plan)
      : experiment_(experiment), plan_(plan), begin_(steady_clock::now()) {}

  void run() try {
    for (std::size_t r = 0; r < plan_.restarts && open_cases() > 0; ++r) {
      const nanoseconds before = repeated_;
      restart(r);
      for (ab_case& each : experiment_.cases)
        if (is_open(each)) each.decided = experiment_.is_decided(each);
      if (r == 0) check_budget(repeated_ - before);
    }
  } catch (const stopped&) {
    experiment_.is_over_budget = true;
  } catch (const interrupted&) {
  }

 private:
  // Asks a side for something, and notes why it fails if it does.
  template <class Ask>
  static auto attempt(ab_case& tested, std::string ab_case::*problem, Ask ask) {
    const auto note = [&](const std::exception& error, bool is_skip) {
      tested.skipped = is_skip && (tested.skipped || !tested.failed());
      tested.*problem = error.what();
    };
    try {
      return ask();
    } catch (const case_skipped& error) {
      note(error, true);
      throw case_failed();
    } catch (const case_error& error) {
      note(error, false);
      throw case_failed();
    } catch (const program_error& error) {
      note(error, false);
      throw process_lost();
    } catch (const std::system_error& error) {
      note(error, false);
      throw process_lost();
    }
  }
  // Asks both, the second one too where the first fails: a failure on both sides is not the
  // contender's fault.
  template <class Ask>
  static auto of_both(program_pair& programs, ab_case& tested, Ask ask,
                      bool contender_first = false) {
    using answer = decltype(ask(*programs.base, tested.base));
    std::pair<answer, answer> answers;
    const auto of_base = [&] {
      answers.first =
          attempt(tested, &ab_case::base_problem, [&] { return ask(*programs.base, tested.base); });
    };
    const auto of_contender = [&] {
      answers.second = attempt(tested, &ab_case::contender_problem,
                               [&] { return ask(*programs.contender, tested.contender); });
    };
    const auto in_order = [](auto first, auto second) {
      try {
        first();
      } catch (const case_failed&) {
        second();
        throw;
      } catch (const process_lost&) {
        second();
        throw;
      }
      second();
    };
    if (contender_first)
      in_order(of_contender, of_base);
    else
      in_order(of_base, of_contender);
    return answers;
  }

  [[nodiscard]] bool is_open(const ab_case& tested) const {
    return !tested.decided && !tested.failed();
  }
  [[nodiscard]] std::size_t open_cases() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        experiment_.cases, [&](const ab_case& each) { return is_open(each); }));
  }
  [[nodiscard]] nanoseconds elapsed() const { return steady_clock::now() - begin_; }

  // All cases of as many threads in one pair of processes, which may use as many processors.
  void restart(std::size_t r) {
    left_ = open_cases();
    std::set<std::size_t> threads;
    for (const ab_case& each : experiment_.cases)
      if (is_open(each)) threads.insert(each.base.workers);
    for (const std::size_t count : threads) {
      program_pair programs;
      for (ab_case& each : experiment_.cases) {
        if (!is_open(each) || each.base.workers != count) continue;
        if (r > 0 && elapsed() > plan_.budget) throw stopped();
        const auto begin = steady_clock::now();
        const nanoseconds once_before = once_;
        try {
          if (!programs.base) start(programs, each, r);
          measure(programs, each, r);
          repeated_ += steady_clock::now() - begin - (once_ - once_before);
        } catch (const case_failed&) {
        } catch (const process_lost&) {
          programs.end();
        }
        --left_;
        if (experiment_.progress) experiment_.progress(r, left_, remaining(r));
      }
    }
  }

  void start(program_pair& programs, ab_case& tested, std::size_t r) const {
    std::vector<int> used = plan_.processors;
    if (tested.base.workers > used.size()) {
      tested.base_problem = tested.contender_problem =
          std::to_string(tested.base.workers) +
          " threads; allowed by --cpu: " + std::to_string(used.size()) + " processors";
      throw case_failed();
    }
    std::ranges::rotate(used, used.begin() + static_cast<std::ptrdiff_t>(r % used.size()));
    used.resize(tested.base.workers);
    attempt(tested, &ab_case::base_problem, [&] { programs.base = experiment_.base.start(used); });
    attempt(tested, &ab_case::contender_problem,
            [&] { programs.contender = experiment_.contender.start(used); });
  }

  void measure(program_pair& programs, ab_case& tested, std::size_t r) {
    if (tested.restarts.empty()) {
      const auto begin = steady_clock::now();
      std::tie(tested.base_counters, tested.contender_counters) = of_both(
          programs, tested, [](ab_program& p, const program_case& its) { return p.judge(its); });
      once_ += steady_clock::now() - begin;
    }
    of_both(programs, tested, [](ab_program& p, const program_case& its) {
      p.prepare(its);
      return true;
    });
    if (tested.iterations == 0) {
      const auto begin = steady_clock::now();
      calibrate(programs, tested);
      once_ += steady_clock::now() - begin;
    }

    // The same choices whatever other cases there are.
    std::seed_seq seeds{plan_.seed, plan_.seed >> 32, static_cast<std::uint64_t>(r),
                        static_cast<std::uint64_t>(std::hash<std::string>()(tested.name))};
    std::mt19937_64 random(seeds);
    std::vector<double> ratios;
    times_of_batches base;
    times_of_batches contender;
    for (std::size_t pair = 0; pair < plan_.warm_up_pairs + plan_.pairs; ++pair) {
      const auto [before, after] = run_pair(programs, tested, tested.iterations, random());
      if (pair < plan_.warm_up_pairs) continue;
      base.add(before);
      contender.add(after);
      ratios.push_back(std::log(time_of(tested, after) / time_of(tested, before)));
    }
    if (!std::ranges::all_of(ratios, [](double log) { return std::isfinite(log); })) {
      tested.base_problem = tested.contender_problem = "a batch took no time";
      throw case_failed();
    }
    tested.restarts.push_back({std::exp(median(ratios)), base.middle(), contender.middle()});
  }

  // Of an iteration, by the clock of the case.
  [[nodiscard]] static double time_of(const ab_case& tested, const batch_times& batch) {
    return (tested.by_wall_clock ? batch.wall : batch.cpu) / batch.iterations;
  }

  static std::pair<batch_times, batch_times> run_pair(program_pair& programs, ab_case& tested,
                                                      std::size_t iterations, std::uint64_t bits) {
    constexpr std::uint64_t places = worker_protocol::room / worker_protocol::step;
    const std::size_t x = bits / 2 % places * worker_protocol::step;
    const std::size_t y = bits / 2 / places % places * worker_protocol::step;
    return of_both(
        programs, tested,
        [&](ab_program& p, const program_case&) { return p.run(iterations, x, y); }, bits % 2 != 0);
  }

  // Equally many iterations on both sides, for the faster of them.
  void calibrate(program_pair& programs, ab_case& tested) const {
    if (!programs.base->takes_iterations()) {
      tested.iterations = 1;
      return;
    }
    const auto batch = static_cast<double>(plan_.batch.count());
    // The least of some, which no interrupt has stretched: an iteration, and a first one.
    const auto least_of = [&](std::size_t iterations) {
      std::pair<double, double> least{infinity, infinity};
      for (std::uint64_t i = 0; i < 3; ++i) {
        const auto [base, contender] = run_pair(programs, tested, iterations, i);
        least.first = std::min({least.first, time_of(tested, base), time_of(tested, contender)});
        least.second = std::min(least.second, std::max(base.first, contender.first));
      }
      return least;
    };
    std::size_t some = 1;
    auto [time, first] = least_of(some);
    for (; time * static_cast<double>(some) < batch / 4; std::tie(time, first) = least_of(some)) {
      if (some > (std::size_t{1} << 40)) {
        tested.base_problem = tested.contender_problem = "an iteration takes no time";
        throw case_failed();
      }
      some *= 4;
    }
    const double refill = std::max(0.0, first - time);
    const double length = std::max(batch, std::min(refills * refill, longest_batch));
    tested.iterations = static_cast<std::size_t>(std::max(1.0, std::ceil(length / time)));
  }

  // If each restart takes as long as those so far, with what is left of the cases.
  [[nodiscard]] seconds remaining(std::size_t r) const {
    const double open = static_cast<double>(open_cases());
    const double all = std::max(1.0, static_cast<double>(experiment_.cases.size()));
    const double done =
        static_cast<double>(r) + 1 - static_cast<double>(left_) / std::max(open, 1.0);
    const double ahead =
        (static_cast<double>(plan_.restarts) - static_cast<double>(r) - 1) * open / all +
        static_cast<double>(left_) / all;
    return std::chrono::duration_cast<seconds>(elapsed() * (ahead / std::max(done, 1e-3)));
  }

  // After the first restart, of which the open cases took `each`.
  void check_budget(nanoseconds each) const {
    const std::size_t needed = std::min(plan_.restarts, min_restarts) - 1;
    if (needed == 0 || open_cases() == 0 || elapsed() + each * needed <= plan_.budget) return;
    if (open_cases() < experiment_.cases.size()) throw stopped();  // there is something to tell
    const auto whole = [](nanoseconds time) {
      return std::to_string(std::chrono::ceil<seconds>(time).count()) + "s";
    };
    throw usage_error("--budget: " + std::to_string(experiment_.cases.size()) +
                      (experiment_.cases.size() == 1 ? " case takes " : " cases take ") +
                      whole(each) + " a restart, of which a verdict takes " +
                      std::to_string(min_restarts) + "; allowed: --budget=" +
                      whole(once_ + each * plan_.restarts * 5 / 4) + " or more, or fewer cases");
  }

  ab_experiment& experiment_;
  const ab_plan& plan_;
  steady_clock::time_point begin_;
  nanoseconds once_{0};      // for what is done once: judging and calibrating
  nanoseconds repeated_{0};  // for the rest, of cases that have not failed
  std::size_t left_ = 0;     // cases of the restart
};

}  // namespace

std::vector<int> allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> found;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (int processor = 0; processor < CPU_SETSIZE; ++processor)
      if (CPU_ISSET(static_cast<std::size_t>(processor), &set)) found.push_back(processor);
  return found;
}

void run(ab_experiment& experiment, const ab_plan& plan) {
  runner(experiment, plan).run();
}

}  // namespace permdelta
