// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_file_system.h"

#include <troupe/storage/log.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage::test {

/// A log in memory with small segments, and short words for what tests do.
struct log_fixture {
  static constexpr const char* directory = "/data/orders-0";

  fault_file_system fs;
  log_options options;
  std::unique_ptr<log> log_;
  recovery_report report;
  /// What an offset store would hold.
  std::optional<partition_checkpoint> saved;
  timestamp_ms now = 1'000'000;

  log_fixture();

  /// Empty when it worked.
  std::string try_open(bool clean);
  void open(bool clean = false);
  /// Close and open again.
  void restart();
  /// Drop the log as a killed process does; files stay as programs saw them.
  void kill_and_open();

  log& operator*() { return *log_; }
  log* operator->() { return log_.get(); }

  /// One batch of `count` records of `bytes` bytes with timestamp `now`.
  static buffer batch(int count, size_t bytes, timestamp_ms timestamp,
                      producer_id_t producer = no_producer_id,
                      int32_t sequence = -1);
  result<append_info> try_append(const buffer& x, leader_epoch_t epoch = 0);
  /// The new end offset.
  offset_t append(int count = 1, size_t bytes = 100);
  /// What sync_plan asks for, done.
  void sync();

  std::string path(offset_t base, const std::string& suffix) const;
  std::vector<std::byte>
  content(offset_t base, const std::string& suffix) const {
    return fs.content(path(base, suffix));
  }
  /// Base offsets of the batches in what a read returned.
  std::vector<offset_t> bases(const read_info& x) const;
  std::vector<offset_t> read_bases(offset_t from, uint32_t bytes_max = 1 << 20,
                                   offset_t limit = 1'000'000);
};

/// The error of something that must have failed.
template <class T>
errc code_of(const result<T>& x) {
  return x ? errc{} : x.error().code;
}

} // namespace troupe::storage::test
