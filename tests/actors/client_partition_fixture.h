// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "published.h"
#include "routing_fixture.h"

#include <troupe/actors/interfaces.h>

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <vector>

namespace troupe::actors {

/// What a client inside the process works with: a partition and a controller
/// that take notes and answer when the test says so, and routes to them.
struct client_partition_fixture : actor_fixture {
  client_partition_fixture();
  ~client_partition_fixture();

  /// Another picture of the metadata from now on.
  void publish(const routing_builder& x) { routes->publish(x.build()); }
  /// The partition answers the oldest append that waits.
  void finish_append(problem why = {});
  /// The partition answers the oldest read that waits.
  void finish_read(read_finished x);

  std::vector<append_records> appends;
  std::vector<read_records> reads;
  std::vector<watch_records> watches;
  int unwatched = 0;
  partition_description description;
  storage::offset_t next_offset = 0;
  int64_t next_producer_id = 500;
  problem id_refusal;
  int64_t steady_ms = 0;

  partition_actor partition;
  metadata_service_actor controller;
  std::shared_ptr<published<routing>> routes;
};

} // namespace troupe::actors
