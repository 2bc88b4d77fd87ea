// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log_view.h>
#include <troupe/storage/node_database.h>
#include <troupe/storage/result.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::storage::test {

using entries = std::vector<std::pair<std::string, std::string>>;
using changes = std::vector<view_change>;

inline const topic_partition offsets{"__consumer_offsets", 3};

/// The database in a directory, which has to open.
node_database opened(const std::string& path);

std::optional<offset_t> end_of(log_view& view, const topic_partition& tp);

std::optional<std::string>
value_of(log_view& view, const topic_partition& tp, std::string_view key);

entries
scanned(log_view& view, const topic_partition& tp, std::string_view prefix);

errc refusal_of(const result<void>& x);

/// Replaces all of 50 keys by the number of the step, as one batch.
void apply_step(log_view& view, const topic_partition& tp, int step,
                size_t value_bytes);

/// Every key tells the step before the position, or there is nothing.
void check_whole(log_view& view, const topic_partition& tp);

} // namespace troupe::storage::test
