// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/offset_store.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace troupe::storage {

// How the three parts of a checkpoint lie in the database. Every value begins
// with a version (i16), so that a later layout is told from this one: reading
// an unknown version fails with unsupported_format, nonsense with corrupt_log.
// Integers are big-endian.

/// topic | 00 | partition u32: partitions of a topic lie side by side, and no
/// topic is a prefix of another one, because no name contains a zero byte.
std::string checkpoint_key(const topic_partition& tp);

/// version | topic id 16 bytes | log start i64 | recovery point i64 |
/// high watermark i64 | since version 2: first dirty offset i64
std::vector<std::byte> encode_offsets(const partition_offsets& x);
result<partition_offsets> decode_offsets(std::span<const std::byte> bytes);

/// version | count i32 | { epoch i32 | start offset i64 }...
std::vector<std::byte> encode_epochs(const std::vector<epoch_start>& x);
result<std::vector<epoch_start>>
decode_epochs(std::span<const std::byte> bytes);

struct stored_producers {
  offset_t end = 0;
  std::vector<std::byte> table;
};

/// version | end offset i64 | encoded producer table
std::vector<std::byte>
encode_producers(offset_t end, std::span<const std::byte> table);
result<stored_producers> decode_producers(std::span<const std::byte> bytes);

/// All three parts together.
result<partition_checkpoint>
decode_checkpoint(std::span<const std::byte> offsets,
                  std::span<const std::byte> epochs,
                  std::span<const std::byte> producers);

} // namespace troupe::storage
