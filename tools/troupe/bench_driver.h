// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_clock.h"
#include "bench_histogram.h"
#include "bench_socket.h"

#include <troupe/storage/result.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace troupe::bench {

/// A frame to send and what it is worth.
struct request {
  /// Valid until the next call to the source.
  std::span<const std::byte> frame;
  uint64_t bytes = 0;
  uint64_t records = 0;
};

struct amount {
  uint64_t bytes = 0;
  uint64_t records = 0;
};

/// What one connection says: makes its requests and judges the answers, which
/// come in the order of the requests. Used by one thread.
class request_source {
public:
  virtual ~request_source() = default;

  /// The next request; none: nothing to ask until an answer comes, or ever.
  /// `intended` is when it ought to leave.
  virtual std::optional<request>
  next(int32_t correlation_id, nanoseconds intended) = 0;

  /// Takes the answer (without size prefix), whose correlation id is right.
  virtual result<amount>
  on_answer(std::span<const std::byte> frame, nanoseconds now) = 0;

  /// False for acks=0, where no answer will come.
  virtual bool expects_answers() const { return true; }

  /// Called after the last answer of a run that nothing cut short.
  virtual result<void> on_end() { return {}; }
};

/// When to send and when to count.
struct drive_plan {
  /// Answers from then on are counted.
  nanoseconds measure_from = 0;
  /// No request leaves after that; answers still on their way are awaited.
  nanoseconds stop_at = 0;
  /// Requests without an answer at any time.
  int32_t pipeline = 1;
  /// Time between two requests, 0: as fast as possible.
  nanoseconds interval = 0;
  /// When the first request leaves.
  nanoseconds first_at = 0;
};

/// What a connection did in the measured time. Its thread writes; the progress
/// line reads the atomics meanwhile, everything else is read after the join.
struct drive_stats {
  std::atomic<uint64_t> bytes = 0;
  std::atomic<uint64_t> records = 0;
  uint64_t requests = 0;
  nanoseconds last_answer = 0;
  /// From the intended time of sending to the whole answer, in ns: a request
  /// that had to wait for its turn shows that wait.
  histogram latency;
};

/// Runs the requests of `source` over `socket` until the plan or the source
/// ends them, or `cancelled` becomes true.
result<void> drive(frame_socket& socket, request_source& source,
                   const drive_plan& plan, const std::atomic<bool>& cancelled,
                   drive_stats& stats);

} // namespace troupe::bench
