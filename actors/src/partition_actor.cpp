// SPDX-License-Identifier: Apache-2.0
#include "partition_actor.h"

#include "error_map.h"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <limits>
#include <utility>

namespace troupe::actors {

namespace {

/// Times that one read is sent to the cold reader.
constexpr int32_t cold_reads_max = 8;

/// The logs of a directory are closed one after the other.
constexpr std::chrono::minutes close_timeout{60};

constexpr int16_t acks_none = 0;
constexpr int16_t acks_all = -1;

} // namespace

partition_actor::behavior_type
partition(partition_pointer self, partition_config config) {
  // Ends with its keeper: a closed partition stays behind to refuse late
  // requests, and CAF's timeouts may keep it alive when nobody else does. Not a
  // link, which would end the keeper with the first partition that is deleted.
  self->monitor(config.keeper);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  self->state.open(std::move(config));
  auto& state = self->state;
  return {
      [&state](append_records& x) { state.on_append_records(x); },
      [&state](read_records& x) { state.on_read_records(x); },
      [&state](watch_records& x) { state.on_watch_records(x); },
      [&state](const unwatch_records& x) { state.on_unwatch_records(x); },
      [&state](const find_offset& x) { return state.on_find_offset(x); },
      [&state](const find_epoch_end& x) { return state.on_find_epoch_end(x); },
      [&state](const delete_records& x) { return state.on_delete_records(x); },
      [&state](const describe_partition&) {
        return state.on_describe_partition();
      },
      [&state](const list_producers&) { return state.on_list_producers(); },
      [&state](const reconfigure_log& x) { state.on_reconfigure_log(x); },
      [&state](const become_leader& x) { state.on_become_leader(x); },
      [&state](const become_follower& x) { state.on_become_follower(x); },
      [&state](pull_records& x) { state.on_pull_records(x); },
      [&state](append_pulled& x) { state.on_append_pulled(x); },
      [&state](find_pull_position& x) { state.on_find_pull_position(x); },
      [&state](const check_replicas&) { state.on_check_replicas(); },
      [&state](const housekeep&) { state.on_housekeep(); },
      [&state](const flush_now&) { state.on_flush_now(); },
      [&state](const files_synced& x) { state.on_files_synced(x); },
      [&state](const consider_compaction&) { state.on_consider_compaction(); },
      [&state](const swap_segment& x) { state.on_swap_segment(x); },
      [&state](const compaction_finished& x) {
        state.on_compaction_finished(x);
      },
      [&state](const close_partition& x) {
        return state.on_close_partition(x);
      },
  };
}

void partition_state::open(partition_config config) {
  config_ = std::move(config);
  core_.emplace(std::move(*config_.log), config_.core, config_.registration,
                time());
  config_.log.reset();
  core_->lives_changed(config_.lives);
  segments_ = kept_segments_ = core_->log().segment_count();
  kept_point_ = core_->log().recovery_point();
  kept_at_ = config_.now();
  if (core_->waits_for_sync()
      && core_->log().recovery_point() < core_->log().end_offset())
    start_sync();
}

void partition_state::on_append_records(append_records& x) {
  auto mark = core_->high_watermark();
  auto answer = x.origin == storage::append_origin::staged
                    ? core_->append_staged(x.batch, x.acks, time())
                    : core_->append(x.batch, x.acks, time());
  answer.ticket = x.ticket;
  auto end = core_->acknowledged_end(x.acks);
  bool acknowledged =
      !answer.why.ok() || x.acks == acks_none || answer.info.next_offset <= end;
  auto& parked = x.acks == acks_all ? parked_for_all_ : parked_;
  if (acknowledged)
    self->send(x.client, std::move(answer));
  else
    parked.push_back({std::move(answer), std::move(x.client)});
  check_failure();
  if (core_->closed() || core_->failed())
    return;
  // Readers wait for the high watermark, followers for the end of the log.
  if (core_->high_watermark() > mark)
    high_watermark_moved();
  else
    answer_pulls();
  sync_if_due();
}

void partition_state::on_read_records(read_records& x) {
  auto outcome =
      core_->read(x.from, x.bytes_max, x.current_leader_epoch, x.source);
  if (!outcome.cold) {
    if (config_.reader_seen && outcome.answer.why.ok())
      config_.reader_seen(x);
    outcome.answer.ticket = x.ticket;
    self->send(x.client, std::move(outcome.answer));
    check_failure();
    return;
  }
  // Short of memory the pages are gone again before we come to look: the
  // client is told in time, and asks again.
  if (x.cold_reads >= cold_reads_max) {
    read_finished late;
    late.ticket = x.ticket;
    late.why = storage::error{storage::errc::busy,
                              "what was read in did not stay in memory"};
    self->send(x.client, std::move(late));
    return;
  }
  ++x.cold_reads;
  auto retry = [me = partition_actor{self}, x] { caf::anon_send(me, x); };
  self->send(config_.cold_reader,
             read_in_slice{std::move(outcome.answer.records), retry});
}

void partition_state::on_watch_records(watch_records& x) {
  if (core_->closed() || core_->failed()
      || core_->high_watermark() > x.offset) {
    self->send(x.client, records_available{x.ticket});
    return;
  }
  auto id = x.client.id();
  watchers_[id] = {x.ticket, x.offset, std::move(x.client)};
}

void partition_state::on_unwatch_records(const unwatch_records& x) {
  watchers_.erase(x.client.id());
}

void partition_state::on_reconfigure_log(const reconfigure_log& x) {
  core_->reconfigure(x.config, x.min_insync_replicas);
  // What was appended under another flush.ms must not wait for an append.
  if (!core_->closed() && !core_->failed()
      && core_->log().recovery_point() < core_->log().end_offset())
    arm_flush();
}

caf::result<partition_closed>
partition_state::on_close_partition(const close_partition& x) {
  answer_all(x.erase ? problem{errc::unknown_partition, "deleted"}
                     : problem{errc::stopping, "the broker is stopping"});
  if (core_->closed())
    return partition_closed{};
  close_log order;
  order.high_watermark = core_->high_watermark();
  order.erase = x.erase;
  order.value =
      std::make_shared<std::unique_ptr<storage::log>>(core_->release());
  end_pulls();
  answer_replicas();
  auto promise = self->make_response_promise<partition_closed>();
  // The actor stays behind, refusing, until nobody knows it any more: late
  // requests get an answer instead of silence.
  self->request(config_.keeper, close_timeout, std::move(order))
      .then(
          [promise](log_closed& y) mutable {
            promise.deliver(partition_closed{std::move(y.why)});
          },
          [promise](const caf::error& y) mutable {
            promise.deliver(partition_closed{to_problem(y)});
          });
  return promise;
}

void partition_state::high_watermark_moved() {
  auto mark = core_->high_watermark();
  answer_appends(parked_, core_->acknowledged_end(acks_none), {});
  // The records are in the log, but of too few nodes to be called safe.
  problem too_few;
  if (core_->too_few_in_sync())
    too_few = {errc::not_enough_replicas_after_append,
               "fewer replicas are in sync than min.insync.replicas"};
  answer_appends(parked_for_all_, mark, too_few);
  for (auto i = watchers_.begin(); i != watchers_.end();) {
    if (mark > i->second.offset) {
      self->send(i->second.client, records_available{i->second.ticket});
      i = watchers_.erase(i);
    } else {
      ++i;
    }
  }
  answer_pulls();
}

void partition_state::answer_appends(parked_appends& parked,
                                     storage::offset_t end,
                                     const problem& why) {
  while (!parked.empty() && parked.front().answer.info.next_offset <= end) {
    auto& first = parked.front();
    first.answer.why = why;
    self->send(first.client, std::move(first.answer));
    parked.pop_front();
  }
}

void partition_state::answer_all(const problem& why) {
  constexpr auto all = std::numeric_limits<storage::offset_t>::max();
  answer_appends(parked_, all, why);
  answer_appends(parked_for_all_, all, why);
  for (auto& [id, x] : watchers_)
    self->send(x.client, records_available{x.ticket});
  watchers_.clear();
  for (auto& x : std::exchange(deletions_, {})) {
    x.answer.why = why;
    x.promise.deliver(std::move(x.answer));
  }
}

void partition_state::check_failure() {
  if (!core_->failed() || failure_reported_)
    return;
  failure_reported_ = true;
  answer_all({errc::partition_offline, core_->failure_reason()});
  end_pulls();
  answer_replicas();
  config_.report_failure({config_.name, core_->failure_reason()});
}

} // namespace troupe::actors
