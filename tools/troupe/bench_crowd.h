// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_clock.h"
#include "bench_coordinator.h"
#include "bench_histogram.h"
#include "bench_member.h"
#include "bench_options.h"
#include "bench_socket.h"

#include <troupe/storage/result.h>
#include <troupe/transport/chunk.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

namespace troupe::bench {

/// Members of groups, each with a connection of its own, all on one thread.
class member_crowd {
public:
  /// Connects all members.
  static result<member_crowd>
  open(const bench_options& options, const std::vector<bench_group>& groups);

  member_crowd(member_crowd&& other) noexcept;
  member_crowd& operator=(member_crowd&&) = delete;
  ~member_crowd();

  /// All join at once. Returns when all members of each group have been given
  /// their assignments in the same generation. A member that settled in an
  /// earlier one learns of the next by heartbeats that it sends all the time.
  result<void> join_all();
  /// Heartbeats, spread evenly, until `end`. Their answers are measured.
  result<void> stay(nanoseconds end);

  size_t size() const noexcept { return seats_.size(); }
  const histogram& latency() const noexcept { return latency_; }
  std::vector<std::string> member_ids(size_t group) const;

private:
  struct seat {
    frame_socket socket;
    group_member member;
    size_t group = 0;
    nanoseconds asked_at = 0;
  };

  /// How far a group has come in its newest generation.
  struct progress {
    int32_t generation = -1;
    size_t settled = 0;
  };

  /// When, and which seat.
  using alarm = std::pair<nanoseconds, size_t>;

  explicit member_crowd(const bench_options& options) : options_(options) {}

  result<void> add(const bench_group& group, size_t index);
  result<void> send(seat& to, const transport::chunks& frame);
  /// Takes what has come until `deadline` or the next alarm.
  result<void> wait(nanoseconds deadline);
  result<void> take_answer(size_t index);
  void note_settled(const seat& x);
  result<void> send_due_heartbeats();

  const bench_options& options_;
  int poll_descriptor_ = -1;
  std::vector<seat> seats_;
  std::vector<progress> groups_;
  size_t groups_complete_ = 0;
  std::priority_queue<alarm, std::vector<alarm>, std::greater<>> alarms_;
  nanoseconds heartbeat_interval_ = 0;
  histogram latency_;
};

} // namespace troupe::bench
