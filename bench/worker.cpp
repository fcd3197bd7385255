#include "bench/worker.hpp"

#include <time.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "bench/float_environment.hpp"
#include "common/line_channel.hpp"
#include "common/one_line.hpp"
#include "run/display.hpp"
#include "run/worker_protocol.hpp"

namespace permdelta {
namespace {

double nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

class worker {
 public:
  worker(int descriptor, const std::vector<std::unique_ptr<row>>& rows, const json_entries& context,
         workspace& shared)
      : channel_(descriptor), rows_(rows), context_(context), shared_(shared) {}

  void serve() {
    channel_.send(worker_protocol::greeting);
    while (const auto request = channel_.receive()) {
      try {
        reply(*request);
      } catch (const std::exception& error) {
        channel_.send(std::string("error ") + one_line(error.what()));
      } catch (...) {
        channel_.send("error it threw something other than a std::exception");
      }
    }
  }

 private:
  void reply(const std::string& request) {
    std::istringstream words(request);
    std::string verb;
    words >> verb;
    if (verb == "list") return list();
    if (verb == "context") return describe();
    if (verb == "judge") return judge(chosen_row(words));
    if (verb == "prepare") return prepare(chosen_row(words));
    if (verb == "run") return run(words);
    throw std::invalid_argument("unknown request '" + verb + "'");
  }

  template <class Number>
  static Number next(std::istringstream& words) {
    Number value{};
    if (!(words >> value)) throw std::invalid_argument("a number is missing in the request");
    return value;
  }

  row& chosen_row(std::istringstream& words) const { return *rows_.at(next<std::size_t>(words)); }

  void list() {
    for (const auto& each : rows_)
      channel_.send("case " + std::to_string(each->workers()) + ' ' + each->listed_name());
    channel_.send("end");
  }

  void describe() {
    for (const auto& [key, json] : context_) channel_.send("context " + key + ' ' + json);
    channel_.send("end");
  }

  void judge(row& which) {
    if (const std::string& problem = which.objection(shared_); !problem.empty())
      throw std::runtime_error(problem);
    for (const auto& [name, value] : which.exact_counters())
      channel_.send("counter " + name + ' ' + shortest(value));
    channel_.send("end");
  }

  void prepare(const row& which) {
    loop_ = {};  // its memory first
    loop_ = which.prepare(shared_, worker_protocol::room);
    channel_.send("ready");
  }

  void run(std::istringstream& words) {
    const auto iterations = next<std::size_t>(words);
    const auto x = next<std::size_t>(words);
    const auto y = next<std::size_t>(words);
    if (!loop_.run) throw std::logic_error("no case is prepared");
    if (std::max(x, y) >= worker_protocol::room || x % worker_protocol::step != 0 ||
        y % worker_protocol::step != 0)
      throw std::invalid_argument("X and Y must be multiples of " +
                                  std::to_string(worker_protocol::step) + " below " +
                                  std::to_string(worker_protocol::room));
    const float_environment before;
    const double begin = nanoseconds(CLOCK_MONOTONIC);
    if (loop_.move) loop_.move(x, y);
    loop_.run(1);  // the other program has just used the caches
    const double cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    const double wall = nanoseconds(CLOCK_MONOTONIC);
    loop_.run(iterations);
    const double wall_end = nanoseconds(CLOCK_MONOTONIC);
    const double cpu_end = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    if (before.changed()) throw std::runtime_error(std::string(changed_environment));
    channel_.send("times " + shortest(wall - begin) + ' ' + shortest(cpu_end - cpu) + ' ' +
                  shortest(wall_end - wall));
  }

  line_channel channel_;
  const std::vector<std::unique_ptr<row>>& rows_;
  const json_entries& context_;
  workspace& shared_;
  row::timed_loop loop_;
};

}  // namespace

void serve(int descriptor, const std::vector<std::unique_ptr<row>>& rows,
           const json_entries& context, workspace& shared) {
  worker(descriptor, rows, context, shared).serve();
}

}  // namespace permdelta
