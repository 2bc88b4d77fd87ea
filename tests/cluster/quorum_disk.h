// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/quorum_storage.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

inline quorum_voter voter(node_id id) {
  return {id, "host" + std::to_string(id), static_cast<uint16_t>(9000 + id)};
}

inline metadata_delta some_delta(const std::string& value) {
  return {broker_configs_replaced{0, {{"value", value}}}};
}

/// A batch of the log as the model keeps it.
struct quorum_batch {
  offset_t base_offset = 0;
  offset_t end_offset = 0;
  leader_epoch_t epoch = 0;
  quorum_entry what;
  /// As it crosses nodes; all of the above.
  storage::buffer bytes;

  bool operator==(const quorum_batch& x) const;
};

/// Batches never change, so copies of a log share them.
using quorum_batches = std::vector<std::shared_ptr<const quorum_batch>>;

std::shared_ptr<const quorum_batch>
make_batch(offset_t base_offset, leader_epoch_t epoch, quorum_entry what);
storage::buffer encode(const quorum_batches& batches);
/// Nothing when these are not whole batches.
std::optional<quorum_batches> decode_batches(std::span<const std::byte> bytes);

/// A `quorum_storage` in memory that loses what was not synced when it crashes:
/// of the steps since the last sync a random number survives.
class quorum_disk : public quorum_storage {
public:
  /// A snapshot is taken after so many entries.
  explicit quorum_disk(offset_t snapshot_every);

  /// The node ends, or the power fails.
  void crash(std::mt19937_64& random);
  /// The next writing call fails with `code`; a sync only with errc::io.
  void fail_next(storage::errc code) { failing_ = code; }
  /// All batches below `end_offset`, also those that only a snapshot has.
  const quorum_batches& batches() const noexcept { return log_; }
  offset_t committed() const noexcept { return committed_; }

  election_state election() const override { return election_; }
  result<void> save_election(const election_state& x) override;
  offset_t start_offset() const override { return start_offset_; }
  leader_epoch_t start_epoch() const override;
  offset_t end_offset() const override { return end_of(log_); }
  leader_epoch_t last_epoch() const override;
  std::pair<leader_epoch_t, offset_t>
  end_offset_of_epoch(leader_epoch_t epoch) const override;
  result<offset_t> append_as_leader(const quorum_entry& what,
                                    leader_epoch_t epoch,
                                    timestamp_ms now) override;
  result<offset_t>
  append_as_follower(const storage::buffer& batches, timestamp_ms now) override;
  result<void> truncate_to(offset_t offset) override;
  result<void> sync() override;
  result<storage::buffer> read(offset_t from, uint32_t bytes_max) override;
  const std::vector<quorum_voter>& voters() const override;
  offset_t voters_offset() const override;
  const std::vector<quorum_voter>& voters_before() const override;
  result<void> commit(offset_t high_watermark, timestamp_ms now) override;
  std::optional<snapshot_id> newest_snapshot() const override;
  result<uint64_t> snapshot_size(const snapshot_id& id) override;
  result<storage::buffer> read_snapshot(const snapshot_id& id,
                                        uint64_t position,
                                        uint32_t bytes_max) override;
  result<void> install_snapshot(const snapshot_id& id,
                                std::span<const std::byte> bytes) override;

protected:
  static offset_t end_of(const quorum_batches& x);

  std::optional<storage::errc> failing_;
  /// From offset 0 on, also what only a snapshot has.
  quorum_batches log_;
  /// What a crash may leave: the log at the last sync and after each step
  /// since.
  std::vector<quorum_batches> survivors_;
  election_state election_;

private:
  result<void> fails();
  void find_voters();
  leader_epoch_t epoch_below(offset_t offset) const;
  void changed();

  offset_t snapshot_every_;
  std::shared_ptr<const quorum_batch> newest_voters_;
  std::shared_ptr<const quorum_batch> voters_before_;
  offset_t start_offset_ = 0;
  offset_t committed_ = 0;
  /// Oldest first; all of them are on disk.
  std::vector<snapshot_id> snapshots_;
};

} // namespace troupe::cluster::test
