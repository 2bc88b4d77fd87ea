// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"
#include "group_coordinator_actor.h"
#include "offsets_topic.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

using cluster::group_error;

/// Of the log, read at a time while loading.
constexpr uint32_t load_bytes = 4 * 1024 * 1024;
constexpr std::chrono::seconds describe_timeout{30};
/// Time between two lines about a load that takes long.
constexpr int64_t progress_interval_ms = 2000;

result<std::vector<std::byte>> read_slice(const storage::file_slice& slice) {
  std::vector<std::byte> bytes(slice.size);
  if (slice.size == 0)
    return bytes;
  auto size = slice.source->read(slice.position, bytes);
  if (!size)
    return failure(std::move(size.error()));
  if (*size < bytes.size())
    return failure(storage::errc::io, "the log is shorter than it said");
  return bytes;
}

} // namespace

void group_coordinator_state::on_routing_published() {
  if (stopped_)
    return;
  auto before = std::exchange(routes_, config_.routes->get());
  if (before == routes_)
    return;
  follow(*routes_);
  if (before != nullptr)
    note_deleted_topics(*before, *routes_);
}

void group_coordinator_state::follow(const routing& routes) {
  auto route = routes.find(offsets_topic);
  size_t count = route != nullptr ? route->partitions.size() : 0;
  // Which group is where depends on the count: all of them start anew.
  if (count != partitions_.size()) {
    for (auto& x : partitions_)
      resign(*x);
    partitions_.clear();
  }
  for (size_t i = partitions_.size(); i < count; ++i)
    partitions_.push_back(std::make_unique<hosted>(
        storage::topic_partition{offsets_topic, static_cast<int32_t>(i)},
        config_.broker.groups, *config_.view));
  if (routes.image != nullptr)
    follow_topics(*routes.image);
  for (size_t i = 0; i < count; ++i)
    change_duty(*partitions_[i], duty_for(*route, i));
}

auto group_coordinator_state::duty_for(const topic_route& route,
                                       size_t partition) const -> duty {
  const auto& registered = route.topic->partitions[partition];
  auto me = config_.broker.id;
  duty x;
  x.partition = route.partitions[partition].actor;
  x.topic_id = route.topic->id;
  x.leads = registered.leader == me;
  x.leader_epoch = registered.leader_epoch;
  x.replicates =
      std::ranges::find(registered.replicas, me) != registered.replicas.end();
  return x;
}

void group_coordinator_state::change_duty(hosted& x, duty next) {
  if (x.held == next)
    return;
  bool gone = x.held.replicates && !next.replicates;
  resign(x);
  if (gone)
    if (auto done = x.shard.offsets().erase(); !done)
      spdlog::warn("groups.view_left tp={} reason=\"{}\"",
                   to_string(x.shard.name()), done.error().message);
  x.held = std::move(next);
  if (x.held.partition != nullptr)
    start(x);
}

void group_coordinator_state::follow_topics(
    const cluster::metadata_image& image) {
  if (topics_ == nullptr || topics_->version() != image.end_offset) {
    std::vector<cluster::group_topic> all;
    all.reserve(image.topics.size());
    for (const auto& [name, topic] : image.topics)
      all.push_back(
          {name, topic->id, static_cast<int32_t>(topic->partitions.size()), 0});
    topics_ = topics_ == nullptr
                  ? std::make_shared<const cluster::group_topics>(
                      std::move(all), image.end_offset)
                  : std::make_shared<const cluster::group_topics>(
                      std::move(all), image.end_offset, *topics_);
  }
  for (auto& x : partitions_)
    x->shard.know_topics(topics_);
}

void group_coordinator_state::note_deleted_topics(const routing& before,
                                                  const routing& now) {
  bool found = false;
  for (const auto& [name, route] : before.topics) {
    auto same = now.find(name);
    if (same != nullptr && same->topic->id == route->topic->id)
      continue;
    deleted_topics_[name] = config_.now().wall_ms;
    found = true;
  }
  if (found)
    begin_expiry();
}

void group_coordinator_state::start(hosted& x) {
  auto index = static_cast<size_t>(x.shard.name().partition);
  x.reload_ms.reset();
  // The answer to an attempt that was given up finds another number.
  auto attempt = x.in_flight = next_ticket_++;
  auto current = [this, index, attempt]() -> hosted* {
    if (index >= partitions_.size() || partitions_[index]->in_flight != attempt)
      return nullptr;
    partitions_[index]->in_flight = 0;
    return partitions_[index].get();
  };
  self->request(x.held.partition, describe_timeout, describe_partition{})
      .then(
          [this, current](const partition_description& log) {
            if (auto* to = current())
              begin_load(*to, log);
          },
          [this, current](const caf::error& why) {
            if (auto* to = current())
              fail(*to, to_problem(why).message);
          });
}

void group_coordinator_state::begin_load(hosted& x,
                                         const partition_description& log) {
  if (!log.why.ok())
    return fail(x, log.why.message);
  auto now = config_.now().steady_ms;
  x.log_end = log.end_offset;
  x.high_watermark = log.high_watermark;
  x.load_began_ms = x.progress_told_ms = now;
  auto opened =
      x.shard.open(x.held.topic_id, log.log_start_offset, log.end_offset);
  if (opened && x.held.leads)
    opened = x.shard.lead(x.held.leader_epoch, random_());
  if (!opened)
    return fail(x, opened.error().message);
  x.load_begin = x.shard.next_offset();
  read_on(x);
}

void group_coordinator_state::read_on(hosted& x) {
  auto from = x.shard.read_from();
  if (from >= x.high_watermark) {
    bool loaded = x.held.leads && x.shard.next_offset() >= x.log_end;
    return loaded ? end_load(x) : wait_for_records(x);
  }
  read_records what;
  what.ticket = take_ticket(x);
  what.from = from;
  what.bytes_max = load_bytes;
  what.client = self;
  if (!x.held.leads)
    what.source = read_source::any_replica;
  self->send(x.held.partition, std::move(what));
}

void group_coordinator_state::wait_for_records(hosted& x) {
  auto above = std::max(x.shard.read_from(), x.high_watermark);
  self->send(x.held.partition, watch_records{take_ticket(x), above, self});
}

void group_coordinator_state::on_records_available(const records_available& x) {
  auto* to = in_flight(x.ticket);
  if (to == nullptr)
    return;
  // The read brings the real one.
  to->high_watermark = to->shard.read_from() + 1;
  read_on(*to);
}

void group_coordinator_state::on_read_finished(const read_finished& x) {
  auto* to = in_flight(x.ticket);
  if (to == nullptr)
    return;
  if (!x.why.ok())
    return fail(*to, x.why.message);
  to->high_watermark = x.high_watermark;
  auto before = to->shard.read_from();
  auto bytes = read_slice(x.records);
  if (!bytes)
    return fail(*to, bytes.error().message);
  if (auto loaded = to->shard.load(*bytes); !loaded)
    return fail(*to, loaded.error().message);
  arm_view_update();
  tell_progress(*to, config_.now().steady_ms);
  // A batch that only begins below the high watermark is not readable yet.
  if (to->shard.read_from() == before)
    return wait_for_records(*to);
  read_on(*to);
}

void group_coordinator_state::tell_progress(hosted& x, int64_t now_ms) {
  // A follower is never done, and nobody waits for it.
  if (!x.held.leads || now_ms - x.progress_told_ms < progress_interval_ms)
    return;
  x.progress_told_ms = now_ms;
  spdlog::info("groups.loading tp={} at={} end={}", to_string(x.shard.name()),
               x.shard.next_offset(), x.log_end);
}

void group_coordinator_state::end_load(hosted& x) {
  if (auto done = x.shard.offsets().update(); !done)
    return fail(x, done.error().message);
  auto now = config_.now();
  x.shard.loaded(now);
  auto records = x.log_end - x.load_begin;
  auto groups = x.shard.groups().group_count();
  if (records > 0 || groups > 0)
    spdlog::info("groups.loaded tp={} groups={} records={} ms={}",
                 to_string(x.shard.name()), groups, records,
                 now.steady_ms - x.load_began_ms);
  settle(x);
}

void group_coordinator_state::fail(hosted& x, const std::string& reason,
                                   group_error error) {
  // Who loses a partition hears it from its log before the metadata says so,
  // and a view that only follows is missed by nobody.
  auto level = !x.held.leads                           ? spdlog::level::info
               : error == group_error::not_coordinator ? spdlog::level::warn
                                                       : spdlog::level::err;
  spdlog::log(level, "groups.failed tp={} reason=\"{}\"",
              to_string(x.shard.name()), reason);
  x.in_flight = 0;
  x.append_deadline_ms.reset();
  x.shard.fail(error);
  settle(x);
  reload_later(x);
}

void group_coordinator_state::resign(hosted& x) {
  if (x.shard.state() != group_shard::phase::closed) {
    self->send(x.held.partition, unwatch_records{self});
    // What is not handed on is read from the log again.
    if (auto done = x.shard.offsets().update(); !done)
      spdlog::warn("groups.view_late tp={} reason=\"{}\"",
                   to_string(x.shard.name()), done.error().message);
  }
  x.in_flight = 0;
  x.append_deadline_ms.reset();
  x.reload_ms.reset();
  x.reload_pause.succeeded();
  x.held = {};
  x.shard.fail(group_error::not_coordinator);
  settle(x);
}

} // namespace troupe::actors
