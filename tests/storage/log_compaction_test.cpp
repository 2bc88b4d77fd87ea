// SPDX-License-Identifier: Apache-2.0
#include "compaction_fixture.h"
#include "timestamps.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

using namespace troupe::storage;
using troupe::storage::test::code_of;
using troupe::storage::test::compaction_fixture;
using troupe::storage::test::find_largest;
using troupe::storage::test::find_timestamp;
using troupe::storage::test::operation;

namespace {

using offsets = std::vector<offset_t>;

/// Three segments whose keys overlap, all closed and synced.
void fill(compaction_fixture& log) {
  log.open();
  for (int round = 0; round < 6; ++round)
    for (auto* key : {"a", "b", "c", "d"})
      log.put(key, key + std::to_string(round));
  log.close_segment();
  log.sync();
  log.saved = log->checkpoint(log->end_offset());
}

/// Whatever was compacted, each key has its last value.
void check_values(compaction_fixture& log) {
  std::map<std::string, std::string> last;
  offset_t before = -1;
  for (auto& x : log.records()) {
    CHECK(x.offset > before);
    before = x.offset;
    last[x.key] = x.value.value_or("");
  }
  for (auto* key : {"a", "b", "c", "d"})
    CHECK(last[key] == key + std::string{"5"});
}

/// No file of a half-done swap is left.
bool is_tidy(compaction_fixture& log) {
  auto names = log.fs.list(log.directory);
  REQUIRE(names);
  for (auto& name : *names)
    if (name.ends_with(".cleaned") || name.ends_with(".swap"))
      return false;
  return true;
}

} // namespace

TEST_CASE("log: a swap is finished or undone wherever a crash stops it") {
  // With power cuts a crash may also forget the latest renames.
  for (uint64_t cut = 0; cut < 4; ++cut)
    for (int step = 0; step < 40; ++step) {
      compaction_fixture log;
      fill(log);
      auto plan = log.plan();
      auto cleaned = log.clean(plan);
      REQUIRE_FALSE(cleaned.empty());
      log.fs.inject(operation::rename, "", EIO, step, 1000);
      auto stopped = false;
      for (auto& x : cleaned)
        stopped = stopped || !log->swap_segments(x);
      log.fs.clear_faults();
      auto end = log->end_offset();
      CAPTURE(cut);
      CAPTURE(step);
      log.log_.reset();
      if (cut > 0)
        log.fs.crash(cut);
      log.open();
      CHECK(log->end_offset() == end);
      CHECK(log->start_offset() == 0);
      check_values(log);
      CHECK(is_tidy(log));
      log.put("a", "a5");
      log.saved.reset();
      log.kill_and_open();
      CHECK(log->end_offset() == end + 1);
      check_values(log);
      if (!stopped)
        break;
    }
}

TEST_CASE("log: a swap that fails before it counts leaves the log usable") {
  compaction_fixture log;
  fill(log);
  auto cleaned = log.clean(log.plan());
  log.fs.inject(operation::rename, ".log.cleaned", EIO);
  CHECK(code_of(log->swap_segments(cleaned.front())) == errc::io);
  // The others were made for a log in which the first one had been swapped.
  for (auto& x : cleaned)
    CHECK(code_of(log->swap_segments(x)) == errc::invalid_argument);
  CHECK(is_tidy(log));
  log.put("a", "a5");
  check_values(log);
  CHECK(log.compact() > 0);
  check_values(log);
}

TEST_CASE("log: a swap is refused when the segments are not those any more") {
  compaction_fixture log;
  fill(log);
  auto plan = log.plan();
  auto cleaned = log.clean(plan);
  auto before = log.records();
  SUBCASE("truncated") {
    REQUIRE(log->truncate_to(log->end_offset() - 1));
    before.pop_back();
  }
  SUBCASE("partly deleted") {
    auto second = log->segment_base_offsets()[1];
    REQUIRE(log->delete_records_before(second));
    std::erase_if(before, [&](auto& x) { return x.offset < second; });
  }
  SUBCASE("swapped already") {
    REQUIRE(log->swap_segments(cleaned.front()));
    before = log.records();
  }
  CHECK(code_of(log->swap_segments(cleaned.front())) == errc::invalid_argument);
  // What comes after a refused one must not be swapped either.
  for (auto& x : cleaned)
    CHECK(code_of(log->swap_segments(x)) == errc::invalid_argument);
  CHECK(log.records() == before);
  log->finish_compaction(plan.generation, log.cleaned.first_dirty_offset);
  CHECK(log->first_dirty_offset() == 0);
  log.restart();
  CHECK(log.records() == before);
  CHECK(is_tidy(log));
}

TEST_CASE("log: slices from before a swap stay readable after it") {
  compaction_fixture log;
  fill(log);
  auto slice =
      log->read(0, 1 << 20, log->end_offset(), read_mode::blocking)->records;
  std::vector<std::byte> before(slice.size);
  REQUIRE(slice.source->read(slice.position, before));
  auto plan = log.plan();
  for (auto& x : log.clean(plan)) {
    auto removed = log->swap_segments(x);
    REQUIRE(removed);
    CHECK_FALSE(removed->paths.empty());
    for (auto& path : removed->paths)
      REQUIRE(log.fs.remove(path));
  }
  std::vector<std::byte> after(slice.size);
  REQUIRE(slice.source->read(slice.position, after));
  CHECK(before == after);
}

TEST_CASE("log: the first dirty offset survives a restart and a crash") {
  compaction_fixture log;
  fill(log);
  log.compact();
  auto first_dirty = log->first_dirty_offset();
  CHECK(first_dirty == 24);
  log.saved = log->checkpoint(log->end_offset());
  log.kill_and_open();
  CHECK(log->first_dirty_offset() == first_dirty);
  log.restart();
  CHECK(log->first_dirty_offset() == first_dirty);
  CHECK_FALSE(log.plan().due());
  REQUIRE(log->truncate_to(0));
  CHECK(log->first_dirty_offset() == 0);
}

TEST_CASE("log: a compacted log is whole without its checkpoint") {
  compaction_fixture log;
  fill(log);
  log.compact();
  auto before = log.records();
  auto end = log->end_offset();
  log.saved.reset();
  SUBCASE("as a compacted topic") {}
  SUBCASE("as one that is compacted no more") {
    log.options.config.cleanup_compact = false;
    log.options.config.cleanup_delete = true;
  }
  log.kill_and_open();
  CHECK(log->end_offset() == end);
  CHECK(log.records() == before);
  CHECK(log.report.bytes_truncated == 0);
  CHECK(log->active_producers().empty());
}

TEST_CASE("log: a lost index of a compacted segment is made again") {
  compaction_fixture log;
  fill(log);
  log.compact();
  auto before = log.records();
  auto closed = log->close(log->end_offset());
  REQUIRE(closed);
  log.saved = *closed;
  REQUIRE(log.fs.remove(log.path(0, ".index")));
  REQUIRE(log.fs.remove(log.path(0, ".timeindex")));
  log.open(true);
  CHECK(log.records() == before);
  CHECK_FALSE(*log.fs.exists(log.path(0, "damaged-ranges")));
}

TEST_CASE("log: truncation into a gap ends after the batch before it") {
  compaction_fixture log;
  log.open();
  log.put("a", "1");
  for (int i = 0; i < 4; ++i)
    log.put("b", std::to_string(i));
  log.close_segment();
  log.compact();
  CHECK(log.offsets_of("b") == offsets{4});
  REQUIRE(log->truncate_to(3));
  CHECK(log->end_offset() == 1);
  CHECK(log.put("c", "1") == 1);
  log.saved.reset();
  log.kill_and_open();
  CHECK(log->end_offset() == 2);
}

TEST_CASE("log: batches with gaps between them can be replicated") {
  compaction_fixture leader;
  fill(leader);
  leader.compact();
  compaction_fixture follower;
  follower.open();
  for (auto from = leader->start_offset(); from < leader->end_offset();) {
    auto read =
        leader->read(from, 200, leader->end_offset(), read_mode::blocking);
    REQUIRE(read);
    std::vector<std::byte> bytes(read->records.size);
    REQUIRE(read->records.source->read(read->records.position, bytes));
    auto done =
        follower->append_replicated(buffer::copy_of(bytes), follower.now);
    REQUIRE(done);
    from = done->next_offset;
  }
  CHECK(follower->end_offset() == leader->end_offset());
  CHECK(follower.records() == leader.records());
  follower.saved.reset();
  follower.kill_and_open();
  CHECK(follower.records() == leader.records());
}

TEST_CASE("log: timestamps are found though their batches were emptied") {
  compaction_fixture log;
  log.open();
  log.put("a", "1");
  log.now += 100;
  log.put({{"b", "1"}}, codec::none, 7, 0); // the newest, but not for long
  auto newest = log.now;
  log.now -= 50;
  log.put("b", "2");
  log.put("a", "2");
  log.close_segment();
  log.compact();
  auto max = find_largest(*log);
  REQUIRE(max);
  REQUIRE(*max);
  CHECK((*max)->timestamp == newest - 50);
  CHECK((*max)->offset == 2);
  auto found = find_timestamp(*log, newest - 60, log->end_offset());
  REQUIRE(found);
  REQUIRE(*found);
  CHECK((*found)->offset == 2);
  CHECK_FALSE(find_timestamp(*log, newest, log->end_offset())->has_value());
}

TEST_CASE("log: size and age delete nothing where only compaction is asked") {
  compaction_fixture log;
  log.options.config.retention_bytes = 1;
  log.options.config.retention_ms = 1;
  SUBCASE("compact") {
    fill(log);
    auto removed = log->apply_retention(log.now + 100000, log->end_offset());
    REQUIRE(removed);
    CHECK(removed->paths.empty());
    CHECK(log->start_offset() == 0);
  }
  SUBCASE("compact,delete") {
    log.options.config.cleanup_delete = true;
    fill(log);
    auto removed = log->apply_retention(log.now + 100000, log->end_offset());
    REQUIRE(removed);
    CHECK_FALSE(removed->paths.empty());
    CHECK(log->start_offset() == log->end_offset());
  }
}
