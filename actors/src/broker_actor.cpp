// SPDX-License-Identifier: Apache-2.0
#include "broker_actor.h"

#include "error_map.h"
#include "partition_actor.h"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

/// Opening may have to scan a whole disk after a crash.
constexpr std::chrono::minutes open_timeout{60};
constexpr std::chrono::minutes close_timeout{5};

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
    [&state](const stop_broker&) { return state.on_stop_broker(); },
  };
}

void broker_state::open(broker_actor_config x) {
  config_ = std::move(x);
  partitions_in_directory_.resize(config_.directories.size());
  for (const auto& directory : config_.directories)
    directory_clean_.push_back(directory.online);
  image_ = std::make_shared<cluster::metadata_image>();
  self->delayed_send(
    self,
    std::chrono::milliseconds(config_.config.retention_check_interval_ms),
    housekeeping_due{});
}

caf::result<metadata_applied>
broker_state::on_apply_metadata(apply_metadata& x) {
  auto answer = self->make_response_promise<metadata_applied>();
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
  for (const auto& [name, topic] : image.topics) {
    auto count = static_cast<int32_t>(topic->partitions.size());
    for (int32_t i = 0; i < count; ++i) {
      storage::topic_partition tp{name, i};
      if (!partitions_.contains(tp))
        open_partition(tp, *topic);
    }
  }
  reconfigure(image);
  end_if_done();
}

void broker_state::close_missing(const cluster::metadata_image& image) {
  for (auto i = partitions_.begin(); i != partitions_.end();) {
    auto& [name, host] = *i;
    auto topic = image.find(name.topic);
    if (topic != nullptr && topic->id == host.topic_id) {
      ++i;
      continue;
    }
    if (host.actor != nullptr) {
      // The next image may create the topic again: wait until it is gone.
      ++opening_;
      auto done = [this, name = name](const problem& why) {
        if (!why.ok())
          spdlog::error("broker.erase_failed tp={} reason=\"{}\"",
                        to_string(name), why.message);
        --opening_;
        end_if_done();
      };
      self->request(host.actor, close_timeout, close_partition{true})
        .then([done](const partition_closed& x) { done(x.why); },
              [done](const caf::error& x) { done(to_problem(x)); });
    } else if (config_.directories[host.directory].online) {
      // Nobody serves it who could erase it, and a new topic of that name must
      // not meet its files.
      self->send(config_.directories[host.directory].keeper,
                 erase_log{name, host.topic_id});
    }
    --partitions_in_directory_[host.directory];
    i = partitions_.erase(i);
  }
}

void broker_state::open_partition(const storage::topic_partition& name,
                                  const cluster::topic_image& topic) {
  hosted host{topic.id, choose_directory(name), {}};
  ++partitions_in_directory_[host.directory];
  if (!config_.directories[host.directory].online) {
    partitions_.emplace(name, std::move(host));
    return;
  }
  ++opening_;
  open_log order{name, topic.id,
                 log_config_of(topic, *queue_.front().image)};
  const auto& keeper = config_.directories[host.directory].keeper;
  partitions_.emplace(name, std::move(host));
  self->request(keeper, open_timeout, std::move(order))
    .then([this, name](log_opened& x) { finish(name, x); },
          [this, name](const caf::error& x) {
            log_opened failed;
            failed.why = to_problem(x);
            finish(name, failed);
          });
}

void broker_state::finish(const storage::topic_partition& name,
                          log_opened& x) {
  --opening_;
  auto i = partitions_.find(name);
  if (!x.why.ok()) {
    spdlog::error("broker.partition_offline tp={} reason=\"{}\"",
                  to_string(name), x.why.message);
    if (i != partitions_.end())
      directory_clean_[i->second.directory] = false;
  } else if (i != partitions_.end()) {
    const auto& directory = config_.directories[i->second.directory];
    auto registration = queue_.front().image->find(name);
    partition_config config;
    config.name = name;
    config.log = std::move(x.value);
    config.leader_epoch = registration ? registration->leader_epoch : 0;
    config.level = config_.config.durability_level;
    config.flush_interval
      = std::chrono::milliseconds(config_.config.flush_interval_ms);
    config.keeper = directory.keeper;
    config.sync = directory.sync;
    auto turn = next_lane_++;
    config.cold_reader
      = config_.cold_readers[turn % config_.cold_readers.size()];
    config.report_failure
      = [me = broker_actor{self}](partition_failed y) { caf::anon_send(me, y); };
    config.now = config_.now;
    i->second.actor
      = spawn_on(self->system(), config_.lanes[turn % config_.lanes.size()],
                 partition, std::move(config));
  }
  end_if_done();
}

void broker_state::end_if_done() {
  if (!in_work_ || opening_ > 0)
    return;
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
  auto before = config_.routes->get();
  next->image = image_;
  for (const auto& [name, topic] : image_->topics) {
    auto route = std::make_shared<topic_route>();
    route->topic = topic;
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      const auto& host = partitions_.at({name, static_cast<int32_t>(i)});
      route->partitions.push_back({host.actor, host.directory});
    }
    next->topics.emplace(name, route);
    next->by_id.emplace(topic->id, std::move(route));
  }
  config_.routes->publish(std::move(next));
}

void broker_state::reconfigure(const cluster::metadata_image& image) {
  bool all = image.broker_configs != image_->broker_configs;
  for (const auto& [name, topic] : image.topics) {
    auto before = image_->find(name);
    bool changed = before != nullptr && before->configs != topic->configs;
    if (!changed && !all)
      continue;
    auto config = log_config_of(*topic, image);
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      auto host = partitions_.find({name, static_cast<int32_t>(i)});
      if (host != partitions_.end() && host->second.actor != nullptr)
        self->send(host->second.actor, reconfigure_log{config});
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
  directory_clean_[i->second.directory] = false;
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
  self->delayed_send(
    self,
    std::chrono::milliseconds(config_.config.retention_check_interval_ms),
    housekeeping_due{});
}

caf::result<broker_stopped> broker_state::on_stop_broker() {
  stop_promise_ = self->make_response_promise<broker_stopped>();
  stopping_ = true;
  closing_ = 1;
  auto done = [this](size_t directory, bool well) {
    if (!well)
      directory_clean_[directory] = false;
    if (--closing_ == 0)
      mark_directories();
  };
  for (auto& [name, host] : partitions_) {
    if (host.actor == nullptr)
      continue;
    ++closing_;
    auto where = host.directory;
    self->request(host.actor, close_timeout, close_partition{false})
      .then(
        [done, where](const partition_closed& x) { done(where, x.why.ok()); },
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
    if (!directory_clean_[i])
      done({errc::partition_offline,
            directory.path + " could not be closed; its next start recovers"});
    else
      self->request(directory.keeper, close_timeout, mark_clean_shutdown{})
        .then([done](log_closed& x) { done(std::move(x.why)); },
              [done](const caf::error& x) { done(to_problem(x)); });
  }
  done({});
}

size_t broker_state::choose_directory(const storage::topic_partition& name) {
  for (const auto& x : config_.found) {
    if (x.name == name)
      return x.directory;
  }
  // At the start every partition existed before: one that is nowhere lies in
  // the directory that failed, and must not be born again empty elsewhere.
  bool starting = image_->cluster_id.empty();
  for (size_t i = 0; starting && i < config_.directories.size(); ++i) {
    if (!config_.directories[i].online)
      return i;
  }
  return least_used_directory();
}

size_t broker_state::least_used_directory() const {
  size_t best = 0;
  auto worse = [this](size_t i) {
    return std::pair{!directory_clean_[i], partitions_in_directory_[i]};
  };
  for (size_t i = 1; i < config_.directories.size(); ++i) {
    if (worse(i) < worse(best))
      best = i;
  }
  return best;
}

storage::log_config
broker_state::log_config_of(const cluster::topic_image& topic,
                            const cluster::metadata_image& image) {
  return cluster::make_log_config(topic.configs, image, config_.config.id,
                                  config_.config.values);
}

} // namespace troupe::actors
