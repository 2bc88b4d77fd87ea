// SPDX-License-Identifier: Apache-2.0
#include "bench_crew.h"

#include "bench_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace troupe::bench {

namespace {

/// Lets the main thread wait for the workers with a deadline.
class finish_line {
public:
  explicit finish_line(size_t workers) : running_(workers) {}

  void arrive() {
    std::lock_guard guard(mutex_);
    --running_;
    changed_.notify_one();
  }

  /// True when all have arrived before `deadline`.
  bool wait_until(nanoseconds deadline) {
    std::chrono::steady_clock::time_point limit{
        std::chrono::nanoseconds(deadline)};
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, limit, [&] { return running_ == 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t running_;
};

void work(worker& x, std::atomic<bool>& cancelled, finish_line& line) {
  x.outcome = drive(x.socket, *x.source, x.plan, cancelled, x.stats);
  if (x.outcome && !cancelled)
    x.outcome = x.source->on_end();
  if (!x.outcome)
    cancelled = true;
  line.arrive();
}

amount counted_so_far(const crew& workers) {
  amount sum;
  for (const auto& x : workers) {
    if (!x->counted)
      continue;
    sum.bytes += x->stats.bytes.load(std::memory_order_relaxed);
    sum.records += x->stats.records.load(std::memory_order_relaxed);
  }
  return sum;
}

/// A line on stderr each second until all workers have ended.
void watch(const crew& workers, finish_line& line, const bench_options& options,
           nanoseconds measure_from) {
  auto before = counted_so_far(workers);
  auto last = now_ns();
  while (!line.wait_until(last + second)) {
    auto now = now_ns();
    auto sum = counted_so_far(workers);
    auto elapsed = to_seconds(now - last);
    if (!options.quiet)
      fmt::print(stderr, "{:6.1f} s {:10.1f} MB/s {:12.0f} records/s{}\n",
                 to_seconds(now - measure_from),
                 static_cast<double>(sum.bytes - before.bytes) / 1e6 / elapsed,
                 static_cast<double>(sum.records - before.records) / elapsed,
                 now < measure_from ? " (warm-up)" : "");
    before = sum;
    last = now;
  }
}

void fill_report(const crew& workers, const timeline& times,
                 bench_report& report) {
  nanoseconds last = times.measure_from;
  for (const auto& x : workers) {
    if (!x->counted)
      continue;
    ++report.connections;
    report.requests += x->stats.requests;
    last = std::max(last, x->stats.last_answer);
    report.latency.merge(x->stats.latency);
  }
  auto sum = counted_so_far(workers);
  report.bytes = sum.bytes;
  report.records = sum.records;
  report.elapsed_s = to_seconds(last - times.measure_from);
}

} // namespace

std::vector<connection_share>
share_partitions(const std::vector<bench_partition>& partitions,
                 int32_t connections) {
  auto count = static_cast<size_t>(connections);
  std::vector<connection_share> shares;
  for (size_t c = 0; c < count; ++c) {
    std::map<address, std::vector<bench_partition>> by_leader;
    if (count >= partitions.size()) {
      const auto& only = partitions[c % partitions.size()];
      by_leader[only.leader].push_back(only);
    } else {
      for (auto i = c; i < partitions.size(); i += count)
        by_leader[partitions[i].leader].push_back(partitions[i]);
    }
    for (auto& [leader, led] : by_leader)
      shares.push_back({leader, std::move(led)});
  }
  return shares;
}

result<frame_socket>
connect(const address& leader, const bench_options& options) {
  return frame_socket::open(
      leader, std::chrono::milliseconds(
                  static_cast<int64_t>(options.timeout_s * 1000)));
}

result<double>
request_rate(const bench_options& options, const amount& per_request) {
  if (options.rate.empty())
    return 0.0;
  double number = 0;
  auto last = options.rate.data() + options.rate.size();
  auto [end, error] = std::from_chars(options.rate.data(), last, number);
  std::string_view unit(end, static_cast<size_t>(last - end));
  auto per_s = unit == "MB"
                   ? number * 1e6 / static_cast<double>(per_request.bytes)
                   : number / static_cast<double>(per_request.records);
  auto known = unit == "MB" || (unit.empty() && per_request.records > 0);
  if (error != std::errc{} || number <= 0 || !known)
    return failure(storage::errc::invalid_argument,
                   fmt::format("--rate '{}' is neither records per second "
                               "(of a producer) nor megabytes as in 50MB",
                               options.rate));
  return per_s;
}

quota share_of_limits(const bench_options& options, size_t connections) {
  auto share = [&](uint64_t x) { return (x + connections - 1) / connections; };
  return {share(options.bytes), share(options.records)};
}

timeline plan_timeline(const bench_options& options) {
  timeline times;
  times.start = now_ns();
  times.measure_from = times.start + from_seconds(options.warmup_s);
  times.stop_at = times.measure_from + from_seconds(options.duration_s);
  return times;
}

void plan_workers(crew& workers, const timeline& times, double rate,
                  int32_t pipeline) {
  auto count = static_cast<double>(workers.size());
  auto interval = rate > 0 ? from_seconds(count / rate) : 0;
  for (size_t i = 0; i < workers.size(); ++i) {
    auto share = static_cast<nanoseconds>(i) * interval
                 / static_cast<nanoseconds>(workers.size());
    workers[i]->plan = {times.measure_from, times.stop_at, pipeline, interval,
                        times.start + share};
  }
}

result<void> run_crew(crew& workers, const timeline& times,
                      const bench_options& options, bench_report& report) {
  auto sample = [&]() -> result<process_sample> {
    return options.pid == 0 ? process_sample{} : sample_process(options.pid);
  };
  auto before = sample();
  if (!before)
    return tl::unexpected(before.error());
  auto own_before = own_cpu_s();
  std::atomic<bool> cancelled = false;
  finish_line line(workers.size());
  std::vector<std::jthread> threads;
  for (auto& x : workers)
    threads.emplace_back([&] { work(*x, cancelled, line); });
  if (options.warmup_s > 0 && !line.wait_until(times.measure_from)) {
    before = sample();
    own_before = own_cpu_s();
  }
  watch(workers, line, options, times.measure_from);
  threads.clear();
  auto after = sample();
  report.client_cpu_s = own_cpu_s() - own_before;
  for (const auto& x : workers)
    if (!x->outcome)
      return x->outcome;
  if (!before || !after)
    return tl::unexpected(before ? after.error() : before.error());
  fill_report(workers, times, report);
  if (options.pid != 0) {
    report.broker_cpu_s = after->cpu_s - before->cpu_s;
    report.broker_rss_bytes = after->rss_bytes;
  }
  if (report.requests == 0)
    return failure(storage::errc::io, "nothing was answered in the measured "
                                      "time");
  return {};
}

} // namespace troupe::bench
