// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"
#include "node_state.h"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

/// Kafka's controlled.shutdown.* add up to more; nobody should wait so long.
constexpr std::chrono::milliseconds leaderships_patience{10000};
/// Groups find out by themselves that a member is gone.
constexpr std::chrono::milliseconds groups_patience{5000};

} // namespace

result<void> node::state::stop(std::chrono::milliseconds deadline) {
  std::lock_guard guard(stopping);
  if (std::exchange(stopped, true))
    return {};
  calls.end();
  takes_remote_ = false;
  if (system == nullptr) {
    temporary.reset();
    return {};
  }
  // Whoever looks there asks actors.
  exposer.reset();
  // A compaction would hold the stop up; what it did not finish is dropped.
  if (cleaner_pace != nullptr)
    cleaner_pace->end();
  // Their coordinator is still here, and what it appends still acknowledged.
  clients.leave_groups(*system, std::min(deadline, groups_patience));
  result<void> done;
  auto note = [&done](const caf::error& x) {
    done = failure(storage::errc::closed,
                   "stopping: " + actors::to_problem(x).message);
  };
  {
    caf::scoped_actor self{*system};
    // Others lead before anything here is gone.
    if (lifecycle != nullptr)
      self->request(lifecycle, deadline,
                    actors::move_leaderships{
                        std::min(deadline, leaderships_patience)})
          .receive([](const actors::leaderships_moved&) {}, note);
    if (quorum != nullptr)
      self->request(quorum, deadline, actors::resign_leadership{})
          .receive([](const actors::leadership_resigned&) {}, note);
    // Early, so that members who wait are told to look elsewhere while their
    // connections still stand.
    if (groups != nullptr)
      self->request(groups, deadline, actors::stop_groups{})
          .receive(
              [&done](actors::groups_stopped& x) {
                if (!x.why.ok())
                  done = failure(storage::errc::io, std::move(x.why.message));
              },
              note);
    clients.end();
    if (transport != nullptr)
      self->request(transport, deadline, actors::stop_transport{})
          .receive([](const actors::transport_stopped&) {}, note);
    // None, when the start failed before.
    if (broker != nullptr)
      self->request(broker, deadline, actors::stop_broker{})
          .receive(
              [&done](actors::broker_stopped& x) {
                if (!x.why.ok())
                  done =
                      failure(storage::errc::closed, std::move(x.why.message));
              },
              note);
  }
  end_actors();
  temporary.reset();
  return done;
}

void node::state::end_actors() {
  auto end = [](auto& actor) {
    if (actor != nullptr)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
  };
  end(transport);
  end(metrics);
  end(lifecycle);
  end(disk_watch);
  end(controller);
  end(quorum);
  end(cluster_port);
  end(membership);
  end(groups);
  end(cleaner);
  end(broker);
  for (auto& x : disks) {
    end(x.keeper);
    end(x.sync);
    for (auto& reader : x.cold_readers)
      end(reader);
  }
  if (judge != nullptr)
    judge->publish(std::make_shared<actors::isr_judge_actor>());
  drop_server();
  // Clients inside the process may outlive the node, and would keep alive whom
  // they find here.
  if (routes != nullptr)
    routes->publish(no_routes());
  routes.reset();
  peers.reset();
  // Sessions and partitions end on their lanes, so the lanes must still run
  // here; what waits on the lanes afterwards may hold the last handles of
  // detached actors, so the lanes go before the system that counts those.
  if (system != nullptr)
    system->await_all_actors_done();
  stages.reset();
  leaving.wait();
  for (auto& x : lanes)
    x->stop();
  lanes.clear();
  units.clear();
  system.reset();
  directories.offsets.reset();
  directories.views.reset();
  directories.all.clear();
}

} // namespace troupe
