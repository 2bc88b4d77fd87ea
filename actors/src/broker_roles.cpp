// SPDX-License-Identifier: Apache-2.0
// Who leads which of the broker's partitions, and whom the others follow.
#include "broker_actor.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace troupe::actors {

namespace {

/// Followers are looked at four times within the time that they may lag, and
/// often enough for pulls whose time is over.
constexpr int64_t checks_per_lag_time = 4;
constexpr int64_t check_interval_ms_min = 20;
constexpr int64_t check_interval_ms_max = 2'000;

/// Far above Kafka's: a pull here is of one partition, and there are many.
constexpr uint32_t pull_wait_ms_max = 30'000;

} // namespace

bool broker_state::is_replica(const cluster::partition_registration& x) const {
  return std::find(x.replicas.begin(), x.replicas.end(), config_.config.id)
         != x.replicas.end();
}

cluster::partition_registration
broker_state::registration_in(const cluster::metadata_image& image,
                              const storage::topic_partition& name) const {
  auto found = image.find(name);
  if (found == nullptr)
    return {};
  auto x = *found;
  // Made leader in an earlier life, this node may have lost records that it
  // wrote in that epoch. It leads only when the controller knows of the new
  // life, and then in a new epoch.
  auto node = image.nodes.find(config_.config.id);
  auto known = config_.incarnation.is_nil()
               || (node != image.nodes.end()
                   && node->second.incarnation == config_.incarnation);
  if (x.leader == config_.config.id && !known)
    x.leader = cluster::no_node;
  return x;
}

std::vector<cluster::replica_life>
broker_state::lives_in(const cluster::metadata_image& image,
                       const cluster::partition_registration& x) const {
  if (x.leader != config_.config.id || x.replicas.size() < 2)
    return {};
  return cluster::eligible_lives(x, image.nodes);
}

void broker_state::change_roles() {
  const auto& image = *image_;
  for (auto& [name, host] : partitions_) {
    if (host.actor == nullptr)
      continue;
    auto topic = image.find(name.topic);
    if (topic == nullptr || topic->id != host.topic_id)
      continue;
    auto x = registration_in(image, name);
    if (!is_replica(x))
      continue;
    auto lives = std::exchange(host.lives, lives_in(image, x));
    if (x != host.registration || lives != host.lives)
      change_role(name, host, x);
  }
}

void broker_state::change_role(const storage::topic_partition& name,
                               hosted& host,
                               const cluster::partition_registration& x) {
  auto before = std::exchange(host.registration, x);
  bool other_reign =
      before.leader_epoch != x.leader_epoch || before.leader != x.leader;
  if (leads(host)) {
    stop_replica(host);
    self->send(host.actor, become_leader{x, host.lives});
    // Behind the partition's message: what it learns is of the new epoch.
    if (other_reign)
      tell_mover(host);
    return;
  }
  self->send(host.actor, become_follower{x});
  if (other_reign)
    tell_mover(host);
  // A replica has its pace from birth.
  auto self_id = config_.config.id;
  if (moves_to(self_id, before) != moves_to(self_id, x))
    stop_replica(host);
  // Behind the partition's message: what it answers the replica is of the new
  // epoch.
  if (other_reign || host.replica == nullptr)
    follow(name, host);
}

void broker_state::follow(const storage::topic_partition& name, hosted& host) {
  if (config_.link_to == nullptr)
    return;
  if (host.replica == nullptr) {
    replica_config config;
    config.name = name;
    config.topic_id = host.topic_id;
    config.self = config_.config.id;
    config.partition = host.actor;
    config.link_to = config_.link_to;
    config.pull_bytes_max =
        static_cast<uint32_t>(config_.config.replication.fetch_bytes_max);
    config.pull_wait_ms_max = pull_wait_ms_max;
    config.pause_ms = config_.config.replication.fetch_backoff_ms;
    config.steady_now = config_.steady_now;
    if (moves_to(config_.config.id, host.registration))
      config.pace = moving_pace_;
    config.seed = config_.seed + std::hash<storage::topic_partition>{}(name);
    host.replica =
        spawn_on(self->system(), host.lane, replica, std::move(config));
  }
  self->send(host.replica, follow_leader{host.registration.leader});
}

void broker_state::stop_replica(hosted& host) {
  if (host.replica != nullptr)
    self->send(std::exchange(host.replica, nullptr), stop_following{});
}

void broker_state::arm_replica_check() {
  auto lag = config_.config.replication.lag_time_ms_max;
  auto interval = std::clamp(lag / checks_per_lag_time, check_interval_ms_min,
                             check_interval_ms_max);
  self->delayed_send(self, std::chrono::milliseconds(interval),
                     replica_check_due{});
}

void broker_state::on_replica_check_due() {
  if (stopping_)
    return;
  for (const auto& [name, host] : partitions_)
    if (host.actor != nullptr && leads(host)
        && host.registration.replicas.size() > 1)
      self->send(host.actor, check_replicas{});
  arm_replica_check();
}

} // namespace troupe::actors
