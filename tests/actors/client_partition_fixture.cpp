// SPDX-License-Identifier: Apache-2.0
#include "client_partition_fixture.h"

#include <troupe/actors/inspect_controller.h>

#include <utility>

namespace troupe::actors {

namespace {

partition_actor::behavior_type
noting_partition(partition_actor::pointer, client_partition_fixture* test) {
  return {
      [=](append_records& x) { test->appends.push_back(std::move(x)); },
      [=](read_records& x) { test->reads.push_back(std::move(x)); },
      [=](watch_records& x) { test->watches.push_back(std::move(x)); },
      [=](const unwatch_records&) { ++test->unwatched; },
      [](const find_offset&) { return found_offset{}; },
      [](const find_epoch_end&) { return found_epoch_end{}; },
      [](const delete_records&) { return records_deleted{}; },
      [=](const describe_partition&) { return test->description; },
      [](const list_producers&) { return producers_listed{}; },
      [](const reconfigure_log&) {},
      [](const become_leader&) {},
      [](const become_follower&) {},
      [](const pull_records&) {},
      [](const append_pulled&) {},
      [](const find_pull_position&) {},
      [](const check_replicas&) {},
      [](const housekeep&) {},
      [](const flush_now&) {},
      [](const files_synced&) {},
      [](const consider_compaction&) {},
      [](const swap_segment&) {},
      [](const compaction_finished&) {},
      [](const close_partition&) { return partition_closed{}; },
  };
}

metadata_service_actor::behavior_type
dummy_controller(metadata_service_actor::pointer,
                 client_partition_fixture* test) {
  return {
      [](const create_topics&) { return metadata_decided{}; },
      [](const delete_topics&) { return metadata_decided{}; },
      [](const create_partitions&) { return metadata_decided{}; },
      [](const alter_configs&) { return metadata_decided{}; },
      [](const alter_reassignments&) { return metadata_decided{}; },
      [](const elect_leaders&) { return metadata_decided{}; },
      [](const remove_node&) { return metadata_decided{}; },
      [](const describe_quorum&) { return quorum_described{}; },
      [=](const allocate_producer_id&) {
        if (!test->id_refusal.ok())
          return producer_id_allocated{test->id_refusal};
        return producer_id_allocated{{}, test->next_producer_id++};
      },
  };
}

} // namespace

client_partition_fixture::client_partition_fixture() {
  partition = keep(system().spawn(noting_partition, this));
  controller = keep(system().spawn(dummy_controller, this));
  routes = std::make_shared<published<routing>>(
      routing_builder().topic("orders", 1, 2, partition).build());
}

client_partition_fixture::~client_partition_fixture() {
  appends.clear();
  reads.clear();
  watches.clear();
  partition = nullptr;
  controller = nullptr;
  routes.reset();
  end_actors();
}

void client_partition_fixture::finish_append(problem why) {
  REQUIRE_FALSE(appends.empty());
  auto x = std::move(appends.front());
  appends.erase(appends.begin());
  append_finished answer;
  answer.ticket = x.ticket;
  if (why.ok()) {
    auto header = storage::parse_batch_header(x.batch.bytes());
    REQUIRE(header);
    answer.info.base_offset = next_offset;
    next_offset += header->records_count;
    answer.info.next_offset = next_offset;
  }
  answer.why = std::move(why);
  tell(x.client, std::move(answer));
}

void client_partition_fixture::finish_read(read_finished x) {
  REQUIRE_FALSE(reads.empty());
  auto asked = std::move(reads.front());
  reads.erase(reads.begin());
  x.ticket = asked.ticket;
  tell(asked.client, std::move(x));
}

} // namespace troupe::actors
