// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group_shard.h"

#include <troupe/storage/log_view.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::actors {

/// One offsets partition over a view and a log in memory. Time stands still
/// until a test moves it.
class group_shard_fixture {
public:
  group_shard_fixture();

  /// As a start after a crash or a clean stop: a shard that loads what the
  /// view and the log have.
  void restart();

  /// Commits as a client without membership; answered with `ticket`.
  void commit(uint64_t ticket, const std::string& group,
              storage::offset_t offset, int32_t partition = 0);

  /// Appends the next batch to the log; false: there was none.
  bool append();
  /// Takes the next batch; the test says later what became of it.
  storage::buffer begin_append();
  void end_append(const storage::buffer& batch);
  /// An election loses the log: it begins anew, in the next epoch.
  void lose_log();
  /// Offsets of the log, records of the newest batch.
  storage::offset_t log_end() const noexcept { return log_end_; }
  std::span<const std::byte> log() const noexcept { return log_; }
  size_t records_in(const storage::buffer& batch) const;

  /// Tickets answered since the last call, in order.
  std::vector<uint64_t> answered();
  /// The acknowledged offset, -1 when there is none.
  storage::offset_t
  stored_offset(const std::string& group, int32_t partition = 0);

  storage::leader_epoch_t leader_epoch = 4;
  cluster::group_config config;
  cluster::group_time now{1000, 1'700'000'000'000};
  std::unique_ptr<storage::log_view> view = storage::make_memory_log_view();
  std::unique_ptr<group_shard> shard;
  std::vector<cluster::group_answer> last_answers;

private:
  std::vector<std::byte> log_;
  storage::offset_t log_end_ = 0;
};

} // namespace troupe::actors
