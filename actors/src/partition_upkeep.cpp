// SPDX-License-Identifier: Apache-2.0
// What a partition does beside serving records: syncs, retention, compaction.
#include "partition_actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace troupe::actors {

namespace {

/// How far behind the saved recovery point may be while nothing is rolled:
/// Kafka's log.flush.offset.checkpoint.interval.ms.
constexpr storage::timestamp_ms checkpoint_interval_ms = 60'000;

} // namespace

void partition_state::on_housekeep() {
  auto needed_from = config_.needed_from
                         ? config_.needed_from()
                         : std::numeric_limits<storage::offset_t>::max();
  remove(core_->apply_retention(config_.now(), needed_from));
  check_failure();
  tell_page_cache();
}

void partition_state::on_flush_now() {
  flush_armed_ = false;
  start_sync();
}

void partition_state::on_files_synced(const files_synced& x) {
  syncing_ = false;
  if (core_->closed())
    return;
  if (!x.why.ok()) {
    core_->fail(x.why.message);
    check_failure();
    return;
  }
  // What lies below that offset now may be other records.
  if (std::exchange(sync_void_, false)) {
    sync_again_ = false;
    start_sync();
    return;
  }
  core_->synced(x.end_offset);
  keep_checkpoint_if_due();
  high_watermark_moved();
  answer_replicas();
  if (std::exchange(sync_again_, false))
    start_sync();
}

void partition_state::on_consider_compaction() {
  if (compacting_ || config_.cleaner == nullptr)
    return;
  auto plan = core_->plan_compaction(config_.now());
  check_failure();
  if (!plan)
    return;
  compacting_ = true;
  swap_refused_ = false;
  self->send(config_.cleaner, compact_log{std::move(*plan), self});
}

void partition_state::on_swap_segment(const swap_segment& x) {
  // A tombstone may only go after what it deletes: once one segment was
  // refused, the later ones are refused by their generation.
  auto removed = core_->swap_segments(x.cleaned);
  check_failure();
  if (removed) {
    remove(std::move(*removed));
    return;
  }
  swap_refused_ = true;
  spdlog::debug("partition.swap_refused tp={} reason=\"{}\"",
                to_string(config_.name), to_string(removed.error()));
}

void partition_state::on_compaction_finished(const compaction_finished& x) {
  compacting_ = false;
  if (core_->closed() || core_->failed())
    return;
  for (const auto& note : x.report.notes)
    spdlog::warn("partition.compaction_note tp={} note=\"{}\"",
                 to_string(config_.name), note);
  if (!x.why.ok() || swap_refused_) {
    spdlog::info("partition.compaction_given_up tp={} reason=\"{}\"",
                 to_string(config_.name),
                 swap_refused_ ? "the log changed" : x.why.message);
    return;
  }
  core_->log().finish_compaction(x.generation, x.report.first_dirty_offset);
  keep_checkpoint_now();
  spdlog::info("partition.compacted tp={} read_bytes={} written_bytes={} "
               "removed_records={} clean_up_to={}",
               to_string(config_.name), x.report.bytes_read,
               x.report.bytes_written, x.report.records_removed,
               x.report.first_dirty_offset);
}

void partition_state::start_sync() {
  if (core_->closed() || core_->failed())
    return;
  if (syncing_) {
    sync_again_ = true;
    return;
  }
  syncing_ = true;
  self->send(config_.sync, sync_files{core_->log().plan_sync(), self});
}

void partition_state::sync_if_due() {
  auto segments = core_->log().segment_count();
  // A rolled segment is synced in the background and the keeper told, so that
  // recovery after a crash has to scan no more than the newest one.
  if (core_->waits_for_sync() || segments != segments_
      || core_->log().sync_due(config_.now()))
    start_sync();
  else
    arm_flush();
  segments_ = segments;
}

void partition_state::keep_checkpoint_if_due() {
  auto& log = core_->log();
  auto point = log.recovery_point();
  auto now = config_.now();
  auto rolled = kept_segments_ != log.segment_count();
  if (point == kept_point_
      || (!rolled && now - kept_at_ < checkpoint_interval_ms))
    return;
  keep_checkpoint_now();
}

void partition_state::keep_checkpoint_now() {
  const auto& log = core_->log();
  kept_point_ = log.recovery_point();
  kept_segments_ = log.segment_count();
  kept_at_ = config_.now();
  self->send(
      config_.keeper,
      keep_checkpoint{config_.name, log.checkpoint(core_->high_watermark())});
}

void partition_state::arm_flush() {
  auto flush_ms = core_->log().options().config.flush_ms;
  auto wait = flush_ms;
  if (config_.core.level == cluster::durability::interval)
    wait = std::min<int64_t>(wait, config_.flush_interval.count());
  if (flush_armed_ || wait == storage::log_config::unlimited)
    return;
  flush_armed_ = true;
  self->delayed_send(self, std::chrono::milliseconds(wait), flush_now{});
}

void partition_state::tell_page_cache() {
  auto x = core_->describe();
  auto pages = x.page_cache_hits + x.page_cache_misses;
  if (!x.why.ok() || pages == std::exchange(pages_told_, pages))
    return;
  spdlog::debug("partition.page_cache tp={} hits={} misses={}",
                to_string(config_.name), x.page_cache_hits,
                x.page_cache_misses);
}

void partition_state::remove(storage::removed_files files) {
  if (files.kept_active)
    spdlog::warn("partition.retention_kept_active tp={} reason=\"{}\"",
                 to_string(config_.name), to_string(*files.kept_active));
  if (files.paths.empty())
    return;
  std::chrono::milliseconds delay{
      core_->log().options().config.file_delete_delay_ms};
  self->send(config_.keeper, remove_files{std::move(files.paths), delay});
}

} // namespace troupe::actors
