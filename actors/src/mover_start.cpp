// SPDX-License-Identifier: Apache-2.0
// From nothing to the first move: what of the inbox lies in the topic already.
#include "error_map.h"
#include "local_routes.h"
#include "mover_actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

constexpr std::chrono::seconds describe_timeout{30};
/// Of the topic, read at a time: all of its tail, or just its last batch.
constexpr uint32_t scan_bytes_max = 1 << 20;
constexpr uint32_t last_batch_bytes_max = 1;

} // namespace

void mover_state::start() {
  if (!find_logs())
    return again({errc::not_leader, "this node does not lead all of the "
                                    "partitions that belong together, or not "
                                    "yet"});
  ask(topic_, &mover_state::topic_described);
}

bool mover_state::find_logs() {
  auto routes = config_.routes->get();
  const auto* topic = routes->find(config_.name.topic);
  if (topic == nullptr || topic->topic->id != config_.topic_id)
    return false;
  configs_ = topic->topic->configs;
  settings_ = cluster::make_kind_config(configs_);
  topic_.actor = config_.partition;
  for (auto role : cluster::companions_of(settings_.kind)) {
    auto name = cluster::companion_name(config_.name.topic, role);
    auto found =
        find_leader_here(*routes, config_.self, {name, config_.name.partition});
    if (!found)
      return false;
    switch (role) {
    case cluster::companion_role::inbox:
      inbox_.actor = std::move(*found);
      break;
    case cluster::companion_role::acknowledgements:
      acknowledgements_.actor = std::move(*found);
      break;
    case cluster::companion_role::dead_letters:
      dead_letters_.actor = std::move(*found);
      break;
    }
  }
  return inbox_.actor != nullptr;
}

void mover_state::ask(log_at_work& whom, void (mover_state::*then)()) {
  step_ = step::asking;
  auto answered = [this, &whom, then,
                   run = run_](const partition_description& x) {
    if (run != run_)
      return;
    if (!x.why.ok())
      return again(x.why);
    whom.known = x;
    attempt([&] { (this->*then)(); });
  };
  self->request(whom.actor, describe_timeout, describe_partition{})
      .then(answered, [answered](const caf::error& e) {
        partition_description none;
        none.why = to_problem(e);
        answered(none);
      });
}

void mover_state::topic_described() {
  const auto& x = topic_.known;
  if (x.high_watermark >= x.end_offset)
    return ask(inbox_, &mover_state::inbox_described);
  // An append of an earlier run may be in the log and not count yet.
  step_ = step::settling;
  watch(topic_, x.end_offset - 1);
}

void mover_state::inbox_described() {
  if (acknowledgements_.actor != nullptr)
    ask(acknowledgements_, &mover_state::ends_known);
  else
    ends_known();
}

void mover_state::ends_known() {
  const auto& x = topic_.known;
  if (x.end_offset > x.log_start_offset)
    read(step::finding, topic_, x.end_offset - 1, last_batch_bytes_max);
  else
    begin_at({inbox_.known.log_start_offset, x.end_offset,
              acknowledgements_.known.log_start_offset});
}

void mover_state::find_position(std::span<const std::byte> batches) {
  begin_at(last_position(batches).value_or(cluster::mover_position{
      inbox_.known.log_start_offset, topic_.known.log_start_offset,
      acknowledgements_.known.log_start_offset}));
}

/// An unclean election may have taken what it names.
cluster::mover_position
mover_state::within_logs(cluster::mover_position x) const {
  auto within = [](storage::offset_t at, const partition_description& log) {
    return std::clamp(at, log.log_start_offset, log.end_offset);
  };
  return {within(x.inbox, inbox_.known), within(x.topic, topic_.known),
          within(x.acknowledgements, acknowledgements_.known)};
}

void mover_state::begin_at(cluster::mover_position from) {
  if (from.inbox > inbox_.known.end_offset) {
    // Offsets of the inbox name other records now.
    spdlog::warn("mover.inbox_lost_records tp={} expected={} end={}",
                 to_string(config_.name), from.inbox, inbox_.known.end_offset);
    from.topic = topic_.known.end_offset;
    from.acknowledgements = acknowledgements_.known.end_offset;
  }
  position_ = from = within_logs(from);
  position_due_ms_ = config_.steady_now();
  deleted_ = {inbox_.known.log_start_offset, 0,
              acknowledgements_.known.log_start_offset};
  config_.moving->needed_from = from.topic;
  if (config_.moving->fetched_end.load() > topic_.known.end_offset)
    config_.moving->fetched_end = topic_.known.end_offset;
  core_ = make_partition_kind(
      settings_, *config_.kinds,
      {config_.name, configs_, from, inbox_.known.high_watermark});
  if (core_ == nullptr && !std::exchange(told_of_kind_, true))
    spdlog::error("mover.no_kind tp={} kind=\"{}\" reason=\"nobody made it: "
                  "nothing is moved\"",
                  to_string(config_.name), settings_.custom_name);
  if (core_ == nullptr)
    return again({errc::internal, "nobody here knows the kind '"
                                      + settings_.custom_name + "'"});
  core_->consumed(topic_.known.log_start_offset, config_.now());
  scanned_end_ = from.topic;
  acknowledgements_end_ = from.acknowledgements;
  if (acknowledgements_.actor != nullptr)
    read_acknowledgements();
  else
    scan_on();
}

void mover_state::scan_on() {
  if (scanned_end_ < topic_.known.end_offset)
    return read(step::scanning, topic_, scanned_end_, scan_bytes_max);
  core_->scanned(topic_.known.end_offset, config_.now());
  moving_ = true;
  spdlog::info("mover.started tp={} inbox={} topic={}", to_string(config_.name),
               position_.inbox, position_.topic);
  turn();
}

void mover_state::scan(std::span<const std::byte> batches) {
  auto visit = [this](const storage::record_view& record) {
    auto text = cluster::find_header(record, cluster::delivery_header);
    auto id = text ? cluster::parse_delivery_id(*text) : std::nullopt;
    if (id && id->partition == config_.name.partition
        && record.offset >= scanned_end_)
      core_->found(id->offset, id->attempt, record.offset);
    return true;
  };
  auto walked =
      for_each_batch(batches, [&](const auto& header, const auto& batch) {
        walk(batch, "topic", visit);
        scanned_end_ = header.next_offset();
        return true;
      });
  if (!walked)
    return again(walked.error());
  scan_on();
}

} // namespace troupe::actors
