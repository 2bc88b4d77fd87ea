// SPDX-License-Identifier: Apache-2.0
#include <metadata_snapshot.h>
#include <tests/cluster/images.h>
#include <tests/cluster/metadata_log_fixture.h>
#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;
using storage::errc;

TEST_CASE("metadata log: a damaged newest snapshot loses nothing") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  auto image = append_topics(*log, 0, 23);
  log.reset();
  auto newest = log_directory + "/" + log_files(fs, ".checkpoint").back();
  auto content = fs.content(newest);
  for (size_t position : {size_t{0}, size_t{30}, content.size() - 1}) {
    fs.put(newest, content);
    fs.flip_bit(newest, position);
    CHECK(same(*open_log(fs, small_log())->image(), *image));
  }
  for (size_t size : {size_t{0}, size_t{60}, content.size() - 1}) {
    auto torn = content;
    torn.resize(size);
    fs.put(newest, torn);
    CHECK(same(*open_log(fs, small_log())->image(), *image));
  }
  REQUIRE(fs.remove(newest));
  CHECK(same(*open_log(fs, small_log())->image(), *image));
}

TEST_CASE("metadata log: a damaged snapshot is never the one that is kept") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  append_topics(*log, 0, 20);
  log.reset();
  fs.flip_bit(log_directory + "/00000000000000000020.checkpoint", 40);
  log = open_log(fs, small_log());
  auto image = append_topics(*log, 20, 5);
  CHECK(log_files(fs, ".checkpoint")
        == std::vector<std::string>{"00000000000000000020.checkpoint",
                                    "00000000000000000025.checkpoint"});
  log.reset();
  fs.flip_bit(log_directory + "/00000000000000000025.checkpoint", 40);
  CHECK(same(*open_log(fs, small_log())->image(), *image));
}

TEST_CASE("metadata log: without a readable snapshot a cut log is refused") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  append_topics(*log, 0, 60);
  log.reset();
  for (const auto& name : log_files(fs, ".checkpoint"))
    fs.flip_bit(log_directory + "/" + name, 40);
  CHECK(fault_of_opening(fs, small_log()) == errc::corrupt_log);
}

TEST_CASE("metadata log: a log that ends before its snapshot is refused") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append_topics(*log, 0, 3);
  auto image = log->image();
  log.reset();
  metadata_image ahead = *image;
  ahead.end_offset = 9;
  REQUIRE(write_snapshot(fs, log_directory, ahead, 0, 0));
  CHECK(fault_of_opening(fs, default_log()) == errc::corrupt_log);
}

TEST_CASE("metadata log: a snapshot of a newer version is refused") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append_topics(*log, 0, 2);
  log.reset();
  const char unknown[] = {2, 1, 0};
  storage::batch_builder builder;
  builder.base_offset(1).add(0, std::nullopt, std::string_view{unknown, 3});
  auto batch = builder.build();
  fs.put(snapshot_path(log_directory, 1),
         {batch.bytes().begin(), batch.bytes().end()});
  CHECK(fault_of_opening(fs, default_log()) == errc::unsupported_format);
}

TEST_CASE("metadata log: damage before the tail is an error, not a loss") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append_topics(*log, 0, 5);
  log.reset();
  auto segment = log_directory + "/00000000000000000000.log";
  auto whole = fs.content(segment);
  auto last = whole.size() / 5 * 4;
  for (size_t position : {size_t{0}, size_t{20}, size_t{70}, last - 1}) {
    fs.flip_bit(segment, position);
    CHECK(fault_of_opening(fs, default_log()) == errc::corrupt_log);
    // Refusing changed nothing on the disk.
    fs.flip_bit(segment, position);
    CHECK(fs.content(segment) == whole);
  }
  CHECK(open_log(fs, default_log())->image()->topics.size() == 5);
}

TEST_CASE("metadata log: a missing segment is an error, not a loss") {
  fault_file_system fs;
  auto with = small_log();
  with.snapshot_records = 1000;
  auto log = open_log(fs, with);
  append_topics(*log, 0, 20);
  log.reset();
  auto segments = log_files(fs, ".log");
  REQUIRE(segments.size() > 2);
  REQUIRE(fs.remove(log_directory + "/" + segments[1]));
  CHECK(fault_of_opening(fs, with) == errc::corrupt_log);
  REQUIRE(fs.remove(log_directory + "/" + segments[0]));
  CHECK(fault_of_opening(fs, with) == errc::corrupt_log);
}

TEST_CASE("metadata log: a torn tail is cut at every byte") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  auto kept = append_topics(*log, 0, 2);
  auto segment = log_directory + "/00000000000000000000.log";
  auto size = fs.content(segment).size();
  append_topics(*log, 2, 1);
  log.reset();
  auto whole = fs.content(segment);
  for (auto torn = size; torn < whole.size(); ++torn) {
    CAPTURE(torn);
    auto content = whole;
    content.resize(torn);
    fs.put(segment, content);
    auto again = open_log(fs, default_log());
    CHECK(same(*again->image(), *kept));
    CHECK(append(*again, numbered_topic(7))->end_offset == 3);
  }
}

TEST_CASE("metadata log: empty files that failed rolls left do no harm") {
  fault_file_system fs;
  auto with = small_log();
  with.snapshot_records = 1000;
  auto log = open_log(fs, with);
  auto image = append_topics(*log, 0, 20);
  log.reset();
  auto segments = log_files(fs, ".log");
  REQUIRE(segments.size() > 2);
  for (auto offset : {"1", "5"}) {
    auto name = "0000000000000000000" + std::string{offset} + ".log";
    REQUIRE(std::find(segments.begin(), segments.end(), name)
            == segments.end());
    fs.put(log_directory + "/" + name, {});
  }
  fs.put(log_directory + "/00000000000000000999.log", {});
  CHECK(same(*open_log(fs, with)->image(), *image));
  CHECK(log_files(fs, ".log") == segments);
}
