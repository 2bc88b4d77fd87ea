// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_fixture.h"

#include "group_coordinator_actor.h"
#include "routing_fixture.h"

#include <troupe/cluster/group_record_codec.h>
#include <troupe/storage/record_batch.h>

#include <string_view>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

group_client_actor::behavior_type
recording_caller(group_client_actor::pointer, group_client_told* told) {
  return {
      [=](const group_answered& x) { told->answers.push_back(x); },
      [=](const offsets_fetched& x) { told->fetched.push_back(x); },
  };
}

} // namespace

group_coordinator_fixture::group_coordinator_fixture(cluster::durability level)
    : partition_fixture(level) {
  routes = std::make_shared<published<routing>>(all_topics());
  caller = keep(system().spawn(recording_caller, &heard));
  start();
}

group_coordinator_fixture::~group_coordinator_fixture() {
  // Holds actors, which must not outlive their system.
  routes->publish(routing_builder().build());
  heard = {};
}

std::shared_ptr<const routing> group_coordinator_fixture::all_topics() {
  return routing_builder()
      .topic("__consumer_offsets", 1, 1, partition)
      .topic("orders", 2, 3, partition)
      .build();
}

std::shared_ptr<const routing>
group_coordinator_fixture::offsets_led_by(cluster::node_id node,
                                          cluster::leader_epoch_t epoch) {
  return routing_builder()
      .topic("__consumer_offsets", 1, 1, partition)
      .led_by("__consumer_offsets", node, epoch)
      .topic("orders", 2, 3, partition)
      .build();
}

void group_coordinator_fixture::replicate_commit(const std::string& group,
                                                 storage::offset_t offset) {
  cluster::offset_commit x;
  x.group = group;
  x.partition = {"orders", 0};
  x.offset = offset;
  auto encoded = cluster::encode(x);
  auto text = [](const std::vector<std::byte>& bytes) {
    return std::string_view{reinterpret_cast<const char*>(bytes.data()),
                            bytes.size()};
  };
  storage::batch_builder batch;
  batch.add(now.wall_ms, text(encoded.key), text(*encoded.value));
  append(1, batch.build());
}

storage::offset_t group_coordinator_fixture::view_end() const {
  auto position = view->position({"__consumer_offsets", 0});
  REQUIRE(position.has_value());
  REQUIRE(position->has_value());
  return (*position)->end_offset;
}

void group_coordinator_fixture::start() {
  group_coordinator_config config;
  config.broker.id = this_node;
  config.view = view;
  config.routes = routes;
  config.seed = 11;
  config.now = [this] { return now; };
  coordinator = keep(system().spawn(group_coordinator, std::move(config)));
  run();
}

void group_coordinator_fixture::restart() {
  caf::anon_send_exit(coordinator, caf::exit_reason::user_shutdown);
  run();
  start();
}

void group_coordinator_fixture::publish(std::shared_ptr<const routing> next) {
  routes->publish(std::move(next));
  tell(coordinator, routing_published{});
}

void group_coordinator_fixture::commit(ticket_t ticket,
                                       const std::string& group,
                                       storage::offset_t offset) {
  cluster::commit_request x;
  x.group_id = group;
  auto& commit = x.offsets.emplace_back();
  commit.partition = {"orders", 0};
  commit.offset = offset;
  tell(coordinator, commit_call{ticket, std::move(x), caller});
}

void group_coordinator_fixture::join(ticket_t ticket,
                                     const std::string& group) {
  cluster::join_request x;
  x.group_id = group;
  x.client_id = "test";
  x.session_timeout_ms = 10000;
  x.rebalance_timeout_ms = 60000;
  x.protocol_type = "consumer";
  x.protocols = {{"range", {}}};
  x.knows_member_id_required = false;
  tell(coordinator, join_call{ticket, std::move(x), caller});
}

storage::offset_t
group_coordinator_fixture::committed(const std::string& group) {
  offsets_query query;
  query.group_id = group;
  query.partitions.emplace({storage::topic_partition{"orders", 0}});
  tell(coordinator, fetch_offsets{99, {query}, caller});
  REQUIRE_FALSE(heard.fetched.empty());
  const auto& found = heard.fetched.back().groups.at(0);
  CHECK(found.error == cluster::group_error::none);
  return found.commits.empty() ? -1 : found.commits.front().offset;
}

const cluster::group_answer& group_coordinator_fixture::newest() const {
  REQUIRE_FALSE(heard.answers.empty());
  return heard.answers.back().answer;
}

} // namespace troupe::actors
