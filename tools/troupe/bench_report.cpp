// SPDX-License-Identifier: Apache-2.0
#include "bench_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdio>
#include <fstream>

namespace troupe::bench {

namespace {

constexpr double mega = 1e6;
constexpr double giga = 1e9;

struct quantile {
  const char* name;
  double percent;
};

constexpr quantile quantiles[] = {
    {"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}};

double per_second(uint64_t x, const bench_report& report) {
  return report.elapsed_s > 0 ? static_cast<double>(x) / report.elapsed_s : 0;
}

double per_gb(double cpu_s, const bench_report& report) {
  return report.bytes > 0 ? cpu_s / (static_cast<double>(report.bytes) / giga)
                          : 0;
}

nlohmann::json settings_json(const bench_options& options) {
  return {
      {"bootstrap", options.bootstrap},
      {"topic", options.topic},
      {"pipeline", options.pipeline},
      {"batch_bytes", options.batch_bytes},
      {"record_bytes", options.record_bytes},
      {"compressible", options.compressible},
      {"codec", static_cast<int>(options.codec)},
      {"acks", options.acks},
      {"idempotent", options.idempotent},
      {"rate", options.rate},
      {"fetch_bytes", options.fetch_bytes},
      {"max_wait_ms", options.max_wait_ms},
      {"min_bytes", options.min_bytes},
      {"warmup_s", options.warmup_s},
      {"groups", options.groups},
      {"members", options.members},
      {"session_timeout_ms", options.session_timeout_ms},
      {"heartbeat_interval_ms", options.heartbeat_interval_ms},
  };
}

nlohmann::json
to_json(const bench_report& report, const bench_options& options) {
  nlohmann::json latency{
      {"of", report.latency_of},
      {"mean", report.latency.mean() / mega},
      {"max", static_cast<double>(report.latency.max()) / mega}};
  for (const auto& q : quantiles)
    latency[q.name] =
        static_cast<double>(report.latency.percentile(q.percent)) / mega;
  nlohmann::json x{
      {"mode", report.mode},
      {"settings", settings_json(options)},
      {"connections", report.connections},
      {"partitions", report.partitions},
      {"elapsed_s", report.elapsed_s},
      {"requests", report.requests},
      {"bytes", report.bytes},
      {"records", report.records},
      {"mb_per_s", per_second(report.bytes, report) / mega},
      {"records_per_s", per_second(report.records, report)},
      {"requests_per_s", per_second(report.requests, report)},
      {"latency_ms", latency},
      {"client_cpu_s", report.client_cpu_s},
      {"end_offsets", report.end_offsets},
  };
  if (report.joined_s)
    x["joined_ms"] = *report.joined_s * 1000;
  if (report.broker_cpu_s) {
    x["broker_cpu_s"] = *report.broker_cpu_s;
    x["broker_cpu_s_per_gb"] = per_gb(*report.broker_cpu_s, report);
  }
  if (report.broker_rss_bytes)
    x["broker_rss_bytes"] = *report.broker_rss_bytes;
  return x;
}

void print(const bench_report& report) {
  fmt::print("{}: {:.1f} MB/s, {:.0f} records/s, {:.0f} requests/s in {:.2f} s "
             "({} connections, {} partitions)\n",
             report.mode, per_second(report.bytes, report) / mega,
             per_second(report.records, report),
             per_second(report.requests, report), report.elapsed_s,
             report.connections, report.partitions);
  if (report.joined_s)
    fmt::print("all members stable after {:.1f} ms\n", *report.joined_s * 1000);
  fmt::print("{} latency ms:", report.latency_of);
  for (const auto& q : quantiles)
    fmt::print(" {} {:.3f}", q.name,
               static_cast<double>(report.latency.percentile(q.percent))
                   / mega);
  fmt::print(" max {:.3f}\n", static_cast<double>(report.latency.max()) / mega);
  if (report.broker_cpu_s)
    fmt::print("broker: {:.2f} CPU s, {:.3f} CPU s/GB, {:.1f} MiB RSS\n",
               *report.broker_cpu_s, per_gb(*report.broker_cpu_s, report),
               static_cast<double>(report.broker_rss_bytes.value_or(0))
                   / (1 << 20));
}

} // namespace

result<void>
write_report(const bench_report& report, const bench_options& options) {
  if (options.json != "-")
    print(report);
  if (options.json.empty())
    return {};
  auto text = to_json(report, options).dump(2);
  if (options.json == "-") {
    fmt::print("{}\n", text);
    return {};
  }
  std::ofstream file(options.json);
  file << text << '\n';
  file.close();
  if (!file)
    return tl::unexpected(
        storage::from_errno(errno, fmt::format("write {}", options.json)));
  return {};
}

} // namespace troupe::bench
