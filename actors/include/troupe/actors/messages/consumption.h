// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <string>

#pragma GCC visibility push(default)

/// Messages about how far the consumers of a partition have come. Local only.
namespace troupe::actors {

/// How far has a group committed?
struct find_commit {
  /// Of this partition.
  storage::topic_partition partition;
  /// This group; empty: of all groups the one that is furthest.
  std::string group;
};

/// The answer to `find_commit`.
struct found_commit {
  /// `no_offset`: nothing is committed, as far as this node knows.
  storage::offset_t offset = storage::no_offset;
  /// False: the group's commits, or those of some groups, are kept by other
  /// nodes only.
  bool complete = true;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_commit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::found_commit)
