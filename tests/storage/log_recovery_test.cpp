// SPDX-License-Identifier: Apache-2.0
#include "log_recovery_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>

namespace troupe::storage::test {

TEST_CASE("log: a torn batch at the tail is cut on open") {
  recovery_fixture x;
  auto whole = x.content(10, ".log");
  for (auto size : {batch_bytes() + 1, batch_bytes() + 11, batch_bytes() + 61,
                    2 * batch_bytes() - 1}) {
    auto torn = whole;
    torn.resize(size);
    x.fs.put(x.path(10, ".log"), torn);
    x.kill_and_open();
    CHECK(x.report.scanned);
    CHECK(x.report.bytes_truncated == size - batch_bytes());
    CHECK(x.report.notes.size() == 1);
    CHECK(mentions(x.report, "segment 10 was cut"));
    CHECK(x->end_offset() == 11);
    CHECK(x.content(10, ".log").size() == batch_bytes());
  }
  CHECK(x.append() == 12);
  CHECK(x.read_bases(10) == offsets{10, 11});
}

TEST_CASE("log: recovery reads from the segment of the recovery point on") {
  recovery_fixture x;
  x.checkpoint_at(11);
  x.kill_and_open();
  CHECK(x.report.bytes_scanned == 2 * batch_bytes());
  CHECK(x.report.segments == 3);
  CHECK(x.report.indexes_rebuilt == 1);
  CHECK(x->recovery_point() == 11);
  // What ends at the recovery point has indexes that may not be synced.
  x.saved->offsets.recovery_point = 10;
  x.kill_and_open();
  CHECK(x.report.bytes_scanned == 7 * batch_bytes());
  x.saved.reset();
  x.kill_and_open();
  CHECK(x.report.bytes_scanned == 12 * batch_bytes());
  CHECK(x->recovery_point() == 0);
}

TEST_CASE("log: every state that a roll can leave opens") {
  recovery_fixture x;
  SUBCASE("the new log file is there, nothing else") {
    x.fs.put(x.path(12, ".log"), {});
  }
  SUBCASE("the new log file holds the start of a batch") {
    x.fs.put(x.path(12, ".log"), std::vector<std::byte>(20));
  }
  SUBCASE("the indexes of the closed segment are missing") {
    REQUIRE(x.fs.remove(x.path(5, ".index")));
    REQUIRE(x.fs.remove(x.path(5, ".timeindex")));
  }
  SUBCASE("the indexes of the closed segment are half there") {
    auto index = x.content(5, ".index");
    index.resize(9);
    x.fs.put(x.path(5, ".index"), index);
    x.fs.put(x.path(5, ".timeindex"), {});
  }
  SUBCASE("an empty file lies between the others") {
    x.fs.put(x.path(7, ".log"), {});
  }
  SUBCASE("the new log file does not continue the old one") {
    x.fs.put(x.path(700, ".log"), x.content(0, ".log"));
  }
  x.kill_and_open();
  CHECK(x->end_offset() == 12);
  CHECK(x.append() == 13);
  CHECK(x.read_bases(5) == offsets{5, 6, 7, 8, 9});
  x.restart();
  CHECK_FALSE(x.report.scanned);
  CHECK(x->end_offset() == 13);
}

TEST_CASE("log: a checkpoint from beyond the log is not believed") {
  recovery_fixture x;
  x.checkpoint_at(12);
  x.saved->offsets.recovery_point = 500;
  x.saved->offsets.log_start_offset = 400;
  x.saved->producers_end = 500;
  x.saved->epochs = {{77, 300}};
  x.damage(5, 1);
  x.kill_and_open();
  CHECK(mentions(x.report, "names recovery point 500"));
  // All of it was read, and the first bad batch is the end.
  CHECK(x->start_offset() == 0);
  CHECK(x->end_offset() == 6);
  CHECK(x->epoch_of(0) == 0);
}

TEST_CASE("log: records deleted before a crash do not come back") {
  recovery_fixture x;
  REQUIRE(x->delete_records_before(12));
  x.saved = x->checkpoint(12);
  CHECK(x.saved->offsets.recovery_point == 12);
  auto bytes = x.content(10, ".log");
  bytes.resize(batch_bytes());
  x.fs.put(x.path(10, ".log"), bytes);
  x.kill_and_open();
  CHECK(x->start_offset() == 12);
  CHECK(x->end_offset() == 12);
  CHECK(x->segment_base_offsets() == offsets{12});
  CHECK(x.append() == 13);
  // Also with every file gone.
  REQUIRE(x.fs.remove(x.path(12, ".log")));
  x.kill_and_open();
  CHECK(x->start_offset() == 12);
}

TEST_CASE("log: segments below the log start are removed on open") {
  recovery_fixture x;
  x.checkpoint_at(12);
  x.saved->offsets.log_start_offset = 6;
  x.kill_and_open();
  CHECK(x->segment_base_offsets() == offsets{5, 10});
  CHECK(x->start_offset() == 6);
  CHECK(code_of(x->read(5, 1, 100, read_mode::blocking))
        == errc::offset_out_of_range);
}

TEST_CASE("log: producers and epochs are found in the log again") {
  log_fixture x;
  x.open();
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now, 5, 0), 1));
  x.saved = x->checkpoint(2);
  REQUIRE(x.try_append(log_fixture::batch(3, 10, x.now, 5, 2), 4));
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now, 6, 0), 4));
  auto check = [&] {
    x.kill_and_open();
    auto known = x->active_producers();
    REQUIRE(known.size() == 2);
    CHECK(known[0].last_sequence == 4);
    CHECK(known[1].last_sequence == 0);
    CHECK(x->epoch_of(1) == 1);
    CHECK(x->epoch_of(2) == 4);
    CHECK(x->checkpoint(0).epochs == std::vector<epoch_start>{{1, 0}, {4, 2}});
  };
  SUBCASE("from an old checkpoint on") {
    check();
  }
  SUBCASE("without a checkpoint") {
    x.saved.reset();
    check();
  }
  SUBCASE("when the saved producers make no sense") {
    x.saved->producers.assign(7, std::byte{0xee});
    check();
    CHECK(x.report.notes.size() == 1);
  }
  SUBCASE("when the saved producers are ahead of the log") {
    x.saved->producers_end = 100;
    check();
  }
}

TEST_CASE("log: garbage of any kind opens, to an empty log") {
  log_fixture x;
  x.open();
  for (size_t size : {1, 16, 17, 61, 500, 5000})
    for (int fill : {0, 2, 0xff}) {
      x.fs.put(x.path(0, ".log"),
               std::vector<std::byte>(size, static_cast<std::byte>(fill)));
      x.fs.put(x.path(0, ".index"), std::vector<std::byte>(size));
      x.kill_and_open();
      CHECK(x->end_offset() == 0);
      CHECK(x.report.bytes_truncated == size);
    }
  CHECK(x.append() == 1);
}

TEST_CASE("log: an unreadable disk fails the open and changes nothing") {
  recovery_fixture x;
  auto before = x.content(10, ".log");
  for (auto what : {operation::open, operation::read})
    for (int skip = 0; skip < 5; ++skip) {
      x.log_.reset();
      x.fs.inject(what, ".log", EIO, skip);
      CHECK(x.try_open(false).find("(io)") != std::string::npos);
      x.fs.clear_faults();
    }
  CHECK(x.content(10, ".log") == before);
  x.open();
  CHECK(x->end_offset() == 12);
}

} // namespace troupe::storage::test
