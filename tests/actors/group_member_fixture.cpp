// SPDX-License-Identifier: Apache-2.0
#include "group_member_fixture.h"

#include <troupe/actors/inspect_controller.h>

#include <utility>

namespace troupe::actors {

namespace {

consumer_body_actor::behavior_type
noting_consumer(consumer_body_actor::pointer, member_notes* notes) {
  return {
      [](const append_finished&) {},
      [](const read_finished&) {},
      [](const records_available&) {},
      [=](const subscribe& x) {
        notes->subscribed_to.push_back(x);
        return subscribed{notes->subscribe_refusal, x.from};
      },
      [](const unsubscribe&) {},
      [=](const request_blocks& x) { notes->demand += x.count; },
      [](const subscribe_and_tell&) {},
      [](const unsubscribe_and_tell&) {},
      [=](const give_up_partitions& x) {
        notes->given_up.insert(notes->given_up.end(), x.what.begin(),
                               x.what.end());
        return partitions_given_up{};
      },
      [](const slice_read_in&) {},
      [](const read_more&) {},
      [](const consumer_time&) {},
  };
}

group_subscriber_actor::behavior_type
noting_subscriber(group_subscriber_actor::pointer, member_notes* notes) {
  return {
      [](const records_block&) {},
      [=](const subscription_ended& x) { notes->ends.push_back(x); },
      [=](const partitions_assigned& x) {
        notes->assigned.insert(notes->assigned.end(), x.what.begin(),
                               x.what.end());
      },
      [=](const partitions_revoked& x) { notes->revoked.push_back(x); },
      [=](const partitions_lost& x) { notes->lost = x.what; },
      [=](const group_left& x) { notes->left.push_back(x); },
  };
}

metadata_service_actor::behavior_type
noting_controller(metadata_service_actor::pointer, group_member_fixture* test) {
  return {
      [=](const create_topics& x) {
        test->created.push_back(x);
        return metadata_decided{};
      },
      [](const delete_topics&) { return metadata_decided{}; },
      [](const create_partitions&) { return metadata_decided{}; },
      [](const alter_configs&) { return metadata_decided{}; },
      [](const alter_reassignments&) { return metadata_decided{}; },
      [](const elect_leaders&) { return metadata_decided{}; },
      [](const remove_node&) { return metadata_decided{}; },
      [](const describe_quorum&) { return quorum_described{}; },
      [](const allocate_producer_id&) { return producer_id_allocated{}; },
  };
}

} // namespace

group_member_fixture::group_member_fixture() {
  controller = keep(system().spawn(noting_controller, this));
  auto& group = options.group.emplace();
  group.group_id = "readers";
  group.topics = {"orders"};
  options.reset = offset_reset::earliest;
}

group_member_fixture::~group_member_fixture() {
  created.clear();
  controller = nullptr;
  for (auto& x : members) {
    x->actor = nullptr;
    x->consumer = nullptr;
    x->subscriber = nullptr;
  }
  // They still write into the members' notes.
  end_actors();
}

tested_member& group_member_fixture::member(const std::string& id) {
  auto& x = members.emplace_back(std::make_unique<tested_member>());
  x->consumer = keep(system().spawn(noting_consumer, &x->notes));
  x->subscriber = keep(system().spawn(noting_subscriber, &x->notes));
  group_member_config config;
  config.options = options;
  config.member_id = id;
  config.self = this_node;
  config.broker.id = this_node;
  config.routes = routes;
  config.coordinator = group_coordinator_actor{coordinator};
  config.controller = controller;
  config.consumer = x->consumer;
  config.subscriber = x->subscriber;
  config.steady_now = [this] { return steady_ms; };
  x->actor = keep(spawn_on(system(), nullptr, group_member, std::move(config)));
  run();
  return *x;
}

void group_member_fixture::advance(std::chrono::milliseconds time) {
  steady_ms += time.count();
  now.steady_ms += time.count();
  now.wall_ms += time.count();
  pass(time);
}

void group_member_fixture::settle() {
  // Heartbeats come every five seconds, naps take one.
  for (int i = 0; i < 12; ++i)
    advance(std::chrono::seconds(1));
}

void group_member_fixture::release(tested_member& x) {
  REQUIRE_FALSE(x.notes.revoked.empty());
  tell(x.actor, release_partitions{x.notes.revoked.back().round});
}

} // namespace troupe::actors
