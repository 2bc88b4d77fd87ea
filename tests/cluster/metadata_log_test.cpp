// SPDX-License-Identifier: Apache-2.0
#include <metadata_snapshot.h>
#include <tests/cluster/images.h>
#include <tests/storage/fault_file_system.h>
#include <troupe/cluster/metadata_log.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;
using storage::errc;
using storage::test::fault_file_system;
using storage::test::operation;

namespace {

const std::string directory = "/data/__cluster_metadata-0";

metadata_log_options options() {
  metadata_log_options x;
  x.directory = "/data";
  x.now = 1000;
  return x;
}

/// Snapshots every five records, segments of a few batches.
metadata_log_options small() {
  auto x = options();
  x.snapshot_records = 5;
  x.segment_bytes = 400;
  return x;
}

std::unique_ptr<metadata_log>
open(fault_file_system& fs, const metadata_log_options& with) {
  auto log = metadata_log::open(fs, with);
  REQUIRE_MESSAGE(log, log.error().message);
  return std::move(*log);
}

errc opening(fault_file_system& fs, const metadata_log_options& with) {
  auto log = metadata_log::open(fs, with);
  REQUIRE_FALSE(log);
  CHECK_FALSE(log.error().message.empty());
  return log.error().code;
}

image_ptr append(metadata_log& log, const metadata_delta& delta) {
  auto image = log.append(delta, 2000);
  REQUIRE_MESSAGE(image, image.error().message);
  CHECK(*image == log.image());
  return *image;
}

metadata_delta numbered_topic(int i) {
  return {topic("t" + std::to_string(i), id(static_cast<uint8_t>(i + 1)))};
}

/// Topics t0...t<count-1>, each an append of its own.
image_ptr append_topics(metadata_log& log, int first, int count) {
  for (int i = first; i < first + count; ++i)
    append(log, numbered_topic(i));
  return log.image();
}

std::vector<std::string> names(fault_file_system& fs, std::string_view suffix) {
  auto all = fs.list(directory);
  REQUIRE(all);
  std::vector<std::string> found;
  for (const auto& name : *all)
    if (name.ends_with(suffix))
      found.push_back(name);
  return found;
}

} // namespace

TEST_CASE("metadata log: a new one is empty and durable") {
  fault_file_system fs;
  auto log = open(fs, options());
  CHECK(same(*log->image(), metadata_image{}));
  fs.crash(1);
  CHECK(same(*open(fs, options())->image(), metadata_image{}));
}

TEST_CASE("metadata log: what was appended is there after closing") {
  fault_file_system fs;
  auto log = open(fs, options());
  append(*log, {cluster_created{"c"}, node(1)});
  auto image = append(*log, {topic("a", id(1), 3, {{"retention.ms", "1"}})});
  CHECK(image->end_offset == 3);
  REQUIRE(log->close());
  log.reset();
  auto again = open(fs, options());
  CHECK(same(*again->image(), *image));
  CHECK(append(*again, {topic_deleted{id(1)}})->end_offset == 4);
}

TEST_CASE("metadata log: what was appended survives a power cut") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    fault_file_system fs;
    auto log = open(fs, small());
    auto image = append_topics(*log, 0, 3 + static_cast<int>(seed));
    fs.crash(seed);
    CHECK(same(*open(fs, small())->image(), *image));
  }
}

TEST_CASE("metadata log: an empty delta writes nothing") {
  fault_file_system fs;
  auto log = open(fs, options());
  auto syncs = fs.syncs();
  CHECK(append(*log, {}) == log->image());
  CHECK(fs.syncs() == syncs);
}

TEST_CASE("metadata log: a delta that contradicts the image changes nothing") {
  fault_file_system fs;
  auto log = open(fs, options());
  auto image = append(*log, {topic("a", id(1))});
  auto refused = log->append({node(1), topic("a", id(2))}, 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  CHECK(log->image() == image);
  log.reset();
  CHECK(same(*open(fs, options())->image(), *image));
}

TEST_CASE("metadata log: a delta larger than a segment is refused") {
  fault_file_system fs;
  auto log = open(fs, small());
  CHECK_FALSE(log->append({topic("wide", id(1), 100)}, 0));
  CHECK(append(*log, {topic("narrow", id(1))})->end_offset == 1);
}

TEST_CASE(
    "metadata log: a failed write changes nothing and may be tried again") {
  fault_file_system fs;
  auto log = open(fs, options());
  append(*log, numbered_topic(0));
  fs.inject(operation::write, ".log", ENOSPC);
  auto failed = log->append(numbered_topic(1), 0);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::disk_full);
  CHECK(log->image()->topics.size() == 1);
  auto image = append(*log, numbered_topic(2));
  fs.crash(3);
  CHECK(same(*open(fs, options())->image(), *image));
}

TEST_CASE("metadata log: after a failed sync nothing is appended any more") {
  fault_file_system fs;
  auto log = open(fs, options());
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
  auto log = open(fs, options());
  REQUIRE(log->close());
  auto refused = log->append(numbered_topic(0), 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::closed);
}

TEST_CASE("metadata log: snapshots let old segments and snapshots go") {
  fault_file_system fs;
  auto log = open(fs, small());
  auto image = append_topics(*log, 0, 60);
  auto snapshots = names(fs, ".checkpoint");
  CHECK(snapshots
        == std::vector<std::string>{"00000000000000000055.checkpoint",
                                    "00000000000000000060.checkpoint"});
  auto segments = names(fs, ".log");
  REQUIRE_FALSE(segments.empty());
  CHECK(segments.front() > "00000000000000000040.log");
  CHECK(segments.front() <= "00000000000000000055.log");
  CHECK(names(fs, ".deleted").empty());
  CHECK_FALSE(log->snapshot_error());
  log.reset();
  auto again = open(fs, small());
  CHECK(same(*again->image(), *image));
  // The count goes on where it stopped.
  append_topics(*again, 60, 4);
  CHECK(names(fs, ".checkpoint") == snapshots);
  append_topics(*again, 64, 1);
  CHECK(names(fs, ".checkpoint").back() == "00000000000000000065.checkpoint");
}

TEST_CASE("metadata log: a damaged newest snapshot loses nothing") {
  fault_file_system fs;
  auto log = open(fs, small());
  auto image = append_topics(*log, 0, 23);
  log.reset();
  auto newest = directory + "/" + names(fs, ".checkpoint").back();
  auto content = fs.content(newest);
  for (size_t position : {size_t{0}, size_t{30}, content.size() - 1}) {
    fs.put(newest, content);
    fs.flip_bit(newest, position);
    CHECK(same(*open(fs, small())->image(), *image));
  }
  for (size_t size : {size_t{0}, size_t{60}, content.size() - 1}) {
    auto torn = content;
    torn.resize(size);
    fs.put(newest, torn);
    CHECK(same(*open(fs, small())->image(), *image));
  }
  REQUIRE(fs.remove(newest));
  CHECK(same(*open(fs, small())->image(), *image));
}

TEST_CASE("metadata log: a damaged snapshot is never the one that is kept") {
  fault_file_system fs;
  auto log = open(fs, small());
  append_topics(*log, 0, 20);
  log.reset();
  fs.flip_bit(directory + "/00000000000000000020.checkpoint", 40);
  log = open(fs, small());
  auto image = append_topics(*log, 20, 5);
  CHECK(names(fs, ".checkpoint")
        == std::vector<std::string>{"00000000000000000015.checkpoint",
                                    "00000000000000000021.checkpoint"});
  log.reset();
  fs.flip_bit(directory + "/00000000000000000021.checkpoint", 40);
  CHECK(same(*open(fs, small())->image(), *image));
}

TEST_CASE("metadata log: without a readable snapshot a cut log is refused") {
  fault_file_system fs;
  auto log = open(fs, small());
  append_topics(*log, 0, 60);
  log.reset();
  for (const auto& name : names(fs, ".checkpoint"))
    fs.flip_bit(directory + "/" + name, 40);
  CHECK(opening(fs, small()) == errc::corrupt_log);
}

TEST_CASE("metadata log: a log that ends before its snapshot is refused") {
  fault_file_system fs;
  auto log = open(fs, options());
  append_topics(*log, 0, 3);
  auto image = log->image();
  log.reset();
  metadata_image ahead = *image;
  ahead.end_offset = 9;
  REQUIRE(write_snapshot(fs, directory, ahead, 0));
  CHECK(opening(fs, options()) == errc::corrupt_log);
}

TEST_CASE("metadata log: a snapshot of a newer version is refused") {
  fault_file_system fs;
  auto log = open(fs, options());
  append_topics(*log, 0, 2);
  log.reset();
  const char unknown[] = {2, 1, 0};
  storage::batch_builder builder;
  builder.base_offset(1).add(0, std::nullopt, std::string_view{unknown, 3});
  auto batch = builder.build();
  fs.put(snapshot_path(directory, 1),
         {batch.bytes().begin(), batch.bytes().end()});
  CHECK(opening(fs, options()) == errc::unsupported_format);
}

TEST_CASE("metadata log: damage before the tail is an error, not a loss") {
  fault_file_system fs;
  auto log = open(fs, options());
  append_topics(*log, 0, 5);
  log.reset();
  auto segment = directory + "/00000000000000000000.log";
  auto whole = fs.content(segment);
  auto last = whole.size() / 5 * 4;
  for (size_t position : {size_t{0}, size_t{20}, size_t{70}, last - 1}) {
    fs.flip_bit(segment, position);
    CHECK(opening(fs, options()) == errc::corrupt_log);
    // Refusing changed nothing on the disk.
    fs.flip_bit(segment, position);
    CHECK(fs.content(segment) == whole);
  }
  CHECK(open(fs, options())->image()->topics.size() == 5);
}

TEST_CASE("metadata log: a missing segment is an error, not a loss") {
  fault_file_system fs;
  auto with = small();
  with.snapshot_records = 1000;
  auto log = open(fs, with);
  append_topics(*log, 0, 20);
  log.reset();
  auto segments = names(fs, ".log");
  REQUIRE(segments.size() > 2);
  REQUIRE(fs.remove(directory + "/" + segments[1]));
  CHECK(opening(fs, with) == errc::corrupt_log);
  REQUIRE(fs.remove(directory + "/" + segments[0]));
  CHECK(opening(fs, with) == errc::corrupt_log);
}

TEST_CASE("metadata log: a torn tail is cut at every byte") {
  fault_file_system fs;
  auto log = open(fs, options());
  auto kept = append_topics(*log, 0, 2);
  auto segment = directory + "/00000000000000000000.log";
  auto size = fs.content(segment).size();
  append_topics(*log, 2, 1);
  log.reset();
  auto whole = fs.content(segment);
  for (auto torn = size; torn < whole.size(); ++torn) {
    CAPTURE(torn);
    auto content = whole;
    content.resize(torn);
    fs.put(segment, content);
    auto again = open(fs, options());
    CHECK(same(*again->image(), *kept));
    CHECK(append(*again, numbered_topic(7))->end_offset == 3);
  }
}

TEST_CASE("metadata log: a snapshot that cannot be written fails no append") {
  fault_file_system fs;
  auto log = open(fs, small());
  fs.inject(operation::rename, ".checkpoint", EIO);
  auto image = append_topics(*log, 0, 6);
  CHECK(log->snapshot_error());
  CHECK(names(fs, ".checkpoint").empty());
  image = append_topics(*log, 6, 4);
  CHECK_FALSE(log->snapshot_error());
  CHECK(names(fs, ".checkpoint").size() == 1);
  fs.crash(5);
  CHECK(same(*open(fs, small())->image(), *image));
}
