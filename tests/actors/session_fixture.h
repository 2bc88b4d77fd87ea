// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "routing_fixture.h"
#include "services.h"

#include <troupe/actors/interfaces.h>
#include <troupe/transport/frame_sink.h>
#include <troupe/transport/kafka/codec.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// Keeps what a session replies.
class recording_connection final : public transport::connection {
public:
  void reply(transport::request_slot slot, transport::chunks answer) override;
  void close(const std::string& why) override { closed = why; }
  const std::string& peer() const noexcept override { return name_; }
  const std::string& local() const noexcept override { return name_; }

  /// Whole frames without size prefix, in the order of the replies.
  std::vector<storage::buffer> replies;
  std::string closed;

private:
  std::string name_ = "test:0";
};

struct session_fixture_config : caf::actor_system_config {
  session_fixture_config() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.verbosity", caf::atom("quiet"));
  }
};

/// A real session over actors that answer what the test says, run by hand.
class session_fixture {
public:
  session_fixture();
  ~session_fixture();

  /// Starts the session; set up `routes` and the answers before.
  void start(std::shared_ptr<const routing> first);

  /// Sends a request and runs everything until nothing moves.
  template <class Request>
  void ask(const Request& x, int16_t version) {
    deliver(kafka::encode_request(x, version, next_correlation_id_++, "test"));
  }

  /// The newest reply.
  template <class Response>
  Response answer(int16_t version) {
    REQUIRE_FALSE(connection->replies.empty());
    int32_t correlation_id = -1;
    auto x = kafka::decode_response<Response>(connection->replies.back(),
                                              version, &correlation_id);
    REQUIRE(x.has_value());
    CHECK(correlation_id == next_correlation_id_ - 1);
    return *x;
  }

  /// For the controller: publishes `next_routes`, then answers.
  const metadata_decided& decide();

  /// Lets every request to an actor run into its deadline.
  void pass_all_deadlines();

  /// What the controller answers and was asked.
  metadata_decided decided;
  std::vector<create_topics> creations;
  std::vector<alter_configs> alterations;
  std::vector<alter_reassignments> reassignments;
  std::vector<elect_leaders> elections;
  std::vector<remove_node> node_removals;
  quorum_described quorum;
  int64_t next_producer_id = 1000;
  /// Published by the controller when it answers.
  std::shared_ptr<const routing> next_routes;
  /// Set before `start`.
  bool rack_aware_reads = false;
  std::shared_ptr<authoriser> authorisation;
  /// The controller and partitions take requests and never answer.
  bool mute = false;

  /// What partitions answer.
  found_offset offset;
  found_epoch_end epoch_end;
  records_deleted deleted;
  partition_description description;
  producers_listed producers;
  /// Asked of partitions, as many as there were.
  std::vector<append_records> appends;
  /// What the partitions say to them.
  problem append_refusal;
  std::vector<read_records> reads;
  std::vector<find_offset> offset_questions;
  std::vector<delete_records> deletions;

  std::shared_ptr<recording_connection> connection;

private:
  void deliver(transport::chunks frame);

  session_fixture_config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_;

public:
  /// For routes: a partition that answers as told above.
  partition_actor partition;

private:
  metadata_service_actor controller_;
  log_keeper_actor keeper_;
  std::shared_ptr<services> services_;
  session_actor session_;
  int32_t next_correlation_id_ = 1;
  transport::request_slot next_slot_ = 0;
};

} // namespace troupe::actors
