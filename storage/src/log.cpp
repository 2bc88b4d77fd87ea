// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace troupe::storage {

namespace {

std::string parent_of(const std::string& path) {
  auto slash = path.find_last_of('/');
  return slash == std::string::npos || slash == 0 ? "." : path.substr(0, slash);
}

} // namespace

log::state::state(file_system& fs, log_options options, recovered_log recovered)
    : fs(fs), options(std::move(options)),
      segments(std::move(recovered.segments)),
      fences(std::move(recovered.fences)), start_offset(recovered.start_offset),
      end_offset(recovered.end_offset), synced_offset(recovered.recovery_point),
      checkpoint_holds(recovered.checkpoint_holds),
      counters(std::make_shared<page_cache_counters>()),
      directory_created(recovered.directory_created),
      directory_changed(recovered.directory_changed) {
  gaps = recovered.gaps;
  gaps_marked = recovered.gaps_marked;
  open_segments.fill(no_offset);
}

result<void> run_sync(file_system& fs, const sync_plan& plan) {
  for (auto& file : plan.files)
    if (auto done = file->sync(); !done)
      return done;
  for (auto& path : plan.directories)
    if (auto done = fs.sync_directory(path); !done)
      return done;
  return {};
}

log::log(std::unique_ptr<state> state) : state_(std::move(state)) {}

log::~log() = default;

result<log::opened> log::open(file_system& fs, log_options options) {
  recovery_report report;
  auto recovered = recover_log(fs, options, report);
  if (!recovered)
    return failure(std::move(recovered.error()));
  auto now = options.now;
  auto opened =
      std::make_unique<state>(fs, std::move(options), std::move(*recovered));
  if (auto done = opened->restore_memory(report); !done)
    return failure(std::move(done.error()));
  if (opened->synced_offset < opened->end_offset)
    opened->unsynced_since = opened->last_append = now;
  // What recovery found beyond its starting point may lie in the page cache
  // only: the next sync has to reach it, so the files stay open until then.
  for (size_t i = 0; i < opened->segments.size(); ++i) {
    if (opened->segment_end(i) <= opened->synced_offset)
      continue;
    if (auto source = opened->segments[i]->source(); !source)
      return failure(std::move(source.error()));
  }
  return log::opened{std::unique_ptr<log>{new log{std::move(opened)}},
                     std::move(report)};
}

void log::reconfigure(const log_config& config) {
  state_->options.config = config;
  state_->producers.set_bound(config.producers_max);
  if (config.cleanup_compact)
    state_->allow_gaps();
}

sync_plan log::plan_sync() const {
  auto& x = *state_;
  sync_plan plan;
  plan.end_offset = x.end_offset;
  for (size_t i = 0; i < x.segments.size(); ++i) {
    auto& source = x.segments[i]->source_if_open();
    if (x.segment_end(i) > x.synced_offset && source != nullptr)
      plan.files.push_back(source);
    x.segments[i]->collect_unsynced(plan.files);
  }
  if (x.directory_changed || x.directory_created)
    plan.directories.push_back(x.options.directory);
  if (x.directory_created)
    plan.directories.push_back(parent_of(x.options.directory));
  return plan;
}

void log::synced_up_to(offset_t offset) {
  auto& x = *state_;
  auto synced = std::min(offset, x.end_offset);
  if (synced < x.synced_offset)
    return;
  x.synced_offset = synced;
  // Whatever existed before the last synced batch was part of that plan;
  // what is as new as the plan itself may have come after it.
  if (synced > std::max(x.active().base_offset(), x.gaps_marked_at))
    x.directory_changed = x.directory_created = false;
  for (size_t i = 0; i + 1 < x.segments.size(); ++i) {
    if (x.segment_end(i) >= synced)
      break;
    x.segments[i]->mark_indexes_synced();
    if (x.segments[i]->source_if_open() != nullptr)
      x.touch(i);
  }
  x.unsynced_since = synced < x.end_offset ? x.last_append : no_timestamp;
}

void log::poison() {
  state_->poisoned = true;
}

bool log::sync_due(timestamp_ms now) const {
  auto& x = *state_;
  if (x.poisoned || x.closed || recovery_point() >= x.end_offset)
    return false;
  // As Kafka does it: what was rolled is synced, so that recovery stays short.
  if (recovery_point() < x.active().base_offset())
    return true;
  auto& config = x.options.config;
  return x.end_offset - recovery_point() >= config.flush_messages
         || (config.flush_ms < log_config::unlimited
             && now - x.unsynced_since >= config.flush_ms);
}

offset_t log::recovery_point() const noexcept {
  return std::max(state_->synced_offset, state_->start_offset);
}

partition_checkpoint log::checkpoint(offset_t high_watermark) const {
  auto& x = *state_;
  partition_checkpoint known;
  known.offsets.topic_id = x.options.topic_id;
  known.offsets.log_start_offset = x.start_offset;
  known.offsets.recovery_point = recovery_point();
  known.offsets.high_watermark = high_watermark;
  known.offsets.first_dirty_offset = x.first_dirty_offset;
  known.epochs = x.epochs.entries();
  // A log that is opened again may be cut down to the high watermark.
  auto* copy = high_watermark < x.end_offset
                   ? x.copies.newest_at(high_watermark)
                   : nullptr;
  auto use_copy = copy != nullptr && copy->end >= x.start_offset;
  known.producers = use_copy ? copy->table : encode_if_any(x.producers);
  known.producers_end = use_copy ? copy->end : x.end_offset;
  return known;
}

result<void> log::state::make_durable() {
  if (poisoned)
    return failure(errc::poisoned,
                   "a sync of log " + options.directory + " failed before");
  if (auto done = active().repair_tail(); !done)
    return done;
  if (auto done = remove_stray(); !done)
    return done;
  std::vector<std::shared_ptr<file>> files;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (auto done = segments[i]->finish_indexes(); !done)
      return done;
    segments[i]->collect_unsynced(files);
    if (segment_end(i) <= synced_offset)
      continue;
    auto source = segments[i]->source();
    if (!source)
      return failure(std::move(source.error()));
    files.push_back(*source);
  }
  for (auto& x : files)
    if (auto done = x->sync(); !done)
      return done;
  // Index files may have been created a moment ago.
  if (!files.empty() || directory_changed || directory_created)
    if (auto done = fs.sync_directory(options.directory); !done)
      return done;
  if (directory_created)
    return fs.sync_directory(parent_of(options.directory));
  return {};
}

result<partition_checkpoint> log::close(offset_t high_watermark) {
  auto& x = *state_;
  if (x.closed)
    return failure(errc::closed, "log " + x.options.directory + " is closed");
  auto done = x.make_durable();
  x.closed = true;
  for (auto& segment : x.segments)
    segment->release();
  if (!done)
    return failure(std::move(done.error()));
  x.synced_offset = x.end_offset;
  // After a clean stop nothing is read again.
  x.copies.clear();
  return checkpoint(high_watermark);
}

offset_t log::start_offset() const noexcept {
  return state_->start_offset;
}

offset_t log::end_offset() const noexcept {
  return state_->end_offset;
}

uint64_t log::size_bytes() const noexcept {
  uint64_t size = 0;
  for (auto& segment : state_->segments)
    size += segment->size_bytes();
  return size;
}

int32_t log::segment_count() const noexcept {
  return static_cast<int32_t>(state_->segments.size());
}

const log_options& log::options() const noexcept {
  return state_->options;
}

std::vector<active_producer> log::active_producers() const {
  return state_->producers.active();
}

bool log::is_next_of_producer(const batch_header& x) const {
  auto seen = state_->producers.check(x);
  return seen && seen->what == producer_table::verdict::accept;
}

const std::shared_ptr<page_cache_counters>& log::counters() const noexcept {
  return state_->counters;
}

std::vector<offset_t> log::segment_base_offsets() const {
  std::vector<offset_t> bases;
  for (auto& segment : state_->segments)
    bases.push_back(segment->base_offset());
  return bases;
}

std::pair<leader_epoch_t, offset_t>
log::end_offset_of_epoch(leader_epoch_t epoch) const {
  return state_->epochs.end_offset_of(epoch, state_->end_offset);
}

leader_epoch_t log::epoch_of(offset_t offset) const {
  return state_->epochs.epoch_of(offset);
}

} // namespace troupe::storage
