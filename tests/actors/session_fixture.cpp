// SPDX-License-Identifier: Apache-2.0
#include "session_fixture.h"

#include "node_clock.h"
#include "session.h"

#include <troupe/actors/inspect_controller.h>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

/// One buffer of all chunks, without the size prefix.
storage::buffer without_size(const transport::chunks& frame) {
  std::vector<std::byte> bytes;
  for (const auto& chunk : frame) {
    auto part = std::get<storage::buffer>(chunk).bytes();
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return storage::buffer::copy_of(std::span<const std::byte>(bytes).subspan(4));
}

/// Answers with `x`, or never when the fixture is mute.
template <class T, class Self>
caf::result<T> answer_unless_mute(Self* self, bool mute, const T& x) {
  if (!mute)
    return x;
  return caf::result<T>(self->template make_response_promise<T>());
}

log_keeper_actor::behavior_type
log_keeper(log_keeper_actor::pointer, const std::string& path) {
  return {
      [](const open_log&) { return log_opened{}; },
      [](const close_log&) { return log_closed{}; },
      [](const save_checkpoint&) { return checkpoint_saved{}; },
      [](const keep_checkpoint&) {},
      [](const remove_files&) {},
      [](const remove_files_now&) {},
      [](const erase_log&) {},
      [](const set_log_aside&) {},
      [](const mark_clean_shutdown&) { return log_closed{}; },
      [path](const describe_directory&) {
        return directory_description{path, {}, 100, 40};
      },
  };
}

partition_actor::behavior_type
partition(partition_actor::pointer self, session_fixture* test) {
  return {
      [=](const append_records& x) {
        test->appends.push_back(x);
        if (!test->mute)
          self->send(x.client, append_finished{
                                   x.ticket, test->append_refusal, {}, 0, {}});
      },
      [=](const read_records& x) {
        test->reads.push_back(x);
        read_finished answer;
        answer.ticket = x.ticket;
        if (!test->mute)
          self->send(x.client, std::move(answer));
      },
      [](const watch_records&) {},
      [](const unwatch_records&) {},
      [=](const find_offset& x) {
        test->offset_questions.push_back(x);
        return answer_unless_mute(self, test->mute, test->offset);
      },
      [=](const find_epoch_end&) {
        return answer_unless_mute(self, test->mute, test->epoch_end);
      },
      [=](const delete_records& x) {
        test->deletions.push_back(x);
        return answer_unless_mute(self, test->mute, test->deleted);
      },
      [=](const describe_partition&) {
        return answer_unless_mute(self, test->mute, test->description);
      },
      [=](const list_producers&) {
        return answer_unless_mute(self, test->mute, test->producers);
      },
      [](const reconfigure_log&) {},
      [](const become_leader&) {},
      [](const become_follower&) {},
      [](const pull_records&) {},
      [](const append_pulled&) {},
      [](const find_pull_position&) {},
      [](const check_replicas&) {},
      [](const housekeep&) {},
      [](const flush_now&) {},
      [](const consider_compaction&) {},
      [](const swap_segment&) {},
      [](const compaction_finished&) {},
      [](const files_synced&) {},
      [](const close_partition&) { return partition_closed{}; },
  };
}

metadata_service_actor::behavior_type
controller(metadata_service_actor::pointer self, session_fixture* test) {
  auto decide = [=] {
    return answer_unless_mute(self, test->mute, test->decide());
  };
  return {
      [=](const create_topics& x) {
        test->creations.push_back(x);
        return decide();
      },
      [=](const delete_topics&) { return decide(); },
      [=](const create_partitions&) { return decide(); },
      [=](const alter_configs& x) {
        test->alterations.push_back(x);
        return decide();
      },
      [=](const alter_reassignments& x) {
        test->reassignments.push_back(x);
        return decide();
      },
      [=](const elect_leaders& x) {
        test->elections.push_back(x);
        return decide();
      },
      [=](const remove_node& x) {
        test->node_removals.push_back(x);
        return decide();
      },
      [=](const describe_quorum&) {
        return answer_unless_mute(self, test->mute, test->quorum);
      },
      [=](const allocate_producer_id&) {
        return answer_unless_mute(
            self, test->mute,
            producer_id_allocated{{}, test->next_producer_id++});
      },
  };
}

} // namespace

void recording_connection::reply(transport::request_slot,
                                 transport::chunks answer) {
  replies.push_back(without_size(answer));
}

session_fixture::session_fixture()
    : connection(std::make_shared<recording_connection>()),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(
          system_.scheduler())) {
  controller_ = system_.spawn(controller, this);
  partition = system_.spawn(actors::partition, this);
  keeper_ = system_.spawn(log_keeper, std::string("/data"));
}

session_fixture::~session_fixture() {
  // Hold actors, which must not outlive their system.
  next_routes.reset();
  appends.clear();
  reads.clear();
  for (auto& x : {caf::actor_cast<caf::actor>(session_),
                  caf::actor_cast<caf::actor>(controller_),
                  caf::actor_cast<caf::actor>(partition),
                  caf::actor_cast<caf::actor>(keeper_)})
    if (x)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  scheduler_.run();
}

void session_fixture::start(std::shared_ptr<const routing> first) {
  decided.image = first->image;
  services_ = std::make_shared<services>();
  services_->config.id = this_node;
  services_->config.replication.rack_aware_reads = rack_aware_reads;
  services_->controller = controller_;
  services_->authorisation = authorisation;
  services_->time = system_time();
  services_->directories.push_back({"/data", true, keeper_, {}, {}});
  services_->routes = std::make_shared<published<routing>>(std::move(first));
  session_ = spawn_on(system_, nullptr, session, services_ptr(services_),
                      std::shared_ptr<transport::connection>(connection));
  scheduler_.run();
}

void session_fixture::pass_all_deadlines() {
  scheduler_.trigger_timeouts();
  scheduler_.run();
}

void session_fixture::deliver(transport::chunks frame) {
  caf::anon_send(session_, frame_received{next_slot_++, without_size(frame)});
  scheduler_.run();
}

const metadata_decided& session_fixture::decide() {
  if (next_routes)
    services_->routes->publish(next_routes);
  return decided;
}

} // namespace troupe::actors
