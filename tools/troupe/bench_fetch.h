// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_cluster.h"
#include "bench_driver.h"
#include "bench_frames.h"
#include "bench_options.h"
#include "bench_produce.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace troupe::bench {

/// Reads its partitions with as many cursors as requests may be on their way;
/// cursors of the same partition begin at different places.
class fetch_source : public request_source {
public:
  fetch_source(const bench_options& options,
               const std::vector<bench_partition>& partitions,
               const quota& limit);

  std::optional<request>
  next(int32_t correlation_id, nanoseconds intended) override;
  result<amount>
  on_answer(std::span<const std::byte> frame, nanoseconds now) override;

private:
  struct cursor {
    int32_t partition;
    storage::offset_t start;
    storage::offset_t end;
    storage::offset_t position;
  };

  result<amount> take_records(cursor& at, const fetch_answer& answer);

  std::string topic_;
  fetch_frame frame_;
  quota limit_;
  at_end then_;
  /// May ask.
  std::deque<cursor> idle_;
  /// Asked, in order.
  std::deque<cursor> asked_;
  amount received_;
};

} // namespace troupe::bench
