// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/kind_headers.h>
#include <troupe/cluster/mover_marks.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a mover takes out of an inbox and puts into a topic.
namespace troupe::actors {

/// To consumers, on the first record of each batch that was moved: where a
/// mover begins again, as `<inbox>-<topic>-<acknowledgements>`.
inline constexpr std::string_view position_header = "troupe.position";

/// One record of an inbox, in memory of its own.
struct moved_record {
  storage::offset_t offset = 0;
  storage::timestamp_ms timestamp = storage::no_timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  /// Of its delivery, in the topic or the last before it became a dead letter.
  int32_t attempt = 1;
  /// Static text for `troupe.reason`; empty: nothing was wrong.
  std::string_view fault;
};

moved_record copy_of(const storage::record_view& x, std::string_view fault);

/// Bytes of key, value and headers.
size_t content_bytes(const storage::record_view& x) noexcept;

/// The batch that shows `records`, of that partition, in this order. Not empty.
storage::buffer build_moved(int32_t partition,
                            const cluster::mover_position& position,
                            const std::vector<moved_record>& records);

/// The batch with which they become dead letters. Not empty.
storage::buffer
build_dead_letters(int32_t partition, const std::vector<moved_record>& records);

/// The batch that accepts their deliveries, of that time. Not empty.
storage::buffer build_acceptances(int32_t partition, storage::timestamp_ms now,
                                  const std::vector<moved_record>& records);

/// Nothing when the text is anything else.
std::optional<cluster::mover_position> parse_position(std::string_view text);

/// The position that the last of these whole batches carries, if it does.
std::optional<cluster::mover_position>
last_position(std::span<const std::byte> batches);

/// Calls `visit` with each of these whole batches of our own log; false stops.
/// Fails with corrupt_log or corrupt_batch.
result<void>
for_each_batch(std::span<const std::byte> batches,
               const std::function<bool(const storage::batch_header&,
                                        std::span<const std::byte>)>& visit);

} // namespace troupe::actors
