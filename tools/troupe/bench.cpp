// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "bench_options.h"
#include "bench_run.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace {

using troupe::bench::at_end;
using troupe::bench::bench_options;
using troupe::storage::codec;
using run_function = troupe::result<void> (*)(const bench_options&);

const CLI::AsSizeValue size_value(false);

/// How long a run with --bytes or --records may take at most.
constexpr double duration_s_max = 3600;

void add_common_options(CLI::App& app, bench_options& x) {
  app.add_option("--bootstrap", x.bootstrap, "A broker, HOST:PORT")->required();
  app.add_option("--topic", x.topic, "Topic")->capture_default_str();
  app.add_option("--duration", x.duration_s, "Seconds to measure")
      ->check(CLI::Range(0.01, duration_s_max))
      ->capture_default_str();
  app.add_option("--timeout", x.timeout_s, "Seconds to wait for any answer")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  app.add_option("--pid", x.pid,
                 "Process of the broker: report its CPU time and memory");
  app.add_option("--json", x.json, "Report as JSON into a file, - for stdout");
  app.add_flag("--quiet", x.quiet, "No progress line");
}

void add_load_options(CLI::App& app, bench_options& x) {
  app.add_option("--partitions", x.partitions,
                 "Partitions to use, and to create; 0: all, or one")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  app.add_flag("--delete-topic", x.delete_topic, "Delete the topic at the end");
  app.add_option("--connections", x.connections, "Connections")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--pipeline", x.pipeline,
                 "Requests in flight on each connection")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--warmup", x.warmup_s, "Seconds to run before measuring")
      ->check(CLI::Range(0.0, duration_s_max));
  app.add_option("--bytes", x.bytes, "End after so many bytes (64MB, 4GB)")
      ->transform(size_value);
  app.add_option("--records", x.records, "End after so many records");
  app.add_option(
      "--rate", x.rate,
      "Fixed rate: records/s (200000) or megabytes/s (50MB); latency "
      "counts from when a request ought to have left");
}

void add_group_options(CLI::App& app, bench_options& x) {
  app.add_option("--group", x.group, "Ids of groups begin with it")
      ->capture_default_str();
  app.add_option("--groups", x.groups, "Groups")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
}

void add_member_options(CLI::App& app, bench_options& x) {
  app.add_option("--members", x.members,
                 "Members of each group, a connection for each")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--session-timeout-ms", x.session_timeout_ms,
                 "After which a silent member is put out")
      ->check(CLI::Range(1, 1800000))
      ->capture_default_str();
  app.add_option("--heartbeat-interval-ms", x.heartbeat_interval_ms,
                 "Time between two heartbeats of a stable member")
      ->check(CLI::Range(1, 600000))
      ->capture_default_str();
}

void add_producer_options(CLI::App& app, bench_options& x) {
  app.add_option("--replication-factor", x.replication_factor,
                 "Replicas of a topic that is created, -1: the default")
      ->capture_default_str();
  app.add_option("--topic-config", x.topic_configs,
                 "key=value for a topic that is created; may be repeated");
  app.add_option("--batch-bytes", x.batch_bytes,
                 "Size of a batch before compression")
      ->transform(size_value)
      ->capture_default_str();
  app.add_option("--record-bytes", x.record_bytes, "Size of a record's value")
      ->transform(size_value)
      ->capture_default_str();
  app.add_option("--acks", x.acks, "0, 1 or -1 (all)")
      ->check(CLI::Range(-1, 1))
      ->capture_default_str();
  app.add_flag("--compressible", x.compressible,
               "Words instead of random bytes");
}

void add_codec_options(CLI::App& app, bench_options& x) {
  const std::map<std::string, codec> codecs{{"none", codec::none},
                                            {"gzip", codec::gzip},
                                            {"snappy", codec::snappy},
                                            {"lz4", codec::lz4},
                                            {"zstd", codec::zstd}};
  app.add_option("--codec", x.codec, "none, gzip, snappy, lz4 or zstd")
      ->transform(CLI::CheckedTransformer(codecs).description(""));
  app.add_flag("--idempotent", x.idempotent,
               "Number the batches as an idempotent producer");
  app.add_flag("--keyed", x.keyed,
               "A key for each record, the same ones in every batch");
}

void add_consumer_options(CLI::App& app, bench_options& x) {
  app.add_option("--fetch-bytes", x.fetch_bytes, "Largest answer to ask for")
      ->transform(size_value)
      ->check(CLI::Range(uint64_t{1}, uint64_t{100} << 20))
      ->capture_default_str();
  app.add_option("--max-wait-ms", x.max_wait_ms, "Long poll")
      ->check(CLI::Range(0, 60000))
      ->capture_default_str();
  app.add_option("--min-bytes", x.min_bytes, "Bytes worth an answer")
      ->check(CLI::Range(0, 100 << 20))
      ->capture_default_str();
}

void add_fetch_options(CLI::App& app, bench_options& x) {
  const std::map<std::string, bool> places{{"beginning", false}, {"end", true}};
  app.add_option("--from", x.from_end, "beginning or end")
      ->transform(CLI::CheckedTransformer(places).description(""));
  const std::map<std::string, at_end> ends{
      {"wrap", at_end::wrap}, {"wait", at_end::wait}, {"stop", at_end::stop}};
  app.add_option("--at-end", x.then,
                 "wrap: read again (default), wait: for new records "
                 "(default with --from end), stop")
      ->transform(CLI::CheckedTransformer(ends).description(""));
}

/// For servers that do nothing but the hot path.
void add_loop_options(CLI::App& app, bench_options& x) {
  app.add_flag("--no-setup", x.no_setup,
               "Ask nothing about the topic: the partitions are those of "
               "--partitions and begin at offset 0")
      ->group("Measuring a bare loop");
  app.add_option("--end-offset", x.end_offset,
                 "With --no-setup: where each partition ends")
      ->check(CLI::NonNegativeNumber)
      ->group("Measuring a bare loop");
}

int report_outcome(const troupe::result<void>& outcome) {
  if (outcome)
    return 0;
  const auto& error = outcome.error();
  fmt::print(stderr, "troupe bench: {}\n",
             error.os_error == 0 ? error.message
                                 : troupe::storage::to_string(error));
  return 1;
}

CLI::App* add_mode(CLI::App& bench, const char* name, const char* description,
                   const std::shared_ptr<bench_options>& options,
                   int& exit_code, run_function run) {
  auto* mode = bench.add_subcommand(name, description);
  add_common_options(*mode, *options);
  mode->callback([mode, options, run, &exit_code] {
    if ((options->bytes != 0 || options->records != 0)
        && mode->count("--duration") == 0)
      options->duration_s = duration_s_max;
    auto* then = mode->get_option_no_throw("--at-end");
    if (options->from_end && then != nullptr && then->count() == 0)
      options->then = at_end::wait;
    exit_code = report_outcome(run(*options));
  });
  return mode;
}

void add_group_modes(CLI::App& bench,
                     const std::shared_ptr<bench_options>& options,
                     int& exit_code) {
  auto* commit = add_mode(bench, "commit",
                          "Commit offsets of all partitions of the topic in "
                          "each request; a record is an offset",
                          options, exit_code, troupe::bench::run_commit);
  add_load_options(*commit, *options);
  add_group_options(*commit, *options);
  auto* groups = add_mode(bench, "groups",
                          "Time until all members of a group have joined, "
                          "then heartbeats",
                          options, exit_code, troupe::bench::run_groups);
  add_group_options(*groups, *options);
  add_member_options(*groups, *options);
}

} // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<bench_options>();
  auto* bench = app.add_subcommand(
      "bench", "Load generator against any Kafka-compatible broker");
  bench->require_subcommand(1);
  auto* produce = add_mode(*bench, "produce", "Send batches", options,
                           exit_code, troupe::bench::run_produce);
  add_load_options(*produce, *options);
  add_producer_options(*produce, *options);
  add_codec_options(*produce, *options);
  add_loop_options(*produce, *options);
  auto* fetch = add_mode(*bench, "fetch", "Read records", options, exit_code,
                         troupe::bench::run_fetch);
  add_load_options(*fetch, *options);
  add_consumer_options(*fetch, *options);
  add_fetch_options(*fetch, *options);
  add_loop_options(*fetch, *options);
  auto* e2e = add_mode(*bench, "e2e",
                       "Latency from a producer to a consumer of each "
                       "partition",
                       options, exit_code, troupe::bench::run_e2e);
  add_load_options(*e2e, *options);
  add_producer_options(*e2e, *options);
  add_consumer_options(*e2e, *options);
  add_group_modes(*bench, options, exit_code);
}
