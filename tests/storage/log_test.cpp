// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"
#include "timestamps.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace troupe::storage::test {

TEST_CASE("log: a new log is empty and has Kafka's files") {
  log_fixture x;
  x.open();
  CHECK(x->start_offset() == 0);
  CHECK(x->end_offset() == 0);
  CHECK(x->size_bytes() == 0);
  CHECK(x->segment_count() == 1);
  CHECK_FALSE(x.report.scanned);
  CHECK(x.report.notes.empty());
  CHECK(x.read_bases(0).empty());
  REQUIRE(x->close(0));
  CHECK(x.fs.list(x.directory).value()
        == std::vector<std::string>{
            "00000000000000000000.index", "00000000000000000000.log",
            "00000000000000000000.timeindex", "partition.metadata"});
  auto metadata =
      read_file(x.fs, std::string{x.directory} + "/partition.metadata", 1000);
  std::string text{reinterpret_cast<const char*>(metadata->data()),
                   metadata->size()};
  CHECK(text == "version: 0\ntopic_id: CQkJCQkJCQkJCQkJCQkJCQ\n");
}

TEST_CASE("log: another topic's directory is refused") {
  log_fixture x;
  x.open();
  x.log_.reset();
  x.options.topic_id.bytes.fill(1);
  auto wrong = x.try_open(false);
  CHECK(wrong.find("belongs to topic id CQkJCQkJCQkJCQkJCQkJCQ")
        != std::string::npos);
  CHECK(wrong.find("invalid_argument") != std::string::npos);
  x.options.topic_id = {};
  CHECK(x.try_open(false) == "");
}

TEST_CASE("log: emptied metadata is written again, a new version is not") {
  log_fixture x;
  auto path = std::string{x.directory} + "/partition.metadata";
  x.open();
  x.log_.reset();
  auto before = x.fs.content(path);
  x.fs.put(path, {});
  x.open();
  CHECK(x.report.notes.size() == 1);
  CHECK(x.fs.content(path) == before);
  x.log_.reset();
  before[9] = std::byte{'1'};
  x.fs.put(path, before);
  CHECK(x.try_open(false).find("unsupported_format") != std::string::npos);
}

TEST_CASE("log: a clean restart scans nothing and knows everything") {
  log_fixture x;
  x.open();
  for (int i = 0; i < 20; ++i)
    x.append(2);
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now, 7, 0), 3));
  auto segments = x->segment_base_offsets();
  auto size = x->size_bytes();
  REQUIRE(segments.size() > 3);
  auto read_before = x.fs.bytes_read();
  x.restart();
  CHECK_FALSE(x.report.scanned);
  CHECK(x.report.notes.empty());
  CHECK(x.fs.bytes_read() - read_before < 1000);
  CHECK(x->end_offset() == 41);
  CHECK(x->recovery_point() == 41);
  CHECK(x->segment_base_offsets() == segments);
  CHECK(x->size_bytes() == size);
  CHECK(x->epoch_of(40) == 3);
  REQUIRE(x->active_producers().size() == 1);
  CHECK(x->active_producers()[0].id == 7);
  CHECK(x.read_bases(0).front() == 0);
  CHECK(x.read_bases(40) == std::vector<offset_t>{40});
  CHECK(x.append() == 42);
}

TEST_CASE("log: a clean stop that was none is noticed") {
  log_fixture x;
  x.open();
  for (int i = 0; i < 5; ++i)
    x.append();
  auto closed = x->close(5);
  REQUIRE(closed);
  x.saved = *closed;
  SUBCASE("the log grew shorter") {
    auto bytes = x.content(0, ".log");
    bytes.resize(bytes.size() - 1);
    x.fs.put(x.path(0, ".log"), bytes);
    x.open(true);
    CHECK(x.report.scanned);
    CHECK(x->end_offset() == 4);
  }
  SUBCASE("an index is missing") {
    REQUIRE(x.fs.remove(x.path(0, ".index")));
    x.open(true);
    CHECK(x.report.scanned);
    CHECK(x.report.indexes_rebuilt == 1);
    CHECK(x->end_offset() == 5);
  }
  SUBCASE("an index has half a row too much") {
    auto bytes = x.content(0, ".timeindex");
    bytes.resize(bytes.size() + 6);
    x.fs.put(x.path(0, ".timeindex"), bytes);
    x.open(true);
    CHECK(x.report.scanned);
    CHECK(x->end_offset() == 5);
  }
  SUBCASE("the checkpoint knows a larger end") {
    x.saved->offsets.recovery_point = 6;
    x.open(true);
    CHECK(x.report.scanned);
    CHECK(x->end_offset() == 5);
    CHECK(x->recovery_point() <= 5);
  }
  SUBCASE("there is no checkpoint") {
    x.saved.reset();
    x.open(true);
    CHECK(x.report.scanned);
    CHECK(x->end_offset() == 5);
    CHECK(x->recovery_point() == 0);
  }
  SUBCASE("the checkpoint is another topic's") {
    x.saved->offsets.topic_id.bytes.fill(1);
    x.saved->offsets.log_start_offset = 4;
    x.open(true);
    CHECK(x.report.scanned);
    CHECK(x->start_offset() == 0);
    CHECK(x->end_offset() == 5);
  }
  CHECK(x.read_bases(0).size() == static_cast<size_t>(x->end_offset()));
  x.append();
}

TEST_CASE("log: leftovers of a crash are swept up, foreign files stay") {
  log_fixture x;
  x.open();
  x.append();
  x.log_.reset();
  auto directory = std::string{x.directory} + "/";
  for (auto name :
       {"00000000000000000000.log.deleted", "00000000000000000007.index",
        "00000000000000000007.timeindex", "00000000000000000000.log.swap",
        "00000000000000000000.log.cleaned", "x.tmp", "notes.txt",
        "leader-epoch-checkpoint"})
    x.fs.put(directory + name, std::vector<std::byte>(5));
  x.open();
  CHECK(x.fs.list(x.directory).value().size() == 4);
  CHECK(x.fs.exists(directory + "notes.txt").value());
  CHECK(x->end_offset() == 1);
}

TEST_CASE("log: sync plans cover what is new and nothing else") {
  log_fixture x;
  x.open();
  auto plan = x->plan_sync();
  CHECK(plan.files.empty());
  CHECK(plan.directories == std::vector<std::string>{x.directory, "/data"});
  for (int i = 0; i < 12; ++i)
    x.append();
  REQUIRE(x->segment_count() > 1);
  CHECK(x->recovery_point() == 0);
  x.sync();
  CHECK(x->recovery_point() == 12);
  CHECK(x->plan_sync().files.empty());
  CHECK(x->plan_sync().directories.empty());
  x.append();
  CHECK(x->plan_sync().files.size() == 1);
  CHECK(x->plan_sync().end_offset == 13);
  // An old answer moves nothing back.
  x->synced_up_to(5);
  CHECK(x->recovery_point() == 12);
}

TEST_CASE("log: a roll while a sync is under way is not taken for synced") {
  log_fixture x;
  x.open();
  x.append(1, 300);
  x.sync();
  x.append(1, 300);
  auto plan = x->plan_sync();
  x.append(1, 600); // rolls
  REQUIRE(x->segment_count() == 2);
  x->synced_up_to(plan.end_offset);
  auto next = x->plan_sync();
  CHECK(next.directories == std::vector<std::string>{x.directory});
  // The new segment, and both indexes of the old one.
  CHECK(next.files.size() == 3);
}

TEST_CASE("log: asks for a sync by count, by age and after a roll") {
  log_fixture x;
  x.options.config.flush_messages = 3;
  x.options.config.flush_ms = 1000;
  x.open();
  CHECK_FALSE(x->sync_due(x.now + 5000));
  x.append();
  CHECK_FALSE(x->sync_due(x.now + 999));
  CHECK(x->sync_due(x.now + 1000));
  x.append();
  CHECK_FALSE(x->sync_due(x.now));
  x.append();
  CHECK(x->sync_due(x.now));
  x.sync();
  CHECK_FALSE(x->sync_due(x.now + 5000));
  auto config = x.options.config;
  config.flush_messages = config.flush_ms = log_config::unlimited;
  x->reconfigure(config);
  while (x->segment_count() == 1) {
    CHECK_FALSE(x->sync_due(x.now + 5000));
    x.append();
  }
  CHECK(x->sync_due(x.now));
}

TEST_CASE("log: a poisoned log takes no writes but still reads") {
  log_fixture x;
  x.open();
  x.append();
  x->poison();
  CHECK(code_of(x.try_append(log_fixture::batch(1, 10, x.now)))
        == errc::poisoned);
  CHECK(code_of(x->truncate_to(0)) == errc::poisoned);
  CHECK(x.read_bases(0) == std::vector<offset_t>{0});
  CHECK(code_of(x->close(1)) == errc::poisoned);
}

TEST_CASE("log: a closed log answers closed") {
  log_fixture x;
  x.open();
  x.append();
  REQUIRE(x->close(1));
  CHECK(code_of(x.try_append(log_fixture::batch(1, 10, x.now)))
        == errc::closed);
  CHECK(code_of(x->read(0, 100, 1, read_mode::blocking)) == errc::closed);
  CHECK(code_of(find_timestamp(*x, 0, 1)) == errc::closed);
  CHECK(code_of(find_largest(*x)) == errc::closed);
  CHECK(code_of(x->close(1)) == errc::closed);
}

TEST_CASE("log: a close that cannot sync says so") {
  log_fixture x;
  x.open();
  x.append();
  x.fs.inject(operation::sync, ".log", EIO);
  CHECK(code_of(x->close(1)) == errc::io);
}

TEST_CASE("log: the checkpoint tells what there is") {
  log_fixture x;
  x.open();
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now, 7, 0), 4));
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now), 6));
  auto known = x->checkpoint(2);
  CHECK(known.offsets == partition_offsets{x.options.topic_id, 0, 0, 2});
  CHECK(known.epochs == std::vector<epoch_start>{{4, 0}, {6, 2}});
  CHECK(known.producers_end == 3);
  CHECK_FALSE(known.producers.empty());
  CHECK(x->end_offset_of_epoch(5) == std::pair<leader_epoch_t, offset_t>{4, 2});
}

TEST_CASE("log: names are printed as Kafka prints them") {
  CHECK(to_string(topic_partition{"orders", 3}) == "orders-3");
  CHECK(to_string(uuid{}) == "AAAAAAAAAAAAAAAAAAAAAA");
  uuid all;
  all.bytes.fill(0xff);
  CHECK(to_string(all) == "_____________________w");
  CHECK(to_string(error{errc::disk_full, "cannot write x", ENOSPC})
        == "cannot write x: No space left on device (disk_full)");
}

} // namespace troupe::storage::test
