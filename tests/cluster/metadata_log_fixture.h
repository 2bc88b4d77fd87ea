// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/storage/fault_file_system.h>
#include <troupe/cluster/metadata_log.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster::test {

using storage::test::fault_file_system;

/// Where the metadata log lies in the tests' file system.
inline const std::string log_directory = "/data/__cluster_metadata-0";

metadata_log_options default_log();
/// Snapshots every five records, segments of a few batches.
metadata_log_options small_log();

/// The log of a node that is alone: all of it is committed. Fails the test when
/// it cannot be opened.
std::unique_ptr<metadata_log>
open_log(fault_file_system& fs, const metadata_log_options& with);

/// Why the log cannot be opened; fails the test when it can.
storage::errc
fault_of_opening(fault_file_system& fs, const metadata_log_options& with);

image_ptr append(metadata_log& log, const metadata_delta& delta);

/// Neither synced nor committed. The vote is as if this node had been elected.
void append_as_leader(metadata_log& log, const metadata_delta& delta,
                      leader_epoch_t epoch);

/// All bytes of a snapshot.
std::vector<std::byte> read_snapshot(metadata_log& log, const snapshot_id& id);

/// Another log, in /copy, that begins with this snapshot of `log`.
std::unique_ptr<metadata_log>
open_copy(fault_file_system& fs, metadata_log& log, const snapshot_id& id);

/// Topic t<i>.
metadata_delta numbered_topic(int i);

/// `count` topics from t<first> on, each an append of its own.
image_ptr append_topics(metadata_log& log, int first, int count);

/// Files of the log that end in `suffix`, sorted.
std::vector<std::string>
log_files(fault_file_system& fs, std::string_view suffix);

} // namespace troupe::cluster::test
