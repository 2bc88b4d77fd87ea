// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "forgetful_view.h"
#include "group_shard.h"

#include <tests/storage/log_fixture.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace troupe::actors {

/// One offsets partition on a log whose disk tears what was not synced, and a
/// view that a power cut sets back. Each step of a commit is one call; `crash`
/// may come between any two. An append is acknowledged when it was synced.
class group_shard_chaos {
public:
  /// How far the batch in flight has come.
  enum class stage : uint8_t { idle, taken, written, synced, applied };

  explicit group_shard_chaos(uint64_t seed);

  /// The group commits the next offset.
  void commit(const std::string& group, int32_t partition);
  /// Nothing happens when there is nothing to take.
  void take_batch();
  void write();
  void sync();
  void apply();
  /// What was decided leaves; members believe it.
  void answer();
  void update_view();
  void flush_view();
  /// Power cut, start, and a look at every offset.
  void crash();
  /// Empty: no offset went back, none was lost, none came from nowhere.
  std::string look();

  stage at() const noexcept { return stage_; }
  storage::offset_t committed(const std::string& group, int32_t partition);

private:
  using key = std::pair<std::string, int32_t>;
  struct offsets {
    storage::offset_t sent = -1;
    /// What a member was told, or read.
    storage::offset_t known = -1;
  };

  void start();

  std::mt19937_64 random_;
  storage::test::log_fixture store_;
  forgetful_view view_;
  std::unique_ptr<group_shard> shard_;
  cluster::group_time now_{1000, 1'700'000'000'000};
  storage::leader_epoch_t leader_epoch_ = 0;

  stage stage_ = stage::idle;
  std::optional<storage::buffer> batch_;
  storage::offset_t batch_end_ = 0;
  uint64_t next_ticket_ = 1;
  std::map<uint64_t, std::pair<key, storage::offset_t>> waiting_;
  std::map<key, offsets> offsets_;
};

} // namespace troupe::actors
