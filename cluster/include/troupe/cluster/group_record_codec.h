// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_record.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Key and value of a record, in Kafka's own format; no value is a tombstone.
struct group_record_bytes {
  std::vector<std::byte> key;
  std::optional<std::vector<std::byte>> value;

  bool operator==(const group_record_bytes&) const = default;
};

/// The key and value that stand for a record of either protocol.
group_record_bytes encode(const group_record& x);

/// The key of an `offset_commit`, to look it up.
std::vector<std::byte>
offset_commit_key(std::string_view group, const storage::topic_partition& tp);
/// What the keys of all commits of `group` begin with, and of no other group.
std::vector<std::byte> offset_commit_key_prefix(std::string_view group);
/// The key of a `group_metadata`.
std::vector<std::byte> group_metadata_key(std::string_view group);
/// What the keys begin with of all records that make groups what they are:
/// everything but offsets. One prefix per kind of record.
std::vector<std::vector<std::byte>> group_key_prefixes();

/// The version in front of a key, which is its type: 0 and 1 are offset
/// commits, 2 is group metadata, 3 and above belong to KIP-848 groups.
result<int16_t> group_key_version(std::span<const std::byte> key);

/// `unsupported_format` for key or value versions that we do not know or need
/// not know, which is no reason to stop reading; `corrupt_log` for bytes that
/// fit no layout.
result<group_record>
decode_group_record(std::span<const std::byte> key,
                    std::optional<std::span<const std::byte>> value);

} // namespace troupe::cluster

#pragma GCC visibility pop
