// SPDX-License-Identifier: Apache-2.0
#include "broker_actor.h"
#include "error_map.h"
#include "partition_actor.h"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <utility>
#include <variant>
#include <vector>

namespace troupe::actors {

namespace {

/// Opening may have to scan a whole disk after a crash.
constexpr std::chrono::minutes open_timeout{60};
constexpr std::chrono::minutes erase_timeout{5};

/// Damage and foreign files are still there the next time.
bool may_pass(const problem& x) {
  auto code = std::get_if<storage::errc>(&x.code);
  return code == nullptr
         || (*code != storage::errc::corrupt_log
             && *code != storage::errc::invalid_argument
             && *code != storage::errc::unsupported_format);
}

} // namespace

void broker_state::sort_found(const cluster::metadata_image& image) {
  for (const auto& log : std::exchange(config_.found, {})) {
    auto topic = image.find(log.name.topic);
    auto registration = image.find(log.name);
    // Without an id it is not known whose it is; opening it will tell.
    bool same = topic != nullptr
                && (log.topic_id.is_nil() || topic->id == log.topic_id);
    if (same && registration != nullptr && is_replica(*registration))
      continue;
    auto keeper = config_.directories[log.directory].keeper;
    if (existed(log.name, log.topic_id))
      self->send(keeper, erase_log{log.name, log.topic_id});
    else
      self->send(keeper, set_log_aside{log.name, log.topic_id});
  }
}

bool broker_state::existed(const storage::topic_partition& name,
                           const storage::uuid& topic_id) const {
  if (config_.known == nullptr)
    return false;
  auto topic = config_.known->find(name.topic);
  auto registration = config_.known->find(name);
  return topic != nullptr && topic->id == topic_id && registration != nullptr
         && is_replica(*registration);
}

void broker_state::open_missing(const cluster::metadata_image& image) {
  for (const auto& [name, topic] : image.topics) {
    auto count = static_cast<int32_t>(topic->partitions.size());
    for (int32_t i = 0; i < count; ++i) {
      storage::topic_partition tp{name, i};
      if (is_replica(topic->partitions[static_cast<size_t>(i)])
          && !partitions_.contains(tp))
        open_partition(tp, *topic);
    }
  }
}

void broker_state::open_partition(const storage::topic_partition& name,
                                  const cluster::topic_image& topic) {
  hosted host;
  host.topic_id = topic.id;
  host.directory = existed(name, topic.id) ? placement_->directory_of(name)
                                           : placement_->directory_for_new();
  placement_->add(host.directory);
  if (placement_->online(host.directory))
    ask_for_log(name, host, topic);
  else {
    placement_->mark_failed(host.directory);
    host.failed = true;
  }
  partitions_.emplace(name, std::move(host));
}

void broker_state::ask_for_log(const storage::topic_partition& name,
                               const hosted& host,
                               const cluster::topic_image& topic) {
  ++opening_;
  auto id = topic.id;
  self->request(config_.directories[host.directory].keeper, open_timeout,
                open_log{name, id, log_config_of(topic)})
      .then([this, name, id](log_opened& x) { finish(name, id, x); },
            [this, name, id](const caf::error& x) {
              log_opened failed;
              failed.why = to_problem(x);
              finish(name, id, failed);
            });
}

void broker_state::finish(const storage::topic_partition& name,
                          const storage::uuid& topic, log_opened& x) {
  --opening_;
  auto i = partitions_.find(name);
  // Without it the topic was deleted while its log was opened again.
  if (i != partitions_.end() && i->second.topic_id == topic) {
    auto& host = i->second;
    bool known_as_failed = std::exchange(host.open_again, false);
    if (x.why.ok()) {
      if (known_as_failed)
        placement_->unmark_failed(host.directory);
      host.failed = false;
      serve(name, host, x);
    } else {
      spdlog::error("broker.partition_offline tp={} reason=\"{}\"",
                    to_string(name), x.why.message);
      if (!known_as_failed)
        placement_->mark_failed(host.directory);
      host.failed = true;
      host.open_again = may_pass(x.why);
    }
  }
  end_if_done();
}

void broker_state::serve(const storage::topic_partition& name, hosted& host,
                         log_opened& opened) {
  const auto& directory = config_.directories[host.directory];
  auto turn = next_lane_++;
  host.lane = config_.lanes[turn % config_.lanes.size()];
  host.registration = registration_in(*image_, name);
  host.lives = lives_in(*image_, host.registration);
  partition_config config;
  config.name = name;
  config.log = std::move(opened.value);
  config.registration = host.registration;
  config.lives = host.lives;
  config.core.self = config_.config.id;
  config.core.level = config_.config.durability_level;
  config.core.high_watermark = opened.high_watermark;
  if (auto topic = image_->find(name.topic)) {
    config.core.min_insync_replicas = min_insync_of(*topic);
    prepare_mover(host, *topic, config);
  }
  config.lag_ms_max = config_.config.replication.lag_time_ms_max;
  config.flush_interval =
      std::chrono::milliseconds(config_.config.flush_interval_ms);
  config.keeper = directory.keeper;
  config.sync = directory.sync;
  config.cold_reader =
      directory.cold_readers[turn % directory.cold_readers.size()];
  config.cleaner = config_.cleaner;
  config.report_failure = [me = broker_actor{self}](partition_failed y) {
    caf::anon_send(me, y);
  };
  config.controller = config_.controller;
  config.now = config_.now;
  config.steady_now = config_.steady_now;
  host.actor =
      spawn_on(self->system(), host.lane, partition, std::move(config));
  start_mover(name, host);
  if (!leads(host))
    follow(name, host);
}

void broker_state::open_again() {
  for (const auto& [name, host] : partitions_) {
    auto topic = image_->find(name.topic);
    if (host.open_again && topic != nullptr)
      ask_for_log(name, host, *topic);
  }
}

void broker_state::close_missing(const cluster::metadata_image& image) {
  for (auto i = partitions_.begin(); i != partitions_.end();) {
    auto& [name, host] = *i;
    auto topic = image.find(name.topic);
    auto registration = image.find(name);
    if (topic != nullptr && topic->id == host.topic_id
        && registration != nullptr && is_replica(*registration)) {
      ++i;
      continue;
    }
    close(name, host);
    i = partitions_.erase(i);
  }
}

void broker_state::close(const storage::topic_partition& name, hosted& host) {
  stop_mover(host);
  stop_replica(host);
  if (host.actor != nullptr) {
    ++opening_;
    auto done = [this, name](const problem& why) {
      if (!why.ok())
        spdlog::error("broker.erase_failed tp={} reason=\"{}\"",
                      to_string(name), why.message);
      --opening_;
      end_if_done();
    };
    self->request(host.actor, erase_timeout, close_partition{true})
        .then([done](const partition_closed& x) { done(x.why); },
              [done](const caf::error& x) { done(to_problem(x)); });
  } else {
    placement_->unmark_failed(host.directory);
    // Nobody serves it who could erase it, and a new topic of that name must
    // not meet its files.
    if (placement_->online(host.directory))
      self->send(config_.directories[host.directory].keeper,
                 erase_log{name, host.topic_id});
  }
  placement_->remove(host.directory);
}

} // namespace troupe::actors
