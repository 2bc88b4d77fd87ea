// SPDX-License-Identifier: Apache-2.0
#include "log_exerciser.h"

#include <algorithm>
#include <array>

namespace troupe::storage::test {

namespace {

constexpr const char* directory = "/data/orders-0";

template <class T, size_t N>
T pick(std::mt19937_64& random, const std::array<T, N>& from) {
  return from[random() % N];
}

} // namespace

log_exerciser::log_exerciser(uint64_t seed) : random_(seed) {
  auto& config = options_.config;
  config.segment_bytes = static_cast<int64_t>(2800 + below(8000));
  config.index_interval_bytes =
      pick<int64_t>(random_, std::array<int64_t, 4>{0, 100, 400, 4096});
  config.segment_index_bytes =
      pick<int64_t>(random_, std::array<int64_t, 3>{64, 400, 10 << 20});
  config.segment_ms = pick<int64_t>(
      random_, std::array<int64_t, 2>{log_config::unlimited, 5000});
  config.retention_ms =
      pick<int64_t>(random_, std::array<int64_t, 2>{-1, 20000});
  config.retention_bytes =
      pick<int64_t>(random_, std::array<int64_t, 2>{-1, 20000});
  config.log_append_time = one_in(5);
  config.cleanup_compact = one_in(3);
  config.cleanup_delete = !config.cleanup_compact || one_in(2);
  config.delete_retention_ms = pick<int64_t>(
      random_, std::array<int64_t, 3>{0, 5000, log_config::unlimited});
  config.timestamp_after_max_ms = log_config::unlimited;
  config.producer_id_expiration_ms = log_config::unlimited;
  options_.directory = directory;
  options_.name = {"orders", 0};
  options_.topic_id.bytes.fill(7);
  static_cast<void>(fs_.create_directories("/data"));
  open(false, false);
}

void log_exerciser::open(bool clean, bool with_checkpoint) {
  options_.clean_shutdown = clean;
  options_.checkpoint.reset();
  if (with_checkpoint)
    options_.checkpoint = saved_;
  options_.now = now_;
  auto opened = log::open(fs_, options_);
  if (!opened) {
    trouble_ = "open: " + to_string(opened.error());
    return;
  }
  log_ = std::move(opened->value);
  report_ = std::move(opened->report);
  saved_ = log_->checkpoint(log_->end_offset());
  for (auto& x : report_.notes)
    if (x.find("are damaged") != std::string::npos)
      trouble_ = "open found damage: " + x;
}

std::string log_exerciser::run(int operations) {
  for (int i = 0; i < operations && trouble_.empty(); ++i) {
    now_ += static_cast<timestamp_ms>(below(100));
    auto wrong = step();
    if (wrong.empty() && trouble_.empty())
      wrong = model_.check_bounds(*log_);
    if (trouble_.empty())
      trouble_ = wrong;
    if (!trouble_.empty())
      trouble_ = "operation " + std::to_string(i) + ": " + trouble_;
  }
  return trouble_;
}

std::string log_exerciser::step() {
  if (options_.config.cleanup_compact && one_in(30))
    return compact();
  auto dice = below(200);
  if (dice < 60)
    return append();
  if (dice < 95)
    return append_idempotent();
  if (dice < 105)
    return append_replicated();
  if (dice < 115)
    return retry();
  if (dice < 155)
    return look();
  if (dice < 170)
    return sync();
  if (dice < 174)
    return truncate();
  if (dice < 178)
    return delete_records();
  if (dice < 183)
    return retention();
  if (dice < 188)
    return append_with_fault();
  if (dice < 190)
    return append_to_full_disk();
  if (dice < 195)
    return reopen();
  return crash();
}

offset_t log_exerciser::any_offset() {
  auto range =
      static_cast<uint64_t>(model_.end_offset() - model_.start_offset() + 1);
  return model_.start_offset() + static_cast<offset_t>(below(range));
}

std::string log_exerciser::reopen() {
  auto producers = log_->active_producers();
  auto closed = log_->close(model_.end_offset());
  if (!closed)
    return "close: " + to_string(closed.error());
  saved_ = *closed;
  model_.set_synced(model_.end_offset());
  if (auto wrong = check_indexes(fs_, directory, true, model_.start_offset());
      !wrong.empty())
    return "after close: " + wrong;
  log_.reset();
  if (one_in(3))
    fs_.crash(random_()); // everything was synced: nothing may change
  open(true, true);
  if (!trouble_.empty())
    return {};
  if (report_.scanned)
    return "a clean start scanned: " + report_.notes.front();
  if (log_->active_producers().size() != producers.size())
    return "a clean start lost producers";
  if (auto wrong = model_.check_producers(*log_); !wrong.empty())
    return wrong;
  return one_in(3) ? model_.check_content(*log_, 1000) : "";
}

std::string log_exerciser::crash() {
  log_.reset();
  fs_.crash(random_());
  auto compacted = options_.config.cleanup_compact;
  if (compacted)
    model_.forget_compaction();
  auto saved = saved_.offsets;
  auto store_lost = one_in(10);
  open(false, !store_lost);
  if (!trouble_.empty())
    return {};
  if (store_lost)
    saved = {};
  auto start = model_.start_offset();
  auto wrong =
      model_.survive_crash(*log_, saved.log_start_offset, saved.recovery_point);
  // Without its store a log forgets what was deleted; it may even be torn.
  auto offset = std::min(start, model_.end_offset());
  if (wrong.empty() && store_lost && model_.start_offset() < offset) {
    if (!log_->delete_records_before(offset))
      return "delete records after the store was lost";
    model_.advance_start(offset);
    saved_ = log_->checkpoint(log_->end_offset());
  }
  if (wrong.empty() && compacted)
    wrong = adopt();
  if (wrong.empty())
    wrong = check_indexes(fs_, directory, false, model_.start_offset());
  if (wrong.empty())
    wrong = model_.check_content(*log_, 700);
  if (wrong.empty())
    wrong = model_.check_producers(*log_);
  for (auto& x : log_->active_producers())
    next_sequence_[x.id] = x.last_sequence + 1;
  return wrong.empty() ? "" : "after crash: " + wrong;
}

std::string log_exerciser::truncate() {
  auto offset = one_in(8) ? model_.start_offset() : any_offset();
  offset = std::max(offset, committed_);
  if (auto done = log_->truncate_to(offset); !done)
    return "truncate: " + to_string(done.error());
  auto end = model_.boundary_below(offset);
  // Deleted batches may be torn, and a log does not end in torn bytes.
  if (end <= model_.start_offset())
    end = std::min(end, log_->end_offset());
  model_.truncate_to(end);
  saved_ = log_->checkpoint(log_->end_offset());
  for (auto& x : log_->active_producers())
    next_sequence_[x.id] = x.last_sequence + 1;
  if (auto wrong = model_.check_producers(*log_); !wrong.empty())
    return "after truncate: " + wrong;
  return model_.check_content(*log_, 5000);
}

void log_exerciser::sweep(const removed_files& removed) {
  if (one_in(2))
    for (auto& path : removed.paths)
      static_cast<void>(fs_.remove(path));
}

std::string log_exerciser::delete_records() {
  auto offset = any_offset();
  auto removed = log_->delete_records_before(offset);
  if (!removed)
    return "delete records: " + to_string(removed.error());
  model_.advance_start(offset);
  saved_ = log_->checkpoint(log_->end_offset());
  sweep(*removed);
  return {};
}

std::string log_exerciser::retention() {
  auto limit = any_offset();
  auto before = log_->segment_base_offsets();
  auto removed = log_->apply_retention(now_, limit);
  if (!removed)
    return "retention: " + to_string(removed.error());
  auto start = log_->start_offset();
  if (start < model_.start_offset()
      || start > std::max(model_.start_offset(), limit))
    return "retention moved the start to " + std::to_string(start);
  auto& config = options_.config;
  auto front = std::find_if(model_.batches().begin(), model_.batches().end(),
                            [&](auto& x) { return x.next_offset() > start; });
  if (config.cleanup_delete && start < limit && start < model_.end_offset()
      && config.retention_ms >= 0
      && log_->segment_base_offsets().front() == before.front()
      && log_->segment_count() == 1 && limit == model_.end_offset()
      && std::all_of(front, model_.batches().end(), [&](auto& x) {
           return now_ - x.max_timestamp > config.retention_ms;
         }))
    return "retention kept an expired segment";
  model_.advance_start(start);
  if (one_in(2))
    saved_ = log_->checkpoint(log_->end_offset());
  sweep(*removed);
  return {};
}

std::string log_exerciser::sync() {
  auto plan = log_->plan_sync();
  // The log goes on while another thread syncs.
  while (one_in(3))
    if (auto wrong = append(); !wrong.empty())
      return wrong;
  for (auto& x : plan.files)
    if (auto done = x->sync(); !done)
      return "sync: " + to_string(done.error());
  for (auto& x : plan.directories)
    if (auto done = fs_.sync_directory(x); !done)
      return "sync: " + to_string(done.error());
  log_->synced_up_to(plan.end_offset);
  model_.set_synced(std::max(model_.synced(), plan.end_offset));
  if (one_in(2))
    saved_ = log_->checkpoint(any_offset());
  return {};
}

std::string log_exerciser::look() {
  auto from = any_offset();
  auto limit = one_in(3) ? any_offset() : model_.end_offset();
  auto bytes_max = static_cast<uint32_t>(one_in(5) ? 0 : below(6000));
  if (auto wrong = model_.check_read(*log_, from, bytes_max, limit);
      !wrong.empty())
    return wrong;
  if (from < model_.end_offset())
    if (auto wrong = model_.check_epoch(*log_, from); !wrong.empty())
      return wrong;
  if (one_in(4))
    return model_.check_timestamps(
        *log_, now_ - static_cast<timestamp_ms>(below(20000)), limit);
  return {};
}

} // namespace troupe::storage::test
