// SPDX-License-Identifier: Apache-2.0
#include "broker_actor.h"

#include "error_map.h"

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
      [&state](const stop_broker&) { return state.on_stop_broker(); },
  };
}

void broker_state::open(broker_actor_config x) {
  config_ = std::move(x);
  std::vector<bool> online;
  for (const auto& directory : config_.directories)
    online.push_back(directory.online);
  placement_.emplace(online, config_.found);
  config_.found.clear();
  badly_closed_.resize(online.size());
  if (auto rate = config_.config.replication.moving_bytes_per_second; rate > 0)
    moving_pace_ = std::make_shared<copy_pace>(rate);
  image_ = std::make_shared<cluster::metadata_image>();
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
  // Who leads must not wait until the logs of other partitions are open.
  if (!stopping_)
    change_roles(*x.image);
  queue_.push_back({std::move(x.image), answer});
  take_next();
  return answer;
}

void broker_state::take_next() {
  if (in_work_ || queue_.empty())
    return;
  if (stopping_) {
    for (auto& x : queue_)
      x.answer.deliver(metadata_applied{{errc::stopping, "stopping"}});
    queue_.clear();
    return;
  }
  in_work_ = true;
  const auto& image = *queue_.front().image;
  close_missing(image);
  open_missing(image);
  reconfigure(image);
  end_if_done();
}

const cluster::metadata_image& broker_state::image() const {
  return in_work_ ? *queue_.front().image : *image_;
}

void broker_state::end_if_done() {
  if (opening_ > 0)
    return;
  if (!in_work_)
    return publish();
  image_ = queue_.front().image;
  publish();
  in_work_ = false;
  auto answer = std::move(queue_.front().answer);
  queue_.pop_front();
  answer.deliver(metadata_applied{});
  take_next();
}

void broker_state::publish() {
  auto next = std::make_shared<routing>();
  next->image = image_;
  for (const auto& [name, topic] : image_->topics) {
    auto route = std::make_shared<topic_route>();
    route->topic = topic;
    route->min_insync_replicas = min_insync_of(*topic, *image_);
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      // On other nodes, for all that this one knows of it.
      auto host = partitions_.find({name, static_cast<int32_t>(i)});
      if (host == partitions_.end())
        route->partitions.emplace_back();
      else
        route->partitions.push_back(
            {host->second.actor, host->second.directory});
    }
    next->topics.emplace(name, route);
    next->by_id.emplace(topic->id, std::move(route));
  }
  config_.routes->publish(std::move(next));
  if (config_.groups != nullptr)
    self->send(config_.groups, routing_published{});
}

void broker_state::reconfigure(const cluster::metadata_image& image) {
  bool all = image.broker_configs != image_->broker_configs;
  for (const auto& [name, topic] : image.topics) {
    auto before = image_->find(name);
    bool changed = before != nullptr && before->configs != topic->configs;
    if (!changed && !all)
      continue;
    reconfigure_log order{log_config_of(*topic, image),
                          min_insync_of(*topic, image)};
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      auto host = partitions_.find({name, static_cast<int32_t>(i)});
      if (host != partitions_.end() && host->second.actor != nullptr)
        self->send(host->second.actor, order);
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
  stop_replica(i->second);
  placement_->mark_failed(i->second.directory);
  if (!in_work_)
    publish();
}

void broker_state::on_housekeeping_due() {
  if (stopping_)
    return;
  for (const auto& [name, host] : partitions_) {
    if (host.actor != nullptr)
      self->send(host.actor, housekeep{});
  }
  if (!in_work_ && opening_ == 0)
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
    if (!log_config_of(*topic, *image_).cleanup_compact)
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
  closing_ = 1;
  auto done = [this](size_t directory, bool well) {
    if (!well)
      badly_closed_[directory] = true;
    if (--closing_ == 0)
      mark_directories();
  };
  for (auto& [name, host] : partitions_) {
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
  return stop_promise_;
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
broker_state::log_config_of(const cluster::topic_image& topic,
                            const cluster::metadata_image& image) {
  return cluster::make_log_config(topic.configs, image, config_.config.id,
                                  config_.config.values);
}

int32_t broker_state::min_insync_of(const cluster::topic_image& topic,
                                    const cluster::metadata_image& image) {
  return cluster::min_insync_replicas(topic.configs, image, config_.config.id,
                                      config_.config.values);
}

} // namespace troupe::actors
