// SPDX-License-Identifier: Apache-2.0
#include "broker_actor.h"

#include "error_map.h"

#include <troupe/cluster/topic_kind.h>

#include <spdlog/spdlog.h>

#include <utility>

namespace troupe::actors {

namespace {

/// Logs are closed one after the other, each with some syncs.
constexpr std::chrono::minutes close_timeout{60};

} // namespace

broker_actor::behavior_type
broker(broker_actor::stateful_pointer<broker_state> self,
       broker_actor_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
      [&state](apply_metadata& x) { return state.on_apply_metadata(x); },
      [&state](const partition_failed& x) { state.on_partition_failed(x); },
      [&state](const housekeeping_due&) { state.on_housekeeping_due(); },
      [&state](const compaction_due&) { state.on_compaction_due(); },
      [&state](const replica_check_due&) { state.on_replica_check_due(); },
      [&state](const serve_newest&) { state.on_serve_newest(); },
      [&state](const stop_broker&) { return state.on_stop_broker(); },
  };
}

void broker_state::open(broker_actor_config x) {
  config_ = std::move(x);
  std::vector<bool> online;
  for (const auto& directory : config_.directories)
    online.push_back(directory.online);
  placement_.emplace(online, config_.found);
  badly_closed_.resize(online.size());
  if (auto rate = config_.config.replication.moving_bytes_per_second; rate > 0)
    moving_pace_ = std::make_shared<copy_pace>(rate);
  newest_ = image_ = applied_ = std::make_shared<cluster::metadata_image>();
  self->delayed_send(
      self,
      std::chrono::milliseconds(config_.config.retention_check_interval_ms),
      housekeeping_due{});
  if (config_.cleaner != nullptr)
    arm_compaction();
  if (config_.link_to != nullptr)
    arm_replica_check();
}

caf::result<metadata_applied>
broker_state::on_apply_metadata(apply_metadata& x) {
  auto answer = self->make_response_promise<metadata_applied>();
  if (stopping_) {
    answer.deliver(metadata_applied{{errc::stopping, "stopping"}});
    return answer;
  }
  waiting_.push_back({x.image->end_offset, answer});
  newest_ = std::move(x.image);
  // Behind the images that are in the mailbox already.
  if (!std::exchange(newest_due_, true))
    self->send(self, serve_newest{});
  return answer;
}

/// Who leads, and where, must not wait until the logs of other partitions are
/// open: partitions and clients know the newest image at once.
void broker_state::on_serve_newest() {
  newest_due_ = false;
  if (stopping_)
    return;
  auto before = std::exchange(image_, newest_);
  change_roles();
  reconfigure(*before);
  take_newest();
  if (in_work_ != nullptr)
    publish();
}

void broker_state::take_newest() {
  if (in_work_ != nullptr || applied_ == image_)
    return;
  in_work_ = image_;
  opened_missing_ = false;
  sort_found(*in_work_);
  close_missing(*in_work_);
  end_if_done();
}

void broker_state::end_if_done() {
  if (opening_ > 0)
    return;
  // A log may be of a topic that was made again: not before the old one is
  // gone.
  if (in_work_ != nullptr && !stopping_
      && !std::exchange(opened_missing_, true)) {
    open_missing(*in_work_);
    return end_if_done();
  }
  if (in_work_ != nullptr)
    applied_ = std::exchange(in_work_, nullptr);
  publish();
  answer_applied();
  if (stopping_)
    close_all();
  else
    take_newest();
}

void broker_state::answer_applied() {
  while (!waiting_.empty()
         && waiting_.front().end_offset <= applied_->end_offset) {
    waiting_.front().answer.deliver(metadata_applied{});
    waiting_.pop_front();
  }
}

void broker_state::publish() {
  auto next = std::make_shared<routing>();
  next->image = image_;
  next->applied = applied_;
  for (const auto& [name, topic] : image_->topics) {
    auto route = std::make_shared<topic_route>();
    route->topic = topic;
    if (config_.open_stages != nullptr)
      route->stages = stages_.desk_of(*topic, config_.open_stages);
    if (config_.open_views != nullptr)
      route->views = views_.desk_of(*topic, config_.open_views);
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      // On other nodes, for all that this one knows of it.
      auto& partition = route->partitions.emplace_back();
      auto number = static_cast<int32_t>(i);
      auto found = partitions_.find({name, number});
      if (found == partitions_.end() || found->second.topic_id != topic->id)
        continue;
      const auto& host = found->second;
      partition = {host.actor, host.directory, host.failed};
      if (host.failed)
        next->failed.push_back({topic->id, number});
    }
    next->topics.emplace(name, route);
    next->by_id.emplace(topic->id, std::move(route));
  }
  stages_.close_missing(*image_);
  views_.close_missing(*image_);
  config_.routes->publish(std::move(next));
  if (config_.groups != nullptr)
    self->send(config_.groups, routing_published{});
}

void broker_state::reconfigure(const cluster::metadata_image& before) {
  bool all = image_->broker_configs != before.broker_configs;
  for (const auto& [name, topic] : image_->topics) {
    auto known = before.find(name);
    bool changed = known != nullptr && known->configs != topic->configs;
    if (!changed && !all)
      continue;
    bool moves = cluster::kind_of(topic->configs) != cluster::topic_kind::log;
    reconfigure_log order{log_config_of(*topic), min_insync_of(*topic)};
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      auto host = partitions_.find({name, static_cast<int32_t>(i)});
      if (host == partitions_.end() || host->second.actor == nullptr)
        continue;
      self->send(host->second.actor, order);
      if (moves && changed)
        tell_mover(host->second);
    }
  }
}

void broker_state::on_partition_failed(const partition_failed& x) {
  auto i = partitions_.find(x.name);
  if (i == partitions_.end() || i->second.actor == nullptr)
    return;
  spdlog::error("broker.partition_failed tp={} reason=\"{}\"",
                to_string(x.name), x.reason);
  i->second.actor = nullptr;
  i->second.failed = true;
  stop_mover(i->second);
  stop_replica(i->second);
  placement_->mark_failed(i->second.directory);
  publish();
}

void broker_state::on_housekeeping_due() {
  if (stopping_)
    return;
  for (const auto& [name, host] : partitions_) {
    if (host.actor != nullptr)
      self->send(host.actor, housekeep{});
  }
  if (in_work_ == nullptr && opening_ == 0)
    open_again();
  self->delayed_send(
      self,
      std::chrono::milliseconds(config_.config.retention_check_interval_ms),
      housekeeping_due{});
}

void broker_state::arm_compaction() {
  self->delayed_send(
      self, std::chrono::milliseconds(config_.config.cleaner.backoff_ms),
      compaction_due{});
}

void broker_state::on_compaction_due() {
  if (stopping_)
    return;
  for (const auto& [name, topic] : image_->topics) {
    if (!log_config_of(*topic).cleanup_compact)
      continue;
    auto count = static_cast<int32_t>(topic->partitions.size());
    for (int32_t i = 0; i < count; ++i) {
      auto host = partitions_.find({name, i});
      if (host != partitions_.end() && host->second.actor != nullptr)
        self->send(host->second.actor, consider_compaction{});
    }
  }
  arm_compaction();
}

caf::result<broker_stopped> broker_state::on_stop_broker() {
  stop_promise_ = self->make_response_promise<broker_stopped>();
  stopping_ = true;
  for (auto& x : std::exchange(waiting_, {}))
    x.answer.deliver(metadata_applied{{errc::stopping, "stopping"}});
  // A log that is being opened, or erased, is waited for: it is closed as well
  // as the others.
  if (opening_ == 0)
    close_all();
  return stop_promise_;
}

void broker_state::close_all() {
  closing_ = 1;
  auto done = [this](size_t directory, bool well) {
    if (!well)
      badly_closed_[directory] = true;
    if (--closing_ == 0)
      mark_directories();
  };
  for (auto& [name, host] : partitions_) {
    stop_mover(host);
    stop_replica(host);
    if (host.actor == nullptr)
      continue;
    ++closing_;
    auto where = host.directory;
    self->request(host.actor, close_timeout, close_partition{false})
        .then([done,
               where](const partition_closed& x) { done(where, x.why.ok()); },
              [done, where](const caf::error&) { done(where, false); });
  }
  done(0, true);
}

void broker_state::mark_directories() {
  closing_ = 1;
  auto done = [this](problem why) {
    if (!why.ok() && unclean_.ok())
      unclean_ = std::move(why);
    if (--closing_ == 0)
      stop_promise_.deliver(broker_stopped{unclean_});
  };
  for (size_t i = 0; i < config_.directories.size(); ++i) {
    const auto& directory = config_.directories[i];
    ++closing_;
    if (badly_closed_[i] || !placement_->healthy(i))
      done({errc::partition_offline,
            directory.path + " could not be closed; its next start recovers"});
    else
      self->request(directory.keeper, close_timeout, mark_clean_shutdown{})
          .then([done](log_closed& x) { done(std::move(x.why)); },
                [done](const caf::error& x) { done(to_problem(x)); });
  }
  done({});
}

storage::log_config
broker_state::log_config_of(const cluster::topic_image& topic) const {
  return cluster::make_log_config(topic.configs, *image_, config_.config.id,
                                  config_.config.values);
}

int32_t broker_state::min_insync_of(const cluster::topic_image& topic) const {
  return cluster::min_insync_replicas(topic.configs, *image_, config_.config.id,
                                      config_.config.values);
}

} // namespace troupe::actors
