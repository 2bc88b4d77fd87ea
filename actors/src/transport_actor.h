// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lane_hosted.h"
#include "services.h"

#include <troupe/actors/interfaces.h>
#include <troupe/transport/server.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace troupe::actors {

struct transport_state {
  static inline const char* name = "transport";

  transport_stopped on_stop_transport();

  /// Shared with the node, which reads its counters.
  std::shared_ptr<transport::server> server;
  std::chrono::milliseconds stop_deadline{5000};
};

/// Makes a session for each connection, on that connection's lane.
transport::accept_handler make_sessions(caf::actor_system& system,
                                        std::vector<lane_unit*> lanes,
                                        services_ptr shared);

/// Hands cold slices to the cold readers of their directory in turn.
transport::read_in_handler
make_read_in(std::vector<data_directory> directories);

transport_actor::behavior_type
transport_of(transport_actor::stateful_pointer<transport_state> self,
             std::shared_ptr<transport::server> server);

} // namespace troupe::actors
