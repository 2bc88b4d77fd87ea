// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/queue_kind.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

/// Torments a queue's partition and compares each of its decisions with those
/// of a plain model, which after a crash is built anew from all that was ever
/// written, while the queue begins at the position stored last.
class queue_chaos {
public:
  explicit queue_chaos(uint64_t seed);

  void step();
  /// Consumers accept all they get: everything is finished in the end, by
  /// somebody's acceptance or as a dead letter.
  void heal();

private:
  enum class place : uint8_t {
    fresh,
    flying,
    unseen,
    held,
    waiting,
    burying,
    buried,
    finished,
  };
  struct expected {
    place at = place::fresh;
    int32_t attempt = 0;
    offset_t topic_offset = -1;
    timestamp_ms alarm_ms = 0;
  };

  uint64_t below(uint64_t end) { return random_() % end; }
  offset_t topic_end() const { return static_cast<offset_t>(topic_.size()); }
  timestamp_ms pause_after(int32_t attempt) const;
  bool in_flight(const expected& x) const;

  void begin();
  void recover_model();
  void produce();
  void read(uint64_t count);
  void consume(uint64_t count);
  void act(uint64_t roll);
  void read_acknowledgements(uint64_t count);
  void judge(const acknowledgement& x);
  void retry(expected& x, timestamp_ms failed);
  void decide();
  std::vector<queue_step> expected_deliveries();
  std::set<offset_t> expected_burials();
  void arrive();
  void land();
  void bury_one();
  void store();
  void crash();

  static constexpr int32_t partition_ = 3;

  std::mt19937_64 random_;
  queue_config config_;
  timestamp_ms now_ = 1'000;
  std::optional<queue_kind> core_;
  mover_position stored_;

  // What is on the disks.
  std::map<offset_t, expected> inbox_;
  offset_t inbox_end_ = 0;
  std::vector<delivery_id> topic_;
  std::vector<acknowledgement> acknowledgements_;
  std::set<offset_t> dead_;
  std::set<offset_t> accepted_by_consumers_;

  // What a crash forgets.
  std::vector<queue_step> batch_;
  std::vector<offset_t> to_bury_;
  std::vector<std::pair<offset_t, int32_t>> to_settle_;
  size_t acknowledgements_read_ = 0;
  offset_t consumed_told_ = 0;

  // Consumers.
  offset_t consumed_ = 0;
  std::vector<delivery_id> in_hand_;
};

} // namespace troupe::cluster::test
