// SPDX-License-Identifier: Apache-2.0
// Partitions of other kinds than log have somebody who moves records to them.
#include "broker_actor.h"
#include "built_in_kinds.h"
#include "partition_actor.h"

#include <troupe/cluster/topic_kind.h>

#include <caf/exit_reason.hpp>

#include <functional>
#include <utility>

namespace troupe::actors {

void broker_state::prepare_mover(hosted& host,
                                 const cluster::topic_image& topic,
                                 partition_config& config) {
  auto kind = cluster::kind_of(topic.configs);
  if (kind == cluster::topic_kind::log)
    return;
  host.moving = std::make_shared<mover_link>();
  config.needed_from = [moving = host.moving] {
    return moving->needed_from.load();
  };
  if (!watches_consumers(kind))
    return;
  config.reader_seen = [moving = host.moving](const read_records& x) {
    if (x.client.id() != moving->mover.load())
      moving->fetched(x.from);
  };
}

void broker_state::start_mover(const storage::topic_partition& name,
                               hosted& host) {
  if (host.moving == nullptr)
    return;
  mover_config config;
  config.name = name;
  config.topic_id = host.topic_id;
  config.self = config_.config.id;
  config.partition = host.actor;
  config.moving = host.moving;
  config.consumption = config_.consumption;
  config.kinds = config_.kinds;
  config.routes = config_.routes;
  config.cold_reader = config_.directories[host.directory].cold_readers.front();
  config.now = config_.now;
  config.steady_now = config_.steady_now;
  config.seed = config_.seed + std::hash<storage::topic_partition>{}(name);
  host.mover = spawn_on(self->system(), host.lane, mover, std::move(config));
  tell_mover(host);
}

void broker_state::tell_mover(const hosted& host) {
  if (host.mover == nullptr)
    return;
  if (leads(host))
    self->send(host.mover, begin_moving{});
  else
    self->send(host.mover, stop_moving{});
}

void broker_state::stop_mover(hosted& host) {
  if (host.mover != nullptr)
    self->send_exit(std::exchange(host.mover, nullptr),
                    caf::exit_reason::user_shutdown);
}

} // namespace troupe::actors
