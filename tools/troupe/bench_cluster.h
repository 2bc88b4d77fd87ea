// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.h"
#include "bench_socket.h"

#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <vector>

namespace troupe::bench {

/// A partition that the bench works on, as it was before the run.
struct bench_partition {
  int32_t index = 0;
  address leader;
  storage::offset_t start_offset = 0;
  storage::offset_t end_offset = 0;
};

/// Partitions of the topic with their leaders and offsets. With
/// `create_missing` a topic that does not exist is created first. Asks the
/// broker for its versions and refuses one that lacks what the bench sends.
result<std::vector<bench_partition>>
prepare_topic(const bench_options& options, bool create_missing);

/// A new producer id (its epoch is 0), for idempotent batches.
result<storage::producer_id_t> new_producer_id(const bench_options& options);

result<void> delete_topic(const bench_options& options);

} // namespace troupe::bench
