// SPDX-License-Identifier: Apache-2.0
#include "bench_run.h"

#include "bench_batch.h"
#include "bench_cluster.h"
#include "bench_commit.h"
#include "bench_coordinator.h"
#include "bench_crew.h"
#include "bench_e2e.h"
#include "bench_fetch.h"
#include "bench_produce.h"
#include "bench_report.h"

#include <troupe/transport/kafka/api_key.h>

#include <ctime>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace troupe::bench {

namespace {

bench_report
begin_report(const char* mode, const std::vector<bench_partition>& partitions) {
  bench_report report;
  report.mode = mode;
  report.partitions = static_cast<int32_t>(partitions.size());
  for (const auto& x : partitions)
    report.end_offsets += x.end_offset;
  return report;
}

result<void> finish(const bench_report& report, const bench_options& options) {
  if (auto written = write_report(report, options); !written)
    return written;
  return options.delete_topic ? delete_topic(options) : result<void>{};
}

/// The batch of one connection; connections differ in their payload.
result<batch_template> connection_batch(const bench_options& options,
                                        size_t connection,
                                        storage::producer_id_t producer) {
  auto seconds = static_cast<storage::timestamp_ms>(std::time(nullptr));
  return make_batch(options, connection + 1, seconds * 1000, producer);
}

result<std::unique_ptr<worker>>
make_producer(const bench_options& options, const connection_share& share,
              size_t connection, const quota& limit) {
  auto producer = storage::no_producer_id;
  if (options.idempotent) {
    auto id = new_producer_id(options);
    if (!id)
      return tl::unexpected(id.error());
    producer = *id;
  }
  auto batch = connection_batch(options, connection, producer);
  if (!batch)
    return tl::unexpected(batch.error());
  auto socket = connect(share.leader, options);
  if (!socket)
    return tl::unexpected(socket.error());
  std::vector<int32_t> partitions;
  for (const auto& x : share.partitions)
    partitions.push_back(x.index);
  return std::make_unique<worker>(
      std::move(*socket), std::make_unique<produce_source>(
                              options, *batch, std::move(partitions), limit));
}

/// The two connections of one partition; the consumer's is the second.
result<void> add_e2e_pair(const bench_options& options,
                          const bench_partition& partition, const quota& limit,
                          nanoseconds measure_from, crew& producers,
                          crew& consumers) {
  auto run_id = static_cast<uint64_t>(measure_from);
  auto batch =
      connection_batch(options, producers.size(), storage::no_producer_id);
  if (!batch)
    return tl::unexpected(batch.error());
  auto shared = std::make_shared<flow>();
  auto in = connect(partition.leader, options);
  if (!in)
    return tl::unexpected(in.error());
  auto out = connect(partition.leader, options);
  if (!out)
    return tl::unexpected(out.error());
  producers.push_back(std::make_unique<worker>(
      std::move(*in),
      std::make_unique<stamped_producer>(options, *batch, partition.index,
                                         limit, run_id, shared)));
  auto consumer = std::make_unique<stamped_consumer>(options, *batch, partition,
                                                     run_id, shared);
  consumer->measure_from(measure_from);
  consumers.push_back(
      std::make_unique<worker>(std::move(*out), std::move(consumer)));
  return {};
}

result<void> check_e2e(const bench_options& options, size_t partitions) {
  auto refuse = [](std::string why) {
    return failure(storage::errc::invalid_argument, std::move(why));
  };
  if (options.codec != storage::codec::none)
    return refuse("e2e measures without --codec: it stamps records in place");
  if (options.record_bytes < stamp_bytes)
    return refuse(
        fmt::format("e2e needs --record-bytes of at least {}", stamp_bytes));
  if (options.acks == 0 || options.idempotent || options.no_setup)
    return refuse("e2e needs acks, a broker, and no --idempotent");
  if (static_cast<size_t>(options.connections) > partitions)
    return refuse("e2e has one producer and one consumer per partition: use "
                  "--partitions instead of --connections");
  return {};
}

} // namespace

result<void> run_produce(const bench_options& options) {
  auto partitions = prepare_topic(options, true);
  if (!partitions)
    return tl::unexpected(partitions.error());
  auto shares = share_partitions(*partitions, options.connections);
  auto limit = share_of_limits(options, shares.size());
  crew workers;
  for (const auto& share : shares) {
    auto made = make_producer(options, share, workers.size(), limit);
    if (!made)
      return tl::unexpected(made.error());
    workers.push_back(std::move(*made));
  }
  auto batch = connection_batch(options, 0, storage::no_producer_id);
  if (!batch)
    return tl::unexpected(batch.error());
  auto rate = request_rate(
      options, {batch->bytes.size(), static_cast<uint64_t>(batch->records)});
  if (!rate)
    return tl::unexpected(rate.error());
  auto times = plan_timeline(options);
  plan_workers(workers, times, *rate, options.pipeline);
  auto report = begin_report("produce", *partitions);
  if (auto ran = run_crew(workers, times, options, report); !ran)
    return ran;
  return finish(report, options);
}

result<void> run_fetch(const bench_options& options) {
  auto partitions = prepare_topic(options, false);
  if (!partitions)
    return tl::unexpected(partitions.error());
  auto report = begin_report("fetch", *partitions);
  if (report.end_offsets == 0 && options.then != at_end::wait)
    return failure(
        storage::errc::not_found,
        fmt::format("topic '{}' is empty: produce to it first", options.topic));
  auto rate = request_rate(options, {options.fetch_bytes, 0});
  if (!rate)
    return tl::unexpected(rate.error());
  auto shares = share_partitions(*partitions, options.connections);
  auto limit = share_of_limits(options, shares.size());
  crew workers;
  for (const auto& share : shares) {
    auto socket = connect(share.leader, options);
    if (!socket)
      return tl::unexpected(socket.error());
    workers.push_back(std::make_unique<worker>(
        std::move(*socket),
        std::make_unique<fetch_source>(options, share.partitions, limit)));
  }
  auto times = plan_timeline(options);
  plan_workers(workers, times, *rate, options.pipeline);
  if (auto ran = run_crew(workers, times, options, report); !ran)
    return ran;
  return finish(report, options);
}

result<void> run_e2e(const bench_options& options) {
  auto partitions = prepare_topic(options, true);
  if (!partitions)
    return tl::unexpected(partitions.error());
  if (auto possible = check_e2e(options, partitions->size()); !possible)
    return possible;
  auto batch = connection_batch(options, 0, storage::no_producer_id);
  if (!batch)
    return tl::unexpected(batch.error());
  auto rate = request_rate(
      options, {batch->bytes.size(), static_cast<uint64_t>(batch->records)});
  if (!rate)
    return tl::unexpected(rate.error());
  auto limit = share_of_limits(options, partitions->size());
  crew producers;
  crew consumers;
  auto times = plan_timeline(options);
  for (const auto& x : *partitions)
    if (auto added = add_e2e_pair(options, x, limit, times.measure_from,
                                  producers, consumers);
        !added)
      return added;
  plan_workers(producers, times, *rate, options.pipeline);
  // Consumers go on until everything has come, and never pipeline long polls.
  auto patience = times;
  patience.stop_at += from_seconds(options.timeout_s);
  plan_workers(consumers, patience, 0, 1);
  auto pairs = consumers.size();
  for (auto& x : producers) {
    x->counted = false;
    consumers.push_back(std::move(x));
  }
  auto report = begin_report("e2e", *partitions);
  if (auto ran = run_crew(consumers, times, options, report); !ran)
    return ran;
  report.latency = {};
  report.latency_of = "end-to-end";
  for (size_t i = 0; i < pairs; ++i)
    report.latency.merge(
        static_cast<stamped_consumer&>(*consumers[i]->source).latency());
  return finish(report, options);
}

result<void> run_commit(const bench_options& options) {
  auto partitions = prepare_topic(options, true);
  if (!partitions)
    return tl::unexpected(partitions.error());
  auto groups = prepare_groups(
      options, {{kafka::api_key::offset_commit, commit_version}});
  if (!groups)
    return tl::unexpected(groups.error());
  auto shares = share_groups(*groups, options.connections);
  auto count = static_cast<int32_t>(partitions->size());
  auto limit = share_of_limits(options, shares.size());
  commit_frame frame(groups->front().id, options.topic, count);
  auto rate = request_rate(
      options, {frame.bytes().size(), static_cast<uint64_t>(count)});
  if (!rate)
    return tl::unexpected(rate.error());
  crew workers;
  for (auto& share : shares) {
    auto socket = connect(share.coordinator, options);
    if (!socket)
      return tl::unexpected(socket.error());
    workers.push_back(std::make_unique<worker>(
        std::move(*socket),
        std::make_unique<commit_source>(options, count, std::move(share.groups),
                                        limit)));
  }
  auto times = plan_timeline(options);
  plan_workers(workers, times, *rate, options.pipeline);
  auto report = begin_report("commit", *partitions);
  if (auto ran = run_crew(workers, times, options, report); !ran)
    return ran;
  return finish(report, options);
}

} // namespace troupe::bench
