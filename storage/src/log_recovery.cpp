// SPDX-License-Identifier: Apache-2.0
#include "log_recovery.h"

#include "log_directory.h"
#include "log_survey.h"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::storage {

namespace {

class recovery {
public:
  recovery(file_system& fs, const log_options& options, recovery_report& report)
      : fs_(fs), options_(options), report_(report) {}

  result<recovered_log> run();

private:
  result<void> open_segments();
  result<bool> try_clean_start();
  result<void> scan();
  result<log_survey> survey_from(offset_t recovery_point);
  result<void> apply(const log_survey& found);
  result<void> cut_to(size_t keep);
  result<void> start_at(offset_t offset);
  result<void> settle_start();
  result<void> save_fences();

  /// Everything below was deleted on request, and the log lost more than that
  /// in a crash: deleted records must not come back.
  bool all_was_deleted(offset_t end) const {
    return checkpoint_ && checkpoint_->offsets.log_start_offset > end
           && checkpoint_->offsets.recovery_point
                  <= checkpoint_->offsets.log_start_offset;
  }
  bool is_known(const damaged_range& x) const {
    auto known = loaded_fences_.ranges();
    return std::find(known.begin(), known.end(), x) != known.end();
  }
  void note(std::string text) { report_.notes.push_back(std::move(text)); }
  int64_t interval() const { return options_.config.index_interval_bytes; }

  file_system& fs_;
  const log_options& options_;
  recovery_report& report_;
  const partition_checkpoint* checkpoint_ = nullptr;
  recovered_log log_;
  fenced_ranges loaded_fences_;
};

result<recovered_log> recovery::run() {
  if (options_.checkpoint
      && (options_.topic_id.is_nil()
          || options_.checkpoint->offsets.topic_id == options_.topic_id))
    checkpoint_ = &*options_.checkpoint;
  if (auto done = open_segments(); !done)
    return failure(std::move(done.error()));
  if (log_.segments.empty()) {
    auto deleted = all_was_deleted(0);
    auto done = start_at(deleted ? checkpoint_->offsets.log_start_offset : 0);
    if (!done)
      return failure(std::move(done.error()));
    log_.checkpoint_holds =
        checkpoint_ != nullptr
        && checkpoint_->offsets.recovery_point <= log_.end_offset;
  } else {
    auto clean = try_clean_start();
    if (!clean)
      return failure(std::move(clean.error()));
    if (!*clean)
      if (auto done = scan(); !done)
        return failure(std::move(done.error()));
  }
  if (auto done = settle_start(); !done)
    return failure(std::move(done.error()));
  if (auto done = save_fences(); !done)
    return failure(std::move(done.error()));
  report_.segments = static_cast<int32_t>(log_.segments.size());
  return std::move(log_);
}

result<void> recovery::open_segments() {
  auto directory = open_log_directory(fs_, options_, report_);
  if (!directory)
    return failure(std::move(directory.error()));
  log_.directory_created = directory->created;
  log_.gaps_marked = directory->has_gaps;
  log_.gaps = directory->has_gaps || options_.config.cleanup_compact;
  if (directory->has_damaged_ranges) {
    auto fences = fenced_ranges::load(fs_, options_.directory);
    if (!fences)
      return failure(std::move(fences.error()));
    log_.fences = loaded_fences_ = std::move(*fences);
  }
  for (auto base : directory->segments) {
    auto opened = segment::open(fs_, options_.directory, base, options_.now);
    if (!opened)
      return failure(std::move(opened.error()));
    if (log_.gaps)
      (*opened)->expect_gaps();
    auto is_last = base == directory->segments.back();
    // A roll that failed may have left an empty file among the others.
    if (!is_last && !log_.segments.empty() && (*opened)->size_bytes() == 0) {
      if (auto done = (*opened)->remove(); !done)
        return done;
      continue;
    }
    // Closed segments need no descriptor until somebody reads them.
    if (!is_last)
      (*opened)->release();
    log_.segments.push_back(std::move(*opened));
  }
  return {};
}

result<bool> recovery::try_clean_start() {
  if (!options_.clean_shutdown || checkpoint_ == nullptr)
    return false;
  // An empty file that does not begin at the end was left by a failed roll.
  auto& segments = log_.segments;
  while (segments.size() > 1 && segments.back()->size_bytes() == 0
         && segments.back()->base_offset()
                != checkpoint_->offsets.recovery_point) {
    if (auto done = segments.back()->remove(); !done)
      return failure(std::move(done.error()));
    segments.pop_back();
  }
  auto end = segments.back()->make_active();
  if (!end && end.error().code != errc::corrupt_log)
    return failure(std::move(end.error()));
  if (!end || *end != checkpoint_->offsets.recovery_point) {
    note("the log is not as a clean stop left it, so it is scanned: "
         + (end ? "it ends at offset " + std::to_string(*end) + ", not at "
                      + std::to_string(checkpoint_->offsets.recovery_point)
                : end.error().message));
    return false;
  }
  log_.end_offset = *end;
  log_.recovery_point = *end;
  log_.checkpoint_holds = true;
  return true;
}

result<void> recovery::scan() {
  report_.scanned = true;
  auto base = log_.segments.front()->base_offset();
  auto point = checkpoint_ ? checkpoint_->offsets.recovery_point : base;
  auto found = survey_from(std::max(point, base));
  if (!found)
    return failure(std::move(found.error()));
  if (all_was_deleted(found->end_offset)) {
    note("all records up to the log start offset "
         + std::to_string(checkpoint_->offsets.log_start_offset)
         + " had been deleted; the log begins anew there");
    if (auto done = cut_to(0); !done)
      return done;
    log_.checkpoint_holds = true;
    return start_at(checkpoint_->offsets.log_start_offset);
  }
  log_.checkpoint_holds = checkpoint_ != nullptr;
  if (point > found->end_offset) {
    note("the checkpoint names recovery point " + std::to_string(point)
         + ", but the log ends at " + std::to_string(found->end_offset)
         + "; everything is rebuilt from the log");
    log_.checkpoint_holds = false;
    point = base;
    found = survey_from(base);
    if (!found)
      return failure(std::move(found.error()));
  }
  log_.recovery_point = std::max(point, base);
  return apply(*found);
}

result<log_survey> recovery::survey_from(offset_t recovery_point) {
  auto found =
      survey_log(log_.segments, recovery_point, loaded_fences_, interval());
  if (found)
    report_.bytes_scanned += found->bytes_scanned;
  return found;
}

result<void> recovery::apply(const log_survey& found) {
  auto& segments = log_.segments;
  for (auto i = found.first; i < found.keep; ++i) {
    log_.fences.forget_segment(segments[i]->base_offset());
    report_.indexes_rebuilt += segments[i]->size_bytes() > 0 ? 1 : 0;
  }
  for (auto& damage : found.damages) {
    log_.fences.add(damage);
    // Said once; and deleted records need not have been synced.
    if (is_known(damage)
        || (checkpoint_
            && damage.offset_end <= checkpoint_->offsets.log_start_offset))
      continue;
    note("offsets " + std::to_string(damage.offset_begin) + " to "
         + std::to_string(damage.offset_end) + " are damaged in segment "
         + std::to_string(damage.segment)
         + " though they had been synced; they are not served any more");
  }
  for (auto& text : found.notes)
    note(text);
  if (auto done = cut_to(found.keep); !done)
    return done;
  auto& active = *segments.back();
  if (found.cut) {
    report_.bytes_truncated += active.size_bytes() - found.cut_position;
    if (auto done = active.truncate(found.end_offset, found.cut_position);
        !done)
      return done;
  }
  for (auto& [i, position] : found.trims) {
    report_.bytes_truncated += segments[i]->size_bytes() - position;
    if (auto done = segments[i]->trim(position); !done)
      return done;
  }
  for (auto i = found.first; i + 1 < segments.size(); ++i)
    if (auto done = segments[i]->finish_indexes(); !done)
      note(to_string(done.error())); // they stay in memory
  log_.directory_changed = true;
  auto end = active.make_active();
  if (!end)
    return failure(std::move(end.error()));
  if (*end != found.end_offset)
    return failure(errc::corrupt_log, "the log changed while it was recovered");
  log_.end_offset = *end;
  log_.recovery_point = std::min(log_.recovery_point, *end);
  return {};
}

/// Removes all but the first `keep` segments.
result<void> recovery::cut_to(size_t keep) {
  auto& segments = log_.segments;
  if (segments.size() <= keep)
    return {};
  while (segments.size() > keep) {
    report_.bytes_truncated += segments.back()->size_bytes();
    if (auto done = segments.back()->remove(); !done)
      return done;
    segments.pop_back();
  }
  // They must not come back once others were written in their place.
  return fs_.sync_directory(options_.directory);
}

result<void> recovery::start_at(offset_t offset) {
  auto created = segment::create(fs_, options_.directory, offset, options_.now);
  if (!created)
    return failure(std::move(created.error()));
  if (log_.gaps)
    (*created)->expect_gaps();
  log_.segments.push_back(std::move(*created));
  log_.end_offset = offset;
  log_.recovery_point = offset;
  log_.directory_changed = true;
  return {};
}

result<void> recovery::settle_start() {
  auto& segments = log_.segments;
  auto start = segments.front()->base_offset();
  if (checkpoint_ && checkpoint_->offsets.log_start_offset <= log_.end_offset)
    start = std::max(start, checkpoint_->offsets.log_start_offset);
  while (segments.size() > 1 && segments[1]->base_offset() <= start) {
    if (auto done = segments.front()->remove(); !done)
      return done;
    segments.erase(segments.begin());
  }
  log_.start_offset = start;
  log_.recovery_point = std::max(log_.recovery_point, start);
  log_.fences.forget_before(segments.front()->base_offset());
  return {};
}

result<void> recovery::save_fences() {
  log_.fences.truncate_to(log_.end_offset);
  auto now = log_.fences.ranges();
  auto before = loaded_fences_.ranges();
  if (std::equal(now.begin(), now.end(), before.begin(), before.end()))
    return {};
  return log_.fences.save(fs_, options_.directory);
}

} // namespace

result<recovered_log> recover_log(file_system& fs, const log_options& options,
                                  recovery_report& report) {
  return recovery{fs, options, report}.run();
}

} // namespace troupe::storage
