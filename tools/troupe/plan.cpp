// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "plan_core.h"
#include "plan_measured.h"
#include "plan_report.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using troupe::failure;
using troupe::result;
using troupe::storage::errc;
namespace plan = troupe::plan;

constexpr int64_t bench_brokers_max = 100'000;

struct plan_arguments {
  plan::question asked;
  /// Not given: from a report, or the question's own default.
  std::optional<int64_t> messages_per_second;
  std::optional<int64_t> record_bytes;
  std::vector<std::string> bench_files;
  int64_t bench_brokers = 1;
  std::string json;
};

result<std::string> read_report(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(plan::report_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.eof())
    return failure(errc::invalid_argument,
                   in.is_open() && in ? "--bench: too large to be a report"
                                      : "--bench: cannot be read");
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

result<plan::measured> read_reports(const plan_arguments& x) {
  if (x.bench_brokers < 1 || x.bench_brokers > bench_brokers_max)
    return failure(errc::invalid_argument,
                   fmt::format("--bench-brokers must be from 1 to {}, not {}",
                               bench_brokers_max, x.bench_brokers));
  plan::measured out;
  for (const auto& path : x.bench_files) {
    auto text = read_report(path);
    auto added = text ? plan::add_report(out, *text, x.bench_brokers)
                      : result<void>(failure(text.error()));
    if (!added)
      return failure(errc::invalid_argument,
                     fmt::format("{} ({})", added.error().message, path));
  }
  return out;
}

/// What the command line says wins over what reports say.
result<plan::question> make_question(const plan_arguments& x) {
  auto measured = read_reports(x);
  if (!measured)
    return failure(measured.error());
  auto out = x.asked;
  auto writes = x.messages_per_second ? x.messages_per_second
                                      : measured->writes_per_second;
  if (!writes)
    return failure(errc::invalid_argument,
                   "--messages-per-second, or --bench with a report of "
                   "produce, is missing");
  out.messages_per_second = *writes;
  if (!out.reads_per_second)
    out.reads_per_second = measured->reads_per_second;
  if (auto bytes = x.record_bytes ? x.record_bytes : measured->record_bytes)
    out.record_bytes = *bytes;
  return out;
}

result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << '\n';
  file.close();
  if (!file)
    return tl::unexpected(troupe::storage::from_errno(
        errno, fmt::format("--json: cannot write {}", path)));
  return {};
}

result<void> run(const plan_arguments& x) {
  auto asked = make_question(x);
  if (!asked)
    return failure(asked.error());
  auto answer = plan::work_out(*asked);
  if (!answer)
    return failure(answer.error());
  if (x.json == "-") {
    fmt::print("{}\n", plan::to_json(*asked, *answer));
    return {};
  }
  fmt::print("{}", plan::to_table(*asked, *answer));
  return x.json.empty() ? result<void>()
                        : write_file(x.json, plan::to_json(*asked, *answer));
}

void add_load_options(CLI::App& to, plan_arguments& x) {
  to.add_option("--brokers", x.asked.brokers, "Brokers of the cluster")
      ->required();
  to.add_option("--messages-per-second", x.messages_per_second,
                "Records that one broker takes from producers");
  to.add_option("--reads-per-second", x.asked.reads_per_second,
                "Records that one broker delivers to consumers; default: "
                "each replica delivers every record once");
  to.add_option("--bench", x.bench_files,
                "Report of troupe bench produce or fetch (--json FILE), in "
                "place of those figures; give it again for both");
  to.add_option("--bench-brokers", x.bench_brokers,
                "Brokers that shared the load of those reports")
      ->capture_default_str();
  to.add_option("--replication-factor", x.asked.replication_factor,
                "Replicas of each partition; default: 3, or as many as there "
                "are brokers");
  to.add_option("--record-bytes", x.record_bytes,
                "Bytes of a record on disk; default: of the report, or 1024");
}

void add_need_options(CLI::App& to, plan_arguments& x) {
  to.add_option("--retention-hours", x.asked.retention_hours,
                "How long records are kept")
      ->capture_default_str();
  to.add_option("--free-percent", x.asked.free_percent,
                "Share of each disk that stays empty")
      ->capture_default_str();
  to.add_option("--hit-rate", x.asked.hit_rate_percent,
                "Percent of the reads that find their record in memory")
      ->capture_default_str();
  to.add_option("--read-lag", x.asked.read_lag_s,
                "Age of a record when it is read, in seconds, on average")
      ->capture_default_str();
  to.add_option("--json", x.json,
                "Report as JSON into a file; - or no name for stdout")
      ->expected(0, 1);
}

} // namespace

void add_plan_command(CLI::App& app, int& exit_code) {
  auto x = std::make_shared<plan_arguments>();
  auto* command = app.add_subcommand(
      "plan", "Work out what a cluster can take and what it needs for that");
  add_load_options(*command, *x);
  add_need_options(*command, *x);
  command->callback([x, command, &exit_code] {
    if (command->count("--json") > 0 && x->json.empty())
      x->json = "-";
    if (auto done = run(*x); !done) {
      fmt::print(stderr, "troupe plan: {}\n", done.error().message);
      exit_code = 1;
    }
  });
}
