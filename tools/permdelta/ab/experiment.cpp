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

struct both {
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
// A case is, and why has been noted; it has taken its process with it or not.
struct case_failed {};
struct process_lost {};

class runner {
 public:
  runner(ab_experiment& experiment, const ab_plan& plan)
      : experiment_(experiment), plan_(plan), begin_(steady_clock::now()) {}

  void run() try {
    for (std::size_t r = 0; r < plan_.restarts && open_cases() > 0; ++r) {
      restart(r);
      for (ab_case& each : experiment_.cases)
        if (is_open(each)) each.decided = experiment_.is_decided(each);
      if (r == 0) check_budget();
    }
  } catch (const stopped&) {
    experiment_.is_over_budget = true;
  } catch (const interrupted&) {
  }

 private:
  // Asks a side for something, and notes why it fails if it does.
  template <class Ask>
  static auto attempt(std::string& problem, Ask ask) try {
    return ask();
  } catch (const case_error& error) {
    problem = error.what();
    throw case_failed();
  } catch (const program_error& error) {
    problem = error.what();
    throw process_lost();
  } catch (const std::system_error& error) {
    problem = error.what();
    throw process_lost();
  }
  template <class Ask>
  static auto of_base(both& processes, ab_case& which, Ask ask) {
    return attempt(which.base_problem, [&] { return ask(*processes.base, which.base); });
  }
  template <class Ask>
  static auto of_contender(both& processes, ab_case& which, Ask ask) {
    return attempt(which.contender_problem,
                   [&] { return ask(*processes.contender, which.contender); });
  }

  [[nodiscard]] bool is_open(const ab_case& which) const {
    return !which.decided && !which.failed();
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
      both processes;
      for (ab_case& each : experiment_.cases) {
        if (!is_open(each) || each.base.workers != count) continue;
        if (r > 0 && elapsed() > plan_.budget) throw stopped();
        try {
          if (!processes.base) start(processes, each, r);
          measure(processes, each, r);
        } catch (const case_failed&) {
        } catch (const process_lost&) {
          processes.end();
        }
        --left_;
        if (experiment_.progress) experiment_.progress(r, left_, remaining(r));
      }
    }
  }

  void start(both& processes, ab_case& which, std::size_t r) const {
    std::vector<int> used = plan_.processors;
    if (which.base.workers > used.size()) {
      which.base_problem = which.contender_problem =
          std::to_string(which.base.workers) + " threads, and " + std::to_string(used.size()) +
          " processors to run them on";
      throw case_failed();
    }
    std::ranges::rotate(used, used.begin() + static_cast<std::ptrdiff_t>(r % used.size()));
    used.resize(which.base.workers);
    attempt(which.base_problem, [&] { processes.base = experiment_.base.start(used); });
    attempt(which.contender_problem,
            [&] { processes.contender = experiment_.contender.start(used); });
  }

  void measure(both& processes, ab_case& which, std::size_t r) {
    if (which.restarts.empty()) {
      const auto begin = steady_clock::now();
      const auto judge = [](ab_program& p, const program_case& its) { return p.judge(its); };
      which.base_counters = of_base(processes, which, judge);
      which.contender_counters = of_contender(processes, which, judge);
      once_ += steady_clock::now() - begin;
    }
    const auto prepare = [](ab_program& p, const program_case& its) { p.prepare(its); };
    of_base(processes, which, prepare);
    of_contender(processes, which, prepare);
    if (which.iterations == 0) {
      const auto begin = steady_clock::now();
      calibrate(processes, which);
      once_ += steady_clock::now() - begin;
    }

    // The same choices whatever other cases there are.
    std::seed_seq seeds{plan_.seed, plan_.seed >> 32, static_cast<std::uint64_t>(r),
                        static_cast<std::uint64_t>(std::hash<std::string>()(which.name))};
    std::mt19937_64 random(seeds);
    std::vector<double> ratios;
    times_of_batches base;
    times_of_batches contender;
    for (std::size_t pair = 0; pair < plan_.warm_up_pairs + plan_.pairs; ++pair) {
      const auto [before, after] = run_pair(processes, which, which.iterations, random());
      if (pair < plan_.warm_up_pairs) continue;
      base.add(before);
      contender.add(after);
      ratios.push_back(std::log(time_of(which, after) / time_of(which, before)));
    }
    if (!std::ranges::all_of(ratios, [](double log) { return std::isfinite(log); })) {
      which.base_problem = which.contender_problem = "a batch took no time";
      throw case_failed();
    }
    which.restarts.push_back({std::exp(median(ratios)), base.middle(), contender.middle()});
  }

  // Of an iteration, by the clock of the case.
  [[nodiscard]] static double time_of(const ab_case& which, const batch_times& batch) {
    return (which.by_wall_clock ? batch.wall : batch.cpu) / batch.iterations;
  }

  static std::pair<batch_times, batch_times> run_pair(both& processes, ab_case& which,
                                                      std::size_t iterations, std::uint64_t bits) {
    constexpr std::uint64_t places = worker_protocol::room / worker_protocol::step;
    const std::size_t x = bits / 2 % places * worker_protocol::step;
    const std::size_t y = bits / 2 / places % places * worker_protocol::step;
    const auto batch = [&](ab_program& p, const program_case&) { return p.run(iterations, x, y); };
    std::pair<batch_times, batch_times> times;
    if (bits % 2 == 0) times.first = of_base(processes, which, batch);
    times.second = of_contender(processes, which, batch);
    if (bits % 2 != 0) times.first = of_base(processes, which, batch);
    return times;
  }

  // Equally many iterations on both sides, for the faster of them.
  void calibrate(both& processes, ab_case& which) const {
    if (!processes.base->takes_iterations()) {
      which.iterations = 1;
      return;
    }
    const auto batch = static_cast<double>(plan_.batch.count());
    // The least of some, which no interrupt has stretched: an iteration, and a first one.
    const auto least_of = [&](std::size_t iterations) {
      std::pair<double, double> least{infinity, infinity};
      for (std::uint64_t i = 0; i < 3; ++i) {
        const auto [base, contender] = run_pair(processes, which, iterations, i);
        least.first = std::min({least.first, time_of(which, base), time_of(which, contender)});
        least.second = std::min(least.second, std::max(base.first, contender.first));
      }
      return least;
    };
    std::size_t some = 1;
    auto [time, first] = least_of(some);
    for (; time * static_cast<double>(some) < batch / 4; std::tie(time, first) = least_of(some)) {
      if (some > (std::size_t{1} << 40)) {
        which.base_problem = which.contender_problem = "an iteration takes no time";
        throw case_failed();
      }
      some *= 4;
    }
    const double refill = std::max(0.0, first - time);
    const double length = std::max(batch, std::min(refills * refill, longest_batch));
    which.iterations = static_cast<std::size_t>(std::max(1.0, std::ceil(length / time)));
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

  void check_budget() const {
    const auto each = elapsed() - once_;
    const std::size_t needed = std::min(plan_.restarts, min_restarts) - 1;
    if (needed == 0 || open_cases() == 0 || elapsed() + each * needed <= plan_.budget) return;
    const auto whole = [](nanoseconds time) {
      return std::to_string(std::chrono::ceil<seconds>(time).count()) + "s";
    };
    throw usage_error("--budget: " + std::to_string(experiment_.cases.size()) + " cases take " +
                      whole(each) + " a restart, of which a verdict takes " +
                      std::to_string(min_restarts) + "; allowed: --budget=" +
                      whole(once_ + each * plan_.restarts * 5 / 4) + " or more, or fewer cases");
  }

  ab_experiment& experiment_;
  const ab_plan& plan_;
  steady_clock::time_point begin_;
  nanoseconds once_{0};   // of it for what is done once: judging and calibrating
  std::size_t left_ = 0;  // cases of the restart
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
