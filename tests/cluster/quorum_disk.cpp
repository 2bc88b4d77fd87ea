// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_disk.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster::test {

namespace {

constexpr size_t snapshots_kept = 2;
const std::vector<quorum_voter> nobody;

} // namespace

offset_t quorum_disk::end_of(const quorum_batches& x) {
  return x.empty() ? 0 : x.back()->end_offset;
}

quorum_disk::quorum_disk(offset_t snapshot_every)
    : survivors_(1), snapshot_every_(snapshot_every) {}

void quorum_disk::crash(std::mt19937_64& random) {
  log_ = survivors_[random() % survivors_.size()];
  survivors_ = {log_};
  find_voters();
  committed_ = snapshots_.empty() ? 0 : snapshots_.back().end_offset;
  failing_.reset();
}

result<void> quorum_disk::fails() {
  if (auto code = std::exchange(failing_, std::nullopt))
    return failure(*code, "the model fails as it was told");
  return {};
}

void quorum_disk::changed() {
  survivors_.push_back(log_);
  find_voters();
}

void quorum_disk::find_voters() {
  newest_voters_.reset();
  voters_before_.reset();
  for (const auto& x : log_)
    if (std::holds_alternative<voters_replaced>(x->what)) {
      voters_before_ = newest_voters_;
      newest_voters_ = x;
    }
}

result<void> quorum_disk::save_election(const election_state& x) {
  if (auto ok = fails(); !ok)
    return ok;
  election_ = x;
  return {};
}

leader_epoch_t quorum_disk::epoch_below(offset_t offset) const {
  for (auto i = log_.rbegin(); i != log_.rend(); ++i)
    if ((*i)->base_offset < offset)
      return (*i)->epoch;
  return storage::no_leader_epoch;
}

leader_epoch_t quorum_disk::start_epoch() const {
  return epoch_below(start_offset_);
}

leader_epoch_t quorum_disk::last_epoch() const {
  return epoch_below(end_offset());
}

/// Knows only what is in the log, as the cache of epochs does.
std::pair<leader_epoch_t, offset_t>
quorum_disk::end_offset_of_epoch(leader_epoch_t epoch) const {
  auto first = std::find_if(log_.begin(), log_.end(), [this](const auto& x) {
    return x->base_offset >= start_offset_;
  });
  if (epoch < 0 || first == log_.end())
    return {storage::no_leader_epoch, storage::no_offset};
  if (epoch < (*first)->epoch)
    return {epoch, (*first)->base_offset};
  auto next = std::upper_bound(
      first, log_.end(), epoch,
      [](leader_epoch_t y, const auto& x) { return y < x->epoch; });
  const auto& last = **std::prev(next);
  return {last.epoch, last.end_offset};
}

result<offset_t> quorum_disk::append_as_leader(const quorum_entry& what,
                                               leader_epoch_t epoch,
                                               timestamp_ms) {
  if (auto ok = fails(); !ok)
    return failure(ok.error());
  ASSERT(epoch >= last_epoch());
  log_.push_back(make_batch(end_offset(), epoch, what));
  changed();
  return end_offset();
}

result<offset_t>
quorum_disk::append_as_follower(const storage::buffer& batches, timestamp_ms) {
  if (auto ok = fails(); !ok)
    return failure(ok.error());
  auto decoded = decode_batches(batches.bytes());
  if (!decoded || decoded->empty())
    return failure(storage::errc::corrupt_batch, "not a sequence of batches");
  auto next = end_offset();
  auto epoch = last_epoch();
  for (const auto& x : *decoded) {
    if (x->base_offset != next || x->epoch < epoch)
      return failure(storage::errc::invalid_argument, "not a continuation");
    next = x->end_offset;
    epoch = x->epoch;
  }
  for (auto& x : *decoded) {
    log_.push_back(std::move(x));
    changed();
  }
  return next;
}

result<void> quorum_disk::truncate_to(offset_t offset) {
  if (auto ok = fails(); !ok)
    return ok;
  ASSERT(offset >= committed_);
  ASSERT(offset >= start_offset_);
  std::erase_if(log_,
                [offset](const auto& x) { return x->end_offset > offset; });
  changed();
  return {};
}

result<void> quorum_disk::sync() {
  // A full disk refuses before it writes; a failed sync is for good.
  if (failing_ == storage::errc::io)
    return fails();
  survivors_ = {log_};
  return {};
}

result<storage::buffer> quorum_disk::read(offset_t from, uint32_t bytes_max) {
  if (from < start_offset_ || from > end_offset())
    return failure(storage::errc::offset_out_of_range, "outside the log");
  auto next = std::lower_bound(
      log_.begin(), log_.end(), from,
      [](const auto& x, offset_t y) { return x->end_offset <= y; });
  quorum_batches some;
  size_t size = 0;
  for (; next != log_.end(); ++next) {
    size += (*next)->bytes.size();
    if (size > bytes_max && !some.empty())
      break;
    some.push_back(*next);
  }
  return encode(some);
}

const std::vector<quorum_voter>& quorum_disk::voters() const {
  return newest_voters_ ? std::get<voters_replaced>(newest_voters_->what).voters
                        : nobody;
}

const std::vector<quorum_voter>& quorum_disk::voters_before() const {
  return voters_before_ && voters_offset() >= committed_
             ? std::get<voters_replaced>(voters_before_->what).voters
             : nobody;
}

offset_t quorum_disk::voters_offset() const {
  return newest_voters_ ? newest_voters_->base_offset : storage::no_offset;
}

result<void> quorum_disk::commit(offset_t high_watermark, timestamp_ms) {
  ASSERT(high_watermark >= committed_);
  ASSERT(high_watermark <= end_of(survivors_.front()));
  committed_ = high_watermark;
  auto last = snapshots_.empty() ? 0 : snapshots_.back().end_offset;
  if (committed_ - last < snapshot_every_)
    return {};
  snapshots_.push_back({committed_, epoch_below(committed_)});
  if (snapshots_.size() > snapshots_kept) {
    snapshots_.erase(snapshots_.begin());
    start_offset_ = snapshots_.front().end_offset;
  }
  return {};
}

std::optional<snapshot_id> quorum_disk::newest_snapshot() const {
  if (snapshots_.empty())
    return std::nullopt;
  return snapshots_.back();
}

result<uint64_t> quorum_disk::snapshot_size(const snapshot_id& id) {
  auto whole = read_snapshot(id, 0, UINT32_MAX);
  if (!whole)
    return failure(whole.error());
  return whole->size();
}

result<storage::buffer> quorum_disk::read_snapshot(const snapshot_id& id,
                                                   uint64_t position,
                                                   uint32_t bytes_max) {
  if (std::find(snapshots_.begin(), snapshots_.end(), id) == snapshots_.end())
    return failure(storage::errc::not_found, "no such snapshot");
  auto inside = log_;
  std::erase_if(inside,
                [&](const auto& x) { return x->base_offset >= id.end_offset; });
  auto whole = encode(inside);
  auto size = std::min<uint64_t>(bytes_max, whole.size() - position);
  return whole.slice(position, size);
}

result<void> quorum_disk::install_snapshot(const snapshot_id& id,
                                           std::span<const std::byte> bytes) {
  if (auto ok = fails(); !ok)
    return ok;
  auto decoded = decode_batches(bytes);
  if (!decoded || decoded->empty()
      || decoded->back()->end_offset != id.end_offset)
    return failure(storage::errc::corrupt_log, "not a snapshot");
  log_ = std::move(*decoded);
  survivors_ = {log_};
  find_voters();
  snapshots_ = {id};
  start_offset_ = id.end_offset;
  committed_ = id.end_offset;
  return {};
}

} // namespace troupe::cluster::test
