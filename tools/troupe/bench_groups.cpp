// SPDX-License-Identifier: Apache-2.0
#include "bench_broker.h"
#include "bench_clock.h"
#include "bench_coordinator.h"
#include "bench_crowd.h"
#include "bench_member.h"
#include "bench_process.h"
#include "bench_report.h"
#include "bench_run.h"

#include <troupe/transport/kafka/api_key.h>
#include <troupe/transport/kafka/messages/leave_group.h>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace troupe::bench {

namespace {

result<process_sample> sample(const bench_options& options) {
  return options.pid == 0 ? process_sample{} : sample_process(options.pid);
}

/// Lets the members be idle and measures what that costs.
result<void>
hold(member_crowd& crowd, const bench_options& options, bench_report& report) {
  auto before = sample(options);
  if (!before)
    return tl::unexpected(before.error());
  auto own_before = own_cpu_s();
  auto begin = now_ns();
  auto end = begin + from_seconds(options.duration_s);
  if (auto done = crowd.stay(end); !done)
    return done;
  auto after = sample(options);
  if (!after)
    return tl::unexpected(after.error());
  report.elapsed_s = to_seconds(now_ns() - begin);
  report.client_cpu_s = own_cpu_s() - own_before;
  report.latency = crowd.latency();
  report.requests = report.latency.count();
  if (options.pid != 0) {
    report.broker_cpu_s = after->cpu_s - before->cpu_s;
    report.broker_rss_bytes = after->rss_bytes;
  }
  return {};
}

/// So that the next run does not wait for these members' sessions to end.
result<void> leave(const member_crowd& crowd, size_t index,
                   const bench_group& group, const bench_options& options) {
  auto broker = broker_client::open(group.coordinator, options.timeout_s);
  if (!broker)
    return tl::unexpected(broker.error());
  kafka::leave_group_request request;
  request.group_id = group.id;
  for (auto& id : crowd.member_ids(index))
    request.members.push_back({std::move(id), {}, {}});
  auto response = broker->ask<kafka::leave_group_response>(request);
  if (!response)
    return tl::unexpected(response.error());
  if (response->error_code != 0)
    return broker_error(fmt::format("leave group '{}'", group.id),
                        response->error_code);
  return {};
}

} // namespace

result<void> run_groups(const bench_options& options) {
  auto groups =
      prepare_groups(options, {{kafka::api_key::join_group, join_version},
                               {kafka::api_key::sync_group, sync_version},
                               {kafka::api_key::heartbeat, heartbeat_version}});
  if (!groups)
    return tl::unexpected(groups.error());
  auto crowd = member_crowd::open(options, *groups);
  if (!crowd)
    return tl::unexpected(crowd.error());
  bench_report report;
  report.mode = "groups";
  report.latency_of = "heartbeat";
  report.connections = static_cast<int32_t>(crowd->size());
  auto begin = now_ns();
  if (auto joined = crowd->join_all(); !joined)
    return joined;
  report.joined_s = to_seconds(now_ns() - begin);
  if (auto held = hold(*crowd, options, report); !held)
    return held;
  for (size_t i = 0; i < groups->size(); ++i)
    if (auto left = leave(*crowd, i, (*groups)[i], options); !left)
      return left;
  return write_report(report, options);
}

} // namespace troupe::bench
