// SPDX-License-Identifier: Apache-2.0
// How a mover reads: a slice of a log, brought into memory, batch by batch; and
// what it tells its core of the inbox and of acknowledgements.
#include "mover_actor.h"

#include <troupe/storage/log_config.h>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

/// One read of a log.
constexpr uint32_t read_bytes_max = 1 << 20;
/// Times that a slice is brought into memory before the run is given up.
constexpr int cold_attempts_max = 8;
/// Of batches that the partition took.
constexpr auto decompressed_bytes_max =
    static_cast<size_t>(storage::log_config{}.decompressed_bytes_max);

} // namespace

void mover_state::read(step next, const log_at_work& from, storage::offset_t at,
                       uint32_t bytes_max) {
  step_ = next;
  read_records question;
  question.ticket = ++ticket_;
  question.from = at;
  question.bytes_max = bytes_max;
  question.client = self;
  self->send(from.actor, std::move(question));
}

void mover_state::read_acknowledgements() {
  read(step::acknowledging, acknowledgements_, acknowledgements_end_,
       read_bytes_max);
}

void mover_state::read_inbox() {
  read(step::reading, inbox_, core_->read_end(), read_bytes_max);
}

void mover_state::on_read_finished(read_finished& x) {
  if (x.ticket != ticket_)
    return;
  if (!x.why.ok())
    return again(x.why);
  if (x.records.size == 0)
    return found_nothing(x.high_watermark);
  slice_ = {std::move(x)};
  take_slice();
}

/// The log ended here when it was read.
void mover_state::found_nothing(storage::offset_t high_watermark) {
  switch (step_) {
  case step::reading:
    watch(inbox_, std::max(high_watermark, core_->read_end() - 1));
    return turn();
  case step::acknowledging:
    watch(acknowledgements_,
          std::max(high_watermark, acknowledgements_end_ - 1));
    return moving_ ? turn() : scan_on();
  case step::finding:
  case step::scanning:
  case step::gathering:
    return again({errc::internal, "what lies in the log was not found"});
  case step::resting:
  case step::asking:
  case step::settling:
  case step::appending:
  case step::burying:
  case step::accepting:
  case step::waiting:
    return;
  }
}

void mover_state::watch(log_at_work& x, storage::offset_t above) {
  x.at_end = true;
  x.watch = ++last_watch_;
  self->send(x.actor, watch_records{x.watch, above, self});
}

void mover_state::take_slice() {
  const auto& slice = slice_->found.records;
  std::vector<std::byte> bytes(slice.size);
  auto read = slice.source->read_nowait(slice.position, bytes);
  if (!read)
    return again(read.error());
  if (read->resident) {
    if (read->size < slice.size)
      return again(storage::error{storage::errc::corrupt_log,
                                  "the segment is too short"});
    high_watermark_ = slice_->found.high_watermark;
    slice_.reset();
    return took(bytes);
  }
  if (++slice_->attempts > cold_attempts_max)
    return again(storage::error{storage::errc::busy,
                                "what was read in did not stay in memory"});
  self->send(config_.cold_reader,
             read_in_slice{slice, [me = mover_actor{self}, ticket = ticket_] {
                             caf::anon_send(me, moved_slice_read_in{ticket});
                           }});
}

void mover_state::on_slice_read_in(const moved_slice_read_in& x) {
  if (x.ticket == ticket_ && slice_)
    take_slice();
}

void mover_state::took(std::span<const std::byte> batches) {
  switch (step_) {
  case step::finding:
    return find_position(batches);
  case step::acknowledging:
    return take_acknowledgements(batches);
  case step::scanning:
    return scan(batches);
  case step::reading:
    return take_inbox(batches);
  case step::gathering:
    return gather(batches);
  case step::resting:
  case step::asking:
  case step::settling:
  case step::appending:
  case step::burying:
  case step::accepting:
  case step::waiting:
    return;
  }
}

void mover_state::walk(std::span<const std::byte> batch, const char* what,
                       const visit_record& visit) const {
  auto done = storage::for_each_record(batch, decompressed_bytes_max, visit);
  if (!done)
    spdlog::warn("mover.unreadable tp={} log={} reason=\"{}\"",
                 to_string(config_.name), what, done.error().message);
}

void mover_state::take_acknowledgements(std::span<const std::byte> batches) {
  auto now = config_.now();
  auto visit = [this, now](const storage::record_view& record) {
    if (record.offset >= acknowledgements_end_)
      core_->acknowledged(record, now);
    return true;
  };
  auto walked =
      for_each_batch(batches, [&](const auto& header, const auto& batch) {
        walk(batch, "acknowledgements", visit);
        acknowledgements_end_ = header.next_offset();
        core_->acknowledgements_read_to(acknowledgements_end_);
        return true;
      });
  if (!walked)
    return again(walked.error());
  // What has come meanwhile waits: there is more to do.
  if (acknowledgements_end_ >= high_watermark_)
    return found_nothing(high_watermark_);
  read_acknowledgements();
}

void mover_state::take_inbox(std::span<const std::byte> batches) {
  auto began_at = core_->read_end();
  // One large record must not make for small batches for ever.
  if (core_->idle())
    largest_record_bytes_ = 1;
  auto visit = [this](const storage::record_view& record) {
    if (record.offset < core_->read_end())
      return true;
    if (!core_->wants_more())
      return false;
    largest_record_bytes_ =
        std::max(largest_record_bytes_, content_bytes(record));
    core_->take(record);
    return true;
  };
  auto walked =
      for_each_batch(batches, [&](const auto& header, const auto& batch) {
        walk(batch, "inbox", visit);
        if (!core_->wants_more())
          return false;
        core_->skip_to(header.next_offset());
        return true;
      });
  if (!walked)
    return again(walked.error());
  if (core_->wants_more() && core_->read_end() <= began_at)
    return again({errc::internal, "its kind does not get on with the inbox"});
  if (core_->read_end() >= high_watermark_)
    return found_nothing(high_watermark_);
  turn();
}

} // namespace troupe::actors
