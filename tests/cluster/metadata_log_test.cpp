// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <tests/cluster/metadata_log_fixture.h>

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;
using storage::errc;
using storage::test::operation;

TEST_CASE("metadata log: a new one is empty and durable") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  CHECK(same(*log->image(), metadata_image{}));
  fs.crash(1);
  CHECK(same(*open_log(fs, default_log())->image(), metadata_image{}));
}

TEST_CASE("metadata log: what was appended is there after closing") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append(*log, {cluster_created{"c"}, node(1)});
  auto image = append(*log, {topic("a", id(1), 3, {{"retention.ms", "1"}})});
  CHECK(image->end_offset == 3);
  REQUIRE(log->close());
  log.reset();
  auto again = open_log(fs, default_log());
  CHECK(same(*again->image(), *image));
  CHECK(append(*again, {topic_deleted{id(1)}})->end_offset == 4);
}

TEST_CASE("metadata log: what was appended survives a power cut") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    fault_file_system fs;
    auto log = open_log(fs, small_log());
    auto image = append_topics(*log, 0, 3 + static_cast<int>(seed));
    fs.crash(seed);
    CHECK(same(*open_log(fs, small_log())->image(), *image));
  }
}

TEST_CASE("metadata log: an empty delta writes nothing") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  auto syncs = fs.syncs();
  CHECK(append(*log, {}) == log->image());
  CHECK(fs.syncs() == syncs);
}

TEST_CASE("metadata log: a delta that contradicts the image changes nothing") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  auto image = append(*log, {topic("a", id(1))});
  auto refused = log->append({node(1), topic("a", id(2))}, 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  CHECK(log->image() == image);
  log.reset();
  CHECK(same(*open_log(fs, default_log())->image(), *image));
}

TEST_CASE("metadata log: a delta larger than a segment is refused") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  CHECK_FALSE(log->append({topic("wide", id(1), 100)}, 0));
  CHECK(append(*log, {topic("narrow", id(1))})->end_offset == 1);
}

TEST_CASE(
    "metadata log: a failed write changes nothing and may be tried again") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append(*log, numbered_topic(0));
  fs.inject(operation::write, ".log", ENOSPC);
  auto failed = log->append(numbered_topic(1), 0);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::disk_full);
  CHECK(log->image()->topics.size() == 1);
  auto image = append(*log, numbered_topic(2));
  fs.crash(3);
  CHECK(same(*open_log(fs, default_log())->image(), *image));
}

TEST_CASE("metadata log: after a failed sync nothing is appended any more") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  auto image = append(*log, numbered_topic(0));
  fs.inject(operation::sync, ".log", EIO);
  CHECK_FALSE(log->append(numbered_topic(1), 0));
  CHECK(log->image() == image);
  auto refused = log->append(numbered_topic(2), 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::poisoned);
  CHECK_FALSE(log->close());
}

TEST_CASE("metadata log: a closed log takes no records") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  REQUIRE(log->close());
  auto refused = log->append(numbered_topic(0), 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::closed);
}

TEST_CASE("metadata log: snapshots let old segments and snapshots go") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  auto image = append_topics(*log, 0, 60);
  auto snapshots = log_files(fs, ".checkpoint");
  CHECK(snapshots
        == std::vector<std::string>{"00000000000000000055.checkpoint",
                                    "00000000000000000060.checkpoint"});
  auto segments = log_files(fs, ".log");
  REQUIRE_FALSE(segments.empty());
  CHECK(segments.front() > "00000000000000000040.log");
  CHECK(segments.front() <= "00000000000000000055.log");
  CHECK(log_files(fs, ".deleted").empty());
  CHECK_FALSE(log->snapshot_error());
  log.reset();
  auto again = open_log(fs, small_log());
  CHECK(same(*again->image(), *image));
  // The count goes on where it stopped.
  append_topics(*again, 60, 4);
  CHECK(log_files(fs, ".checkpoint") == snapshots);
  append_topics(*again, 64, 1);
  CHECK(log_files(fs, ".checkpoint").back()
        == "00000000000000000065.checkpoint");
}

TEST_CASE("metadata log: a snapshot that cannot be written fails no append") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  fs.inject(operation::rename, ".checkpoint", EIO);
  auto image = append_topics(*log, 0, 6);
  CHECK(log->snapshot_error());
  CHECK(log_files(fs, ".checkpoint").empty());
  image = append_topics(*log, 6, 4);
  CHECK_FALSE(log->snapshot_error());
  CHECK(log_files(fs, ".checkpoint").size() == 1);
  fs.crash(5);
  CHECK(same(*open_log(fs, small_log())->image(), *image));
}
