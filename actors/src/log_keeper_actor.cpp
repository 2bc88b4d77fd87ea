// SPDX-License-Identifier: Apache-2.0
#include "log_keeper_actor.h"

#include "partition_directory.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace troupe::actors {

log_keeper_actor::behavior_type
log_keeper(log_keeper_actor::stateful_pointer<log_keeper_state> self,
           log_keeper_config config) {
  auto& state = self->state;
  state.config = std::move(config);
  for (auto& path : std::exchange(state.config.doomed, {}))
    state.remove_slowly(std::move(path));
  return {
      [&state](const open_log& x) { return state.on_open_log(x); },
      [&state](close_log& x) { return state.on_close_log(x); },
      [&state](const erase_log& x) { state.on_erase_log(x); },
      [&state](const set_log_aside& x) { state.on_set_log_aside(x); },
      [&state](const save_checkpoint& x) {
        return state.on_save_checkpoint(x);
      },
      [&state](const keep_checkpoint& x) { state.on_keep_checkpoint(x); },
      [&state](remove_files& x) { state.on_remove_files(x); },
      [&state](remove_files_now& x) { state.on_remove_files_now(x); },
      [&state](const mark_clean_shutdown&) {
        return state.on_mark_clean_shutdown();
      },
      [&state](const describe_directory&) {
        return state.on_describe_directory();
      },
  };
}

namespace {

void report_recovery(const open_log& x, const storage::log& log,
                     const storage::recovery_report& report) {
  spdlog::debug("partition.opened tp={} start={} end={} segments={}",
                to_string(x.name), log.start_offset(), log.end_offset(),
                report.segments);
  if (report.scanned && report.bytes_scanned > 0)
    spdlog::info("partition.recovered tp={} end={} scanned_bytes={} "
                 "truncated_bytes={} indexes_rebuilt={}",
                 to_string(x.name), log.end_offset(), report.bytes_scanned,
                 report.bytes_truncated, report.indexes_rebuilt);
  for (const auto& note : report.notes)
    spdlog::warn("partition.recovery_note tp={} note=\"{}\"", to_string(x.name),
                 note);
}

} // namespace

log_opened log_keeper_state::on_open_log(const open_log& x) {
  storage::log_options options;
  options.directory = config.directory + "/" + to_string(x.name);
  options.name = x.name;
  options.topic_id = x.topic_id;
  options.config = x.config;
  options.clean_shutdown = config.clean_shutdown;
  options.now = config.now();
  auto known = config.offsets->load(x.name);
  // Without its start offset a log would show deleted records again: only when
  // what was saved is gone for good the log alone is believed.
  if (!known && known.error().code != storage::errc::corrupt_log)
    return {problem{std::move(known.error())}, nullptr, {}};
  if (!known)
    spdlog::warn("partition.checkpoint_lost tp={} reason=\"{}\"",
                 to_string(x.name), to_string(known.error()));
  else if (*known && (*known)->offsets.topic_id == x.topic_id)
    options.checkpoint = std::move(**known);
  auto known_mark =
      options.checkpoint ? options.checkpoint->offsets.high_watermark : 0;
  auto opened = storage::log::open(*config.fs, std::move(options));
  if (!opened)
    return {problem{std::move(opened.error())}, nullptr, {}};
  report_recovery(x, *opened->value, opened->report);
  if (opened->report.scanned)
    if (auto done = settle(*opened->value, known_mark); !done)
      return {problem{std::move(done.error())}, nullptr, {}};
  auto box =
      std::make_shared<std::unique_ptr<storage::log>>(std::move(opened->value));
  return {{}, std::move(box), std::move(opened->report), known_mark};
}

result<void>
log_keeper_state::settle(storage::log& log, storage::offset_t high_watermark) {
  // The tail may lie in the page cache only. Nobody is told of a record, or
  // that a retry is one, before it is on the disk.
  auto plan = log.plan_sync();
  if (auto done = storage::run_sync(*config.fs, plan); !done)
    return done;
  log.synced_up_to(plan.end_offset);
  // The old checkpoint may tell of batches that the crash took, at offsets
  // that the next appends will use.
  // What other nodes confirmed is not known from the log.
  auto mark = std::min(high_watermark, log.end_offset());
  return config.offsets->save(log.options().name, log.checkpoint(mark),
                              storage::durable::yes);
}

log_closed log_keeper_state::on_close_log(close_log& x) {
  auto log = std::move(*x.value);
  auto name = log->options().name;
  auto topic_id = log->options().topic_id;
  if (x.erase) {
    // Without `close`: nobody waits for a sync of what is to be removed.
    log.reset();
    auto erased = erase(name, topic_id);
    return erased ? log_closed{} : log_closed{problem{erased.error()}};
  }
  auto checkpoint = log->close(x.high_watermark);
  log.reset();
  if (!checkpoint)
    return {problem{std::move(checkpoint.error())}};
  auto saved = config.offsets->save(name, *checkpoint, storage::durable::no);
  return saved ? log_closed{} : log_closed{problem{saved.error()}};
}

void log_keeper_state::on_erase_log(const erase_log& x) {
  if (auto done = erase(x.name, x.topic_id); !done)
    spdlog::error("log_keeper.erase_failed tp={} reason=\"{}\"",
                  to_string(x.name), to_string(done.error()));
}

void log_keeper_state::on_set_log_aside(const set_log_aside& x) {
  auto from = config.directory + "/" + to_string(x.name);
  auto to = config.directory + "/" + stray_directory_name(x.name, x.topic_id);
  spdlog::warn("log_keeper.stray_partition path={} renamed_to={}", from, to);
  // It is in nobody's way unless a topic of that name is made, which then finds
  // the wrong topic id.
  if (auto done = config.fs->rename(from, to); !done)
    spdlog::error("log_keeper.stray_stays path={} reason=\"{}\"", from,
                  to_string(done.error()));
}

result<void> log_keeper_state::erase(const storage::topic_partition& tp,
                                     const storage::uuid& topic_id) {
  if (auto done = config.offsets->erase(tp); !done)
    return done;
  // The rename is the deletion: a crash before the removal ends leaves a name
  // that the next start recognises.
  auto doomed = config.directory + "/" + doomed_directory_name(tp, topic_id);
  auto done = config.fs->rename(config.directory + "/" + to_string(tp), doomed);
  if (!done && done.error().code == storage::errc::not_found)
    return {};
  if (done)
    remove_slowly(std::move(doomed));
  return done;
}

void log_keeper_state::remove_slowly(std::string directory) {
  remove_files_now order;
  auto inside = config.fs->list(directory);
  order.paths.push_back(directory);
  if (inside) {
    for (const auto& name : *inside)
      order.paths.push_back(directory + "/" + name);
  }
  self->send(self, std::move(order));
}

checkpoint_saved
log_keeper_state::on_save_checkpoint(const save_checkpoint& x) {
  auto saved = config.offsets->save(x.name, x.value, storage::durable::yes);
  return saved ? checkpoint_saved{} : checkpoint_saved{problem{saved.error()}};
}

void log_keeper_state::on_keep_checkpoint(const keep_checkpoint& x) {
  if (auto saved = config.offsets->save(x.name, x.value, storage::durable::no);
      !saved)
    spdlog::warn("log_keeper.checkpoint_failed tp={} reason=\"{}\"",
                 to_string(x.name), to_string(saved.error()));
}

void log_keeper_state::on_remove_files(remove_files& x) {
  self->delayed_send(self, x.delay, remove_files_now{std::move(x.paths)});
}

void log_keeper_state::on_remove_files_now(remove_files_now& x) {
  if (x.paths.empty())
    return;
  // One at a time, the last first: whoever waits for a log to be opened waits
  // for one file to go, not for all that a topic had.
  auto path = std::move(x.paths.back());
  x.paths.pop_back();
  if (auto done = config.fs->remove_all(path); !done)
    spdlog::warn("log_keeper.remove_failed path={} reason=\"{}\"", path,
                 to_string(done.error()));
  if (!x.paths.empty())
    self->send(self, std::move(x));
}

log_closed log_keeper_state::on_mark_clean_shutdown() {
  // The next start believes the checkpoints of a directory with a marker: they
  // must be there before it.
  if (auto synced = config.offsets->sync(); !synced)
    return {problem{synced.error()}};
  constexpr std::string_view content = "version: 1\n";
  auto done = storage::replace_file(
      *config.fs, config.directory + "/" + clean_shutdown_marker,
      std::as_bytes(std::span{content}));
  return done ? log_closed{} : log_closed{problem{done.error()}};
}

directory_description log_keeper_state::on_describe_directory() {
  directory_description answer;
  answer.path = config.directory;
  auto space = config.fs->free_space(config.directory);
  if (!space) {
    answer.why = problem{std::move(space.error())};
    return answer;
  }
  answer.total_bytes = static_cast<int64_t>(space->total_bytes);
  answer.usable_bytes = static_cast<int64_t>(space->usable_bytes);
  return answer;
}

} // namespace troupe::actors
