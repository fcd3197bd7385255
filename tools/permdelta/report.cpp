#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/name_filter.hpp"
#include "common/output_file.hpp"
#include "common/usage_error.hpp"
#include "run/read.hpp"
#include "tools/permdelta/flags.hpp"
#include "tools/permdelta/open_output.hpp"
#include "tools/permdelta/report/page.hpp"
#include "tools/permdelta/subcommands.hpp"

namespace permdelta {

enum class report_format : std::uint8_t { html, svg };

template <>
inline constexpr std::array names_of<report_format>{std::string_view{"html"},
                                                    std::string_view{"svg"}};

namespace {

struct request {
  std::vector<std::string> files;
  std::string filter;
  std::string title = "permdelta report";
  std::string view;
  std::string format = "html";
  std::string output;
};

page_request page_of(const request& request) {
  page_request made{.title = request.title, .view = request.view, .runs = {}, .compared = {}};
  const name_filter wanted("--filter", request.filter);
  for (const std::string& file : request.files) {
    benchmark_run& run = made.runs.emplace_back(read_run(file));
    const bool was_empty = run.rows.empty();
    std::erase_if(run.rows, [&](const benchmark_row& row) { return !wanted.keeps(row.name); });
    if (run.rows.empty() && !was_empty)
      throw usage_error("--filter: no row of '" + file + "' matches '" + request.filter + "'");
    if (run.rows.empty()) throw usage_error("'" + file + "' has no rows");
  }
  if (made.runs.size() == 2) {
    const benchmark_run& base = made.runs[0];
    const benchmark_run& contender = made.runs[1];
    comparison_options options;
    std::string other = other_study(base, contender);
    options.with_counters = other.empty();
    if (!other.empty()) warn(other + ": only their times are compared");
    made.compared = {compare(base, contender, pair_by_name(base, contender), options),
                     differences(base, contender), options.noise, std::move(other)};
  }
  return made;
}

void write_page(const request& request) {
  std::optional<output_file> file;
  open_beside_inputs(file, request.output, request.files);
  file->stream() << page(page_of(request));
  file->commit();
}

void write_drawings(const request& request) {
  const std::filesystem::path folder = request.output;
  const auto refuse = [&] {
    throw usage_error("-o: '" + request.output + "' is not a directory and can't be made one");
  };
  std::error_code error;
  if (!std::filesystem::is_directory(folder) &&
      (std::filesystem::exists(folder, error) ||
       !std::filesystem::is_directory(std::filesystem::absolute(folder).parent_path())))
    refuse();
  const std::vector<drawing> drawn = drawings(page_of(request));
  std::filesystem::create_directory(folder, error);
  if (!std::filesystem::is_directory(folder)) refuse();
  for (const auto& [name, svg] : drawn) {
    output_file file((folder / (name + ".svg")).string());
    file.stream() << svg;
    file.commit();
  }
}

void report(const request& request) {
  switch (chosen<report_format>("--format", request.format)) {
    case report_format::html:
      return write_page(request);
    case report_format::svg:
      return write_drawings(request);
  }
}

}  // namespace

subcommand report_command() {
  const auto read = std::make_shared<request>();
  return {
      .name = "report",
      .meaning = "a run, or two compared, as one page with charts, that opens anywhere",
      .flags =
          {{"RUN.json",
            &read->files,
            "what --benchmark_out wrote; with a second one, that is compared with the first",
            "",
            {.required = true, .max_count = 2}},
           {"-o,--output",
            &read->output,
            "the page; of --format=svg the directory of the charts",
            "FILE",
            {.required = true}},
           {"--filter", &read->filter, "rows by name, as --benchmark_filter has it", "REGEX"},
           {"--title", &read->title, "what the page is called", "TEXT", {.shows_default = true}},
           {"--view", &read->view,
            "what it shows first, as the part of its address behind the #: "
            "'operation=sum&type=fp32&n=4096'",
            "CHOICES"},
           {"--format",
            &read->format,
            joined(names_of<report_format>),
            "NAME",
            {.shows_default = true}}},
      .footer =
          "The page is one file of about a megabyte. It asks nothing of the network: it can be "
          "mailed,\n"
          "attached and kept. What is chosen in it is in its address, to be linked. SVG files are "
          "drawn\n"
          "by Node.js.\n"
          "Choices of --view: operation, type, distribution and what else names have; n; measure, "
          "which\n"
          "is a counter; hide, methods with + between them; theme, light or dark.",
      .run = [read] { report(*read); }};
}

}  // namespace permdelta
