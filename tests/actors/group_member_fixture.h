// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group_coordinator_fixture.h"
#include "group_member_actor.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// What a member's neighbours took notes of.
struct member_notes {
  // The consumer.
  std::vector<subscribe> subscribed_to;
  std::vector<storage::topic_partition> given_up;
  uint32_t demand = 0;
  /// What the next subscriptions are told.
  problem subscribe_refusal;
  // The subscriber.
  std::vector<storage::topic_partition> assigned;
  std::vector<partitions_revoked> revoked;
  std::vector<storage::topic_partition> lost;
  std::vector<subscription_ended> ends;
  std::vector<group_left> left;
};

/// One member with a consumer and a subscriber that take notes.
struct tested_member {
  member_notes notes;
  consumer_body_actor consumer;
  group_subscriber_actor subscriber;
  group_member_body_actor actor;
};

/// Members of a group with a real coordinator, whose topic "orders" has three
/// partitions.
struct group_member_fixture : group_coordinator_fixture {
  group_member_fixture();
  ~group_member_fixture();

  /// Lives as long as the fixture.
  tested_member& member(const std::string& id);
  /// Time passes, for the coordinator as well.
  void advance(std::chrono::milliseconds time);
  /// Until heartbeats have settled everything.
  void settle();
  /// The subscriber is done with what was revoked last.
  void release(tested_member& x);

  consumer_options options;
  std::vector<create_topics> created;
  metadata_service_actor controller;
  std::vector<std::unique_ptr<tested_member>> members;
};

} // namespace troupe::actors
