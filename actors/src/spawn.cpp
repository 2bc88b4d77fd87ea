// SPDX-License-Identifier: Apache-2.0
#include "spawn.h"

#include <caf/actor_system.hpp>

#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace troupe::actors {

broker_actor spawn_broker(caf::actor_system& system, broker_actor_config x) {
  return system.spawn(broker, std::move(x));
}

controller_actor spawn_controller(caf::actor_system& system,
                                  controller_config x, departures& leaving) {
  auto made = system.spawn(controller, std::move(x));
  leaving.expect(made);
  return made;
}

broker_lifecycle_actor
spawn_broker_lifecycle(caf::actor_system& system, broker_lifecycle_config x) {
  return system.spawn(broker_lifecycle, std::move(x));
}

quorum_actor spawn_quorum(caf::actor_system& system, quorum_actor_config x,
                          departures& leaving) {
  auto made = system.spawn<caf::detached>(quorum, std::move(x));
  leaving.expect(made);
  return made;
}

listing_coordinator_actor
spawn_group_coordinator(caf::actor_system& system, group_coordinator_config x) {
  return system.spawn<caf::detached>(group_coordinator, std::move(x));
}

log_keeper_actor
spawn_log_keeper(caf::actor_system& system, log_keeper_config x) {
  return system.spawn<caf::detached>(log_keeper, std::move(x));
}

disk_sync_actor
spawn_disk_sync(caf::actor_system& system, storage::file_system* fs) {
  return system.spawn<caf::detached>(disk_sync, fs);
}

disk_watch_actor
spawn_disk_watch(caf::actor_system& system, disk_watch_config x) {
  return system.spawn(disk_watch, std::move(x));
}

log_cleaner_actor
spawn_log_cleaner(caf::actor_system& system, log_cleaner_config x) {
  // Its thread gives way to those that serve.
  x.begin_thread = [] {
    constexpr int lower = 10;
    static_cast<void>(
        setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), lower));
  };
  return system.spawn<caf::detached>(log_cleaner, std::move(x));
}

cold_reader_actor spawn_cold_reader(caf::actor_system& system) {
  return system.spawn<caf::detached>(cold_reader);
}

transport_actor spawn_transport(caf::actor_system& system,
                                std::shared_ptr<transport::server> server) {
  return system.spawn<caf::detached>(transport_of, std::move(server));
}

metrics_actor spawn_metrics(caf::actor_system& system, metrics_config x) {
  return system.spawn(metrics, std::move(x));
}

membership_actor spawn_membership(caf::actor_system& system,
                                  membership_config x, bool tls,
                                  departures& leaving) {
  x.spawn_dialer = [&system, tls] {
    return system.spawn<caf::detached>(dialer, tls);
  };
  x.spawn_link = [&system, leaving](peer_link_config link) mutable {
    auto made = system.spawn<caf::detached>(peer_link, std::move(link));
    leaving.expect(made);
    return made;
  };
  auto made = system.spawn(membership, std::move(x));
  leaving.expect(made);
  return made;
}

} // namespace troupe::actors
