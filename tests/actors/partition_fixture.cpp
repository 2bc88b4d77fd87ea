// SPDX-License-Identifier: Apache-2.0
#include "partition_fixture.h"

#include "partition_actor.h"

#include <troupe/actors/inspect_controller.h>

#include <utility>

namespace troupe::actors {

records_client_actor::behavior_type
recording_client(records_client_actor::pointer, client_record* record) {
  return {
      [=](append_finished& x) { record->appends.push_back(std::move(x)); },
      [=](read_finished& x) { record->reads.push_back(std::move(x)); },
      [=](const records_available& x) {
        record->available.push_back(x.ticket);
      },
  };
}

namespace {

log_keeper_actor::behavior_type
dummy_keeper(log_keeper_actor::pointer self, partition_fixture* test) {
  return {
      [](const open_log&) { return log_opened{}; },
      [=](const close_log& x) {
        test->closings.push_back(x);
        return log_closed{};
      },
      [=](const save_checkpoint& x) -> caf::result<checkpoint_saved> {
        test->checkpoints.push_back(x);
        if (!test->hold_checkpoints)
          return checkpoint_saved{};
        test->held = self->make_response_promise<checkpoint_saved>();
        return test->held;
      },
      [=](const keep_checkpoint& x) { test->kept.push_back(x); },
      [=](const remove_files& x) { test->removals.push_back(x); },
      // A promise is delivered by its actor alone; this is the test's signal.
      [=](const remove_files_now&) {
        test->held.deliver(test->checkpoint_answer);
      },
      [](const erase_log&) {},
      [](const set_log_aside&) {},
      [](const mark_clean_shutdown&) { return log_closed{}; },
      [](const describe_directory&) { return directory_description{}; },
  };
}

disk_sync_actor::behavior_type
dummy_sync(disk_sync_actor::pointer, partition_fixture* test) {
  return {
      [=](const sync_files& x) { test->syncs.push_back(x); },
      [](const sync_pending&) {},
  };
}

log_cleaner_actor::behavior_type
dummy_cleaner(log_cleaner_actor::pointer, partition_fixture* test) {
  return {
      [=](const compact_log& x) { test->cleanings.push_back(x); },
  };
}

cold_reader_actor::behavior_type
dummy_cold_reader(cold_reader_actor::pointer, partition_fixture* test) {
  return {
      [=](const read_in_slice& x) { test->cold_reads.push_back(x); },
      [=](const run_search& x) {
        test->searches.push_back(x.timestamp);
        if (test->search_answers.empty())
          return found_offset{};
        auto answer = std::move(test->search_answers.front());
        test->search_answers.pop_front();
        return answer;
      },
  };
}

isr_judge_actor::behavior_type
dummy_judge(isr_judge_actor::pointer, partition_fixture* test) {
  return {
      [=](const propose_isr& x) {
        test->proposals.push_back(x.what);
        return isr_judged{test->judgement};
      },
  };
}

} // namespace

partition_fixture::partition_fixture(cluster::durability level,
                                     configure change) {
  if (change != nullptr)
    change(store.options.config);
  store.open();
  partition_config config;
  config.name = store.options.name;
  config.log =
      std::make_shared<std::unique_ptr<storage::log>>(std::move(store.log_));
  config.registration = {this_node, epoch, {this_node}, {this_node}};
  config.core = {this_node, level};
  keeper = keep(system().spawn(dummy_keeper, this));
  config.keeper = keeper;
  config.sync = keep(system().spawn(dummy_sync, this));
  config.cold_reader = keep(system().spawn(dummy_cold_reader, this));
  config.cleaner = keep(system().spawn(dummy_cleaner, this));
  config.report_failure = [this](partition_failed x) {
    failures.push_back(std::move(x));
  };
  judge = keep(system().spawn(dummy_judge, this));
  config.controller = [this] { return judge; };
  config.lag_ms_max = lag_ms_max;
  config.now = [this] { return store.now; };
  config.steady_now = [this] { return steady_ms; };
  client = keep(system().spawn(recording_client, &told));
  partition =
      keep(spawn_on(system(), nullptr, actors::partition, std::move(config)));
  run();
}

partition_fixture::~partition_fixture() {
  syncs.clear();
  cold_reads.clear();
  cleanings.clear();
  held = {};
  end_actors();
}

storage::buffer partition_fixture::batch(size_t bytes) const {
  return storage::test::log_fixture::batch(1, bytes, store.now);
}

void partition_fixture::append(ticket_t ticket, int16_t acks) {
  append(ticket, batch(), acks);
}

void partition_fixture::append(ticket_t ticket, storage::buffer x,
                               int16_t acks) {
  tell(partition, append_records{ticket, std::move(x), acks, client});
}

read_finished partition_fixture::read(storage::offset_t from,
                                      uint32_t bytes_max,
                                      cluster::leader_epoch_t claimed) {
  auto before = told.reads.size();
  tell(partition, read_records{77, from, bytes_max, claimed, client});
  REQUIRE(told.reads.size() == before + 1);
  CHECK(told.reads.back().ticket == 77);
  return told.reads.back();
}

void partition_fixture::watch(ticket_t ticket, storage::offset_t offset) {
  tell(partition, watch_records{ticket, offset, client});
}

partition_description partition_fixture::describe() {
  return ask<partition_description>(partition, describe_partition{});
}

partition_closed partition_fixture::close(bool erase) {
  return ask<partition_closed>(partition, close_partition{erase});
}

found_offset partition_fixture::find(storage::timestamp_ms timestamp,
                                     cluster::leader_epoch_t claimed) {
  return ask<found_offset>(partition, find_offset{timestamp, claimed});
}

std::vector<storage::offset_t>
partition_fixture::bases(const read_finished& x) const {
  storage::read_info info;
  info.records = x.records;
  return store.bases(info);
}

void partition_fixture::finish_checkpoint(problem why) {
  checkpoint_answer.why = std::move(why);
  tell(keeper, remove_files_now{});
}

void partition_fixture::finish_sync(problem why) {
  REQUIRE_FALSE(syncs.empty());
  auto order = std::move(syncs.front());
  syncs.pop_front();
  tell(order.partition, files_synced{std::move(why), order.plan.end_offset});
}

} // namespace troupe::actors
