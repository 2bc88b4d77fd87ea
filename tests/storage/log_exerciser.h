// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_file_system.h"
#include "log_model.h"

#include <troupe/storage/log.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace troupe::storage::test {

/// Does random things to a log on a bad disk and to its model, and compares
/// them. Everything follows from the seed.
class log_exerciser {
public:
  explicit log_exerciser(uint64_t seed);

  /// What went wrong, with the number of the operation; empty if nothing.
  std::string run(int operations);

private:
  std::string step();
  void open(bool clean, bool with_checkpoint);
  std::string reopen();
  std::string crash();
  std::string append();
  std::string append_idempotent();
  std::string append_replicated();
  std::string retry();
  std::string expect_append(model_batch x);
  std::string append_with_fault();
  std::string append_to_full_disk();
  std::string truncate();
  std::string delete_records();
  std::string retention();
  std::string sync();
  std::string compact();
  std::string swap(const cleaned_segment& x);
  std::string adopt();
  std::string look();
  model_batch make_batch(producer_id_t producer, int32_t sequence);
  void sweep(const removed_files& removed);

  uint64_t below(uint64_t n) { return random_() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }
  offset_t any_offset();

  std::mt19937_64 random_;
  fault_file_system fs_;
  log_options options_;
  std::unique_ptr<log> log_;
  log_model model_;
  partition_checkpoint saved_;
  recovery_report report_;
  std::string trouble_;
  leader_epoch_t epoch_ = 0;
  timestamp_ms now_ = 1'000'000;
  bool swap_failed_ = false;
  /// What was committed once is not truncated any more.
  offset_t committed_ = 0;
  std::map<producer_id_t, int32_t> next_sequence_;
};

} // namespace troupe::storage::test
