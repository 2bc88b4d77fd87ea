// SPDX-License-Identifier: Apache-2.0
// From nothing to the first move: what of the inbox lies in the topic already.
#include "error_map.h"
#include "local_routes.h"
#include "mover_actor.h"

#include <troupe/cluster/kind_config.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

constexpr std::chrono::seconds describe_timeout{30};

} // namespace

void mover_state::start() {
  auto routes = config_.routes->get();
  const auto* topic = routes->find(config_.name.topic);
  auto inbox = find_leader_here(*routes, config_.self,
                                {inbox_name_, config_.name.partition});
  if (topic == nullptr || topic->topic->id != config_.topic_id || !inbox)
    return again({errc::not_leader, "this node does not lead the inbox, or "
                                    "not yet"});
  inbox_ = std::move(*inbox);
  settings_ = cluster::make_kind_config(topic->topic->configs).delayed;
  ask(config_.partition, &mover_state::topic_described);
}

void mover_state::ask(const partition_actor& whom,
                      void (mover_state::*then)(const partition_description&)) {
  step_ = step::asking;
  auto answered = [this, then, run = run_](const partition_description& x) {
    if (run != run_)
      return;
    if (x.why.ok())
      (this->*then)(x);
    else
      again(x.why);
  };
  self->request(whom, describe_timeout, describe_partition{})
      .then(answered, [answered](const caf::error& e) {
        partition_description none;
        none.why = to_problem(e);
        answered(none);
      });
}

void mover_state::topic_described(const partition_description& x) {
  topic_ = x;
  if (x.high_watermark >= x.end_offset)
    return ask(inbox_, &mover_state::inbox_described);
  // An append of an earlier run may be in the log and not count yet.
  step_ = step::settling;
  self->send(config_.partition,
             watch_records{++watch_ticket_, x.end_offset - 1, self});
}

void mover_state::inbox_described(const partition_description& x) {
  inbox_start_ = x.log_start_offset;
  inbox_high_watermark_ = x.high_watermark;
  inbox_end_ = x.end_offset;
  if (topic_.end_offset > topic_.log_start_offset)
    return read(step::finding, config_.partition, topic_.end_offset - 1);
  begin_at({inbox_start_, topic_.end_offset, 0});
}

void mover_state::find_position(std::span<const std::byte> batches) {
  auto found = last_position(batches);
  begin_at(found.value_or(
      cluster::mover_position{inbox_start_, topic_.log_start_offset, 0}));
}

void mover_state::begin_at(cluster::mover_position from) {
  if (from.inbox > inbox_end_) {
    // An unclean election: offsets of the inbox name other records now.
    spdlog::warn("mover.inbox_lost_records tp={} expected={} end={}",
                 to_string(config_.name), from.inbox, inbox_end_);
    from = {inbox_end_, topic_.end_offset, 0};
  }
  from.inbox = std::max(from.inbox, inbox_start_);
  from.topic =
      std::clamp(from.topic, topic_.log_start_offset, topic_.end_offset);
  position_ = from;
  position_due_ms_ = config_.steady_now();
  deleted_end_ = inbox_start_;
  config_.hold->store(from.topic);
  core_.emplace(settings_, from, inbox_high_watermark_);
  scanned_end_ = from.topic;
  scan_on();
}

void mover_state::scan_on() {
  if (scanned_end_ < topic_.end_offset)
    return read(step::scanning, config_.partition, scanned_end_);
  core_->scanned(topic_.end_offset);
  retry_.succeeded();
  spdlog::info("mover.started tp={} inbox={} topic={}", to_string(config_.name),
               position_.inbox, position_.topic);
  turn();
}

void mover_state::scan(std::span<const std::byte> batches) {
  auto visit = [this](const storage::record_view& record) {
    auto text = cluster::find_header(record, cluster::delivery_header);
    auto id = text ? cluster::parse_delivery_id(*text) : std::nullopt;
    if (id && id->partition == config_.name.partition)
      core_->found(id->offset);
    return true;
  };
  constexpr auto bytes_max = storage::log_config{}.decompressed_bytes_max;
  auto walked =
      for_each_batch(batches, [&](const auto& header, const auto& batch) {
        scanned_end_ = header.next_offset();
        // Batches that the broker built, unless the disk lies.
        return storage::for_each_record(batch, static_cast<size_t>(bytes_max),
                                        visit)
            .has_value();
      });
  if (!walked)
    return again(walked.error());
  scan_on();
}

} // namespace troupe::actors
