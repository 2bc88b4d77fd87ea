// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/storage/log.h>
#include <troupe/storage/timestamp_search.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Messages to the actors that may block on a disk. Local only.
namespace troupe::actors {

/// Hands a log from one actor to another; the receiver takes it out.
using log_box = std::shared_ptr<std::unique_ptr<storage::log>>;

/// Open (and recover) the log of one partition.
struct open_log {
  storage::topic_partition name;
  storage::uuid topic_id;
  storage::log_config config;
};

/// The log, whose only owner the receiver is; null with a problem.
struct log_opened {
  problem why;
  log_box value;
  storage::recovery_report report;
  /// As it was known when the log was last saved; 0 when it was not.
  storage::offset_t high_watermark = 0;
};

/// Sync and close a log and save its checkpoint; or, if `erase` is set, remove
/// it, and sync nothing first.
struct close_log {
  log_box value;
  storage::offset_t high_watermark = 0;
  bool erase = false;
};

/// The log is closed, erased or set aside, or its directory is marked. A
/// problem means that the next start has something to recover.
struct log_closed {
  problem why;
};

/// Remove the log of a partition that nobody serves.
struct erase_log {
  storage::topic_partition name;
  storage::uuid topic_id;
};

/// Rename the directory of a log that the metadata does not know to
/// `...-stray`. It is never removed: if the metadata is wrong, it is all there
/// is. One that cannot be renamed stays where it is.
struct set_log_aside {
  storage::topic_partition name;
  storage::uuid topic_id;
};

/// Save what the offset store has to know, durably (DeleteRecords).
struct save_checkpoint {
  storage::topic_partition name;
  storage::partition_checkpoint value;
};

/// The checkpoint survives a power cut, unless there was a problem.
struct checkpoint_saved {
  problem why;
};

/// Save it some time: after a crash it only spares work and keeps damage small.
struct keep_checkpoint {
  storage::topic_partition name;
  storage::partition_checkpoint value;
};

/// Remove files after `delay`; what a stop leaves behind goes at next open.
struct remove_files {
  std::vector<std::string> paths;
  std::chrono::milliseconds delay{0};
};

/// From a log keeper to itself.
struct remove_files_now {
  std::vector<std::string> paths;
};

/// Mark the directory as cleanly closed: every log was closed before.
struct mark_clean_shutdown {};

/// DescribeLogDirs.
struct describe_directory {};

/// A data directory and its disk; sizes of -1 are not known.
struct directory_description {
  std::string path;
  problem why;
  int64_t total_bytes = -1;
  int64_t usable_bytes = -1;
};

/// Everything below `end_offset` is durable, or why not.
struct files_synced {
  problem why;
  storage::offset_t end_offset = 0;
};

/// From a disk sync to itself, behind the requests it groups.
struct sync_pending {};

/// Bring a cold slice into the page cache, then call `done`.
struct read_in_slice {
  storage::file_slice slice;
  std::function<void()> done;
};

/// Look for a record by its time; answered with found_offset. The search has
/// files of its own and is used by its receiver alone.
struct run_search {
  std::shared_ptr<storage::timestamp_search> search;
  /// As in find_offset.
  storage::timestamp_ms timestamp = 0;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::open_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::log_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::close_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::log_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::erase_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::set_log_aside)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::save_checkpoint)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::checkpoint_saved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::keep_checkpoint)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::remove_files)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::remove_files_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::mark_clean_shutdown)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::describe_directory)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::directory_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::files_synced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::sync_pending)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::read_in_slice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::run_search)
