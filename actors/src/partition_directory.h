// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <optional>
#include <string>
#include <string_view>

/// The names of directories below a data directory, as Kafka has them.
namespace troupe::actors {

/// `orders-7` -> {orders, 7}; nothing for names that no partition of ours has
/// and for the metadata log, which is not a partition that clients see.
std::optional<storage::topic_partition>
parse_partition_directory(std::string_view name);

/// Of a log on its way out: `orders-7.<topic id>-delete`. The id keeps it
/// apart from a topic created again; a long topic name is cut, because the
/// file system takes no more than 255 bytes.
std::string doomed_directory_name(const storage::topic_partition& tp,
                                  const storage::uuid& topic_id);

/// Whether `doomed_directory_name` made this name.
bool is_doomed_directory(std::string_view name);

/// Of a log that the metadata does not know: `orders-7.<topic id>-stray`.
std::string stray_directory_name(const storage::topic_partition& tp,
                                 const storage::uuid& topic_id);

} // namespace troupe::actors
