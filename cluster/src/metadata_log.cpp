// SPDX-License-Identifier: Apache-2.0
#include <election_file.h>
#include <metadata_log_check.h>
#include <metadata_log_files.h>
#include <metadata_log_state.h>
#include <metadata_snapshot.h>
#include <topic_name.h>
#include <troupe/storage/assert.h>

#include <utility>

namespace troupe::cluster {

namespace {

constexpr int64_t index_bytes = 1 << 18;

storage::log_options
log_options_of(const metadata_log_options& options, std::string directory) {
  storage::log_options x;
  x.directory = std::move(directory);
  x.name = {std::string{metadata_topic}, 0};
  // The id that Kafka gives to this topic: 1.
  x.topic_id.bytes.back() = 1;
  x.config.segment_bytes = options.segment_bytes;
  x.config.max_message_bytes = options.segment_bytes;
  x.config.segment_index_bytes = index_bytes;
  x.config.segment_ms = storage::log_config::unlimited;
  x.config.retention_ms = -1;
  x.now = options.now;
  return x;
}

} // namespace

metadata_log::state::state(storage::file_system& fs,
                           metadata_log_options options)
    : fs(fs), options(std::move(options)),
      directory(this->options.directory + "/" + std::string{metadata_topic}
                + "-0") {}

result<void> metadata_log::state::open_log() {
  auto opened = storage::log::open(fs, log_options_of(options, directory));
  if (!opened)
    return failure(std::move(opened.error()));
  log = std::move(opened->value);
  return {};
}

result<void> metadata_log::state::open() {
  if (auto ok = fs.create_directories(directory); !ok)
    return ok;
  if (auto ok = fs.sync_directory(options.directory); !ok)
    return ok;
  if (auto ok = finish_installation(fs, directory); !ok)
    return ok;
  auto mark = find_unsynced_mark(fs, directory);
  if (!mark)
    return failure(std::move(mark.error()));
  auto strays = check_segments(fs, directory, *mark);
  if (!strays)
    return failure(std::move(strays.error()));
  for (const auto& path : *strays)
    if (auto ok = fs.remove(path); !ok)
      return ok;
  auto from = load_newest_snapshot(fs, directory);
  if (!from)
    return failure(std::move(from.error()));
  committed = std::move(from->metadata);
  snapshot = from->id;
  snapshot_due = committed.image->end_offset + options.snapshot_records;
  if (auto ok = open_log(); !ok)
    return ok;
  if (auto ok = replay_latest(); !ok)
    return ok;
  if (auto ok = align_start(); !ok)
    return ok;
  if (auto ok = load_election(); !ok)
    return ok;
  // What was found here must be durable before it counts: the last append may
  // not have been synced when the process ended.
  if (auto ok = sync_segments(fs, directory); !ok)
    return ok;
  if (auto ok = sync(); !ok)
    return ok;
  return remove_unsynced_marks(fs, directory);
}

result<void> metadata_log::state::align_start() {
  if (log->start_offset() == 0)
    return {};
  auto snapshots = list_snapshots(fs, directory);
  if (!snapshots)
    return failure(std::move(snapshots.error()));
  // The oldest that is of use: damage to the newest one must lose nothing.
  for (auto end_offset = snapshots->rbegin(); end_offset != snapshots->rend();
       ++end_offset) {
    if (*end_offset < log->start_offset())
      continue;
    auto loaded = load_snapshot(fs, directory, *end_offset);
    if (!loaded && loaded.error().code == storage::errc::corrupt_log)
      continue;
    if (!loaded)
      return failure(std::move(loaded.error()));
    start_epoch = loaded->last_epoch;
    return forget_records_before(*end_offset);
  }
  return {};
}

result<void> metadata_log::state::load_election() {
  auto saved = cluster::load_election(fs, directory);
  if (!saved)
    return failure(std::move(saved.error()));
  election = saved->value_or(election_state{});
  if (election.epoch < latest.last_epoch)
    return failure(storage::errc::corrupt_log,
                   "the vote of this node is lost: its metadata log has epoch "
                       + std::to_string(latest.last_epoch)
                       + ", its quorum-state has "
                       + std::to_string(election.epoch));
  return {};
}

result<void> metadata_log::state::check_usable() const {
  if (stopped)
    return failure(*stopped);
  return {};
}

tl::unexpected<storage::error> metadata_log::state::stop(storage::error why) {
  stopped = storage::error{
      storage::errc::poisoned,
      "the metadata log takes no records since a write failed: " + why.message,
      why.os_error};
  return failure(*stopped);
}

metadata_log::metadata_log(std::unique_ptr<state> state)
    : state_(std::move(state)) {}

metadata_log::~metadata_log() = default;

result<std::unique_ptr<metadata_log>>
metadata_log::open(storage::file_system& fs, metadata_log_options options) {
  ASSERT(options.snapshot_records > 0);
  auto x = std::make_unique<state>(fs, std::move(options));
  if (auto ok = x->open(); !ok)
    return failure(std::move(ok.error()));
  return std::unique_ptr<metadata_log>{new metadata_log{std::move(x)}};
}

const image_ptr& metadata_log::image() const noexcept {
  return state_->committed.image;
}

const image_ptr& metadata_log::latest_image() const noexcept {
  return state_->latest.image;
}

const std::optional<storage::error>&
metadata_log::snapshot_error() const noexcept {
  return state_->snapshot_error;
}

election_state metadata_log::election() const {
  return state_->election;
}

result<void> metadata_log::save_election(const election_state& x) {
  auto& state = *state_;
  if (auto ok = state.check_usable(); !ok)
    return ok;
  ASSERT(x.epoch >= state.election.epoch);
  if (auto ok = cluster::save_election(state.fs, state.directory, x); !ok)
    return ok;
  state.election = x;
  return {};
}

offset_t metadata_log::start_offset() const {
  return state_->log->start_offset();
}

leader_epoch_t metadata_log::start_epoch() const {
  return state_->start_epoch;
}

offset_t metadata_log::end_offset() const {
  return state_->latest.image->end_offset;
}

leader_epoch_t metadata_log::last_epoch() const {
  return state_->latest.last_epoch;
}

std::pair<leader_epoch_t, offset_t>
metadata_log::end_offset_of_epoch(leader_epoch_t epoch) const {
  const auto& x = *state_;
  auto start = start_offset();
  bool empty = start == end_offset();
  // The log itself knows no epoch below its first batch; the snapshot does.
  if (x.start_epoch != storage::no_leader_epoch && epoch >= x.start_epoch
      && (empty || epoch < x.log->epoch_of(start)))
    return {x.start_epoch, start};
  if (!empty)
    return x.log->end_offset_of_epoch(epoch);
  if (x.start_epoch == storage::no_leader_epoch || epoch < 0)
    return {storage::no_leader_epoch, storage::no_offset};
  return {epoch, start};
}

const std::vector<quorum_voter>& metadata_log::voters() const {
  return state_->latest.image->voters;
}

offset_t metadata_log::voters_offset() const {
  return state_->latest.voters_offset;
}

const std::vector<quorum_voter>& metadata_log::voters_before() const {
  static const std::vector<quorum_voter> none;
  const auto& x = *state_;
  bool covered = x.latest.voters_offset < x.committed.image->end_offset;
  return covered ? none : x.latest.voters_before;
}

result<void> metadata_log::close() {
  auto& x = *state_;
  if (x.stopped)
    return failure(*x.stopped);
  x.stopped =
      storage::error{storage::errc::closed, "the metadata log is closed"};
  auto closed = x.log->close(x.committed.image->end_offset);
  if (!closed)
    return failure(std::move(closed.error()));
  return {};
}

} // namespace troupe::cluster
