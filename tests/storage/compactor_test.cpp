// SPDX-License-Identifier: Apache-2.0
#include "compaction_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>

using namespace troupe::storage;
using troupe::storage::test::code_of;
using troupe::storage::test::compaction_fixture;

using offsets = std::vector<offset_t>;

TEST_CASE("compactor: of each key the last value stays, at its offset") {
  compaction_fixture log;
  log.open();
  for (int round = 0; round < 10; ++round)
    for (auto* key : {"a", "b", "c"})
      log.put(key, key + std::to_string(round));
  auto end = log->end_offset();
  log.close_segment();
  CHECK(log.compact() > 0);
  CHECK(log.offsets_of("a") == offsets{27});
  CHECK(log.offsets_of("b") == offsets{28});
  CHECK(log.offsets_of("c") == offsets{29});
  for (auto& x : log.records())
    if (x.key != "closes")
      CHECK(x.value == x.key + "9");
  CHECK(log->start_offset() == 0);
  CHECK(log->end_offset() == end + 1);
  CHECK(log->first_dirty_offset() == end);
  CHECK(log.cleaned.records_removed == 27);
  // Nothing is dirty, so nothing is due.
  CHECK_FALSE(log.plan().due());
  CHECK(log.plan().clean_bytes > 0);
  // Every offset can be read from, also those that are gone.
  for (offset_t from = 0; from < log->end_offset(); ++from) {
    auto bases = log.read_bases(from);
    REQUIRE_FALSE(bases.empty());
    CHECK(bases.front() >= std::min<offset_t>(from, 27) - 27);
  }
}

TEST_CASE("compactor: what lies beyond the active segment's start is left") {
  compaction_fixture log;
  log.open();
  log.put("a", "1");
  log.put("a", "2");
  CHECK_FALSE(log.plan().due());
  CHECK(log.compact() == 0);
  log.close_segment();
  log.put("a", "3");
  CHECK(log.compact() == 1);
  // The last value of what was compacted stays beside the newer one.
  CHECK(log.offsets_of("a") == offsets{1, 3});
}

TEST_CASE("compactor: only what is committed and synced is compacted") {
  compaction_fixture log;
  log.open();
  log.put("a", "1");
  log.put("a", "2");
  log.close_segment();
  auto unsynced = log->plan_compaction(log.now, log->end_offset());
  REQUIRE(unsynced);
  CHECK(unsynced->segments.empty());
  log.sync();
  auto uncommitted = log->plan_compaction(log.now, 1);
  REQUIRE(uncommitted);
  CHECK(uncommitted->segments.empty());
  CHECK(log->plan_compaction(log.now, 2)->due());
}

TEST_CASE("compactor: lags hold records back and push them on") {
  compaction_fixture log;
  log.options.config.min_compaction_lag_ms = 1000;
  log.options.config.max_compaction_lag_ms = 5000;
  log.options.config.min_cleanable_dirty_ratio = 1;
  log.open();
  log.put("a", "1");
  log.put("a", "2");
  log.close_segment();
  CHECK(log.plan().segments.empty());
  log.now += 1001;
  CHECK(log.plan().segments.size() == 1);
  CHECK_FALSE(log.plan().due());
  CHECK_FALSE(log.plan().overdue);
  log.now += 4000;
  CHECK(log.plan().due());
  CHECK(log.plan().overdue);
}

TEST_CASE("compactor: a tombstone stays until its delete horizon") {
  compaction_fixture log;
  log.options.config.delete_retention_ms = 1000;
  log.open();
  log.put({{"a", "1"}, {"b", "1"}});
  log.put({{"a", std::nullopt}, {"c", "1"}});
  auto written = log.now;
  log.close_segment();
  log.now += 50;
  log.compact();
  CHECK(log.offsets_of("a") == offsets{2});
  auto headers = log.headers();
  REQUIRE(headers.size() >= 2);
  CHECK((headers[1].attributes & 0x40) != 0);
  CHECK(headers[1].base_timestamp == written + 50 + 1000);
  CHECK(headers[1].max_timestamp == written);
  for (auto& x : log.records())
    CHECK(x.timestamp == written);

  // Cleaned again too early, it stays, with the same horizon.
  log.now += 999;
  log.put("d", "1");
  log.close_segment();
  log.compact();
  CHECK(log.offsets_of("a") == offsets{2});
  CHECK(log.headers()[1].base_timestamp == written + 50 + 1000);
  log.now += 1;
  log.put("d", "2");
  log.close_segment();
  log.compact();
  CHECK(log.offsets_of("a").empty());
  CHECK(log.offsets_of("c") == offsets{3});
}

TEST_CASE("compactor: untouched batches keep their bytes") {
  compaction_fixture log;
  log.open();
  log.put({{"a", "1"}, {"b", "1"}}, codec::lz4);
  log.put({{"c", "1"}, {"d", "1"}}, codec::zstd);
  log.put("a", "2");
  log.close_segment();
  auto before = log.content(0, ".log");
  auto headers = log.headers();
  log.compact();
  auto after = log.content(0, ".log");
  auto cut = headers[0].size_bytes();
  auto same = headers[1].size_bytes() + headers[2].size_bytes();
  CHECK(std::equal(before.begin() + static_cast<std::ptrdiff_t>(cut),
                   before.begin() + static_cast<std::ptrdiff_t>(cut + same),
                   after.end() - static_cast<std::ptrdiff_t>(same)));
  CHECK(log.offsets_of("b") == offsets{1});
}

TEST_CASE("compactor: what is rewritten keeps codec, offsets and producer") {
  for (auto with :
       {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    compaction_fixture log;
    log.open();
    log.put({{"a", "1"}, {"b", "1"}, {"c", "1"}}, with, 7, 40);
    log.put({{"a", "2"}, {"c", "2"}}, with, 7, 43);
    log.close_segment();
    log.compact();
    auto first = log.headers().front();
    CHECK(first.codec_bits() == static_cast<uint8_t>(with));
    CHECK(first.base_offset == 0);
    CHECK(first.last_offset_delta == 2);
    CHECK(first.records_count == 1);
    CHECK(first.producer_id == 7);
    CHECK(first.base_sequence == 40);
    CHECK(log.offsets_of("a") == offsets{3});
    CHECK(log.offsets_of("b") == offsets{1});
  }
}

TEST_CASE("compactor: a producer's last batch stays, emptied") {
  compaction_fixture log;
  log.open();
  log.put({{"a", "1"}}, codec::none, 7, 0);
  log.put({{"a", "2"}, {"b", "1"}}, codec::gzip, 7, 1);
  log.put({{"a", "3"}, {"b", "2"}});
  log.close_segment();
  log.compact();
  auto headers = log.headers();
  REQUIRE(headers.size() == 3);
  CHECK(headers[0].base_offset == 1);
  CHECK(headers[0].records_count == 0);
  CHECK(headers[0].size_bytes() == batch_header_bytes);
  CHECK(headers[0].codec_bits() == 0);
  CHECK(headers[0].last_sequence() == 2);
  // Also when all that is known of it must be read from the log.
  log.saved.reset();
  log.kill_and_open();
  REQUIRE(log->active_producers().size() == 1);
  CHECK(log->active_producers()[0].last_sequence == 2);
  log.put({{"x", "1"}}, codec::none, 7, 3);
}

TEST_CASE("compactor: small neighbours become one segment") {
  compaction_fixture log;
  log.open();
  for (int i = 0; i < 6; ++i) {
    log.put("k" + std::to_string(i), std::string(100, 'x'));
    log.close_segment();
  }
  auto bytes = log->size_bytes();
  CHECK(log->segment_count() == 7);
  log.compact();
  CHECK(log->segment_count() < 7);
  CHECK(log->size_bytes() < bytes);
  for (int i = 0; i < 6; ++i)
    CHECK(log.offsets_of("k" + std::to_string(i)).size() == 1);
  auto bases = log->segment_base_offsets();
  CHECK(bases.front() == 0);
  log.restart();
  CHECK(log->segment_base_offsets() == bases);
}

TEST_CASE("compactor: nothing to remove leaves the files alone") {
  compaction_fixture log;
  log.open();
  log.put("a", std::string(400, 'x'));
  log.close_segment();
  CHECK(log.compact() == 0);
  CHECK(log->first_dirty_offset() == 1);
  CHECK_FALSE(*log.fs.exists(log.path(0, ".log.cleaned")));
}

TEST_CASE("compactor: a full map cleans less, and the rest the next time") {
  compaction_fixture log;
  log.limits.cleaner_memory_bytes = 1; // 48 keys all the same
  log.open();
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 100; ++i)
      log.put("k" + std::to_string(i), std::to_string(round));
  log.close_segment();
  log.compact();
  CHECK(log->first_dirty_offset() == 48);
  int rounds = 0;
  while (log.plan().due() && rounds++ < 20)
    log.compact();
  CHECK(rounds < 10);
  CHECK(log->first_dirty_offset() == 200);
  for (int i = 0; i < 100; ++i)
    CHECK(log.offsets_of("k" + std::to_string(i)) == offsets{100 + i});
}

TEST_CASE("compactor: a damaged segment is left alone, and so are tombstones") {
  compaction_fixture log;
  log.options.config.delete_retention_ms = 0;
  log.open();
  log.put("a", "1");
  log.put("b", "1");
  log.close_segment();
  log.put("a", std::nullopt);
  log.put("b", "2");
  log.close_segment();
  log.compact();
  log.put("c", "1");
  log.close_segment();
  auto damaged = log->segment_base_offsets().front();
  log.fs.flip_bit(log.path(damaged, ".log"), 70);
  auto before = log.content(damaged, ".log");
  log.now += 10;
  log.compact();
  CHECK(log.cleaned.notes.size() == 1);
  CHECK(log.content(damaged, ".log") == before);
}

TEST_CASE("compactor: it ends when it is told to, and leaves nothing behind") {
  compaction_fixture log;
  log.open();
  for (int i = 0; i < 20; ++i)
    log.put("a", std::to_string(i));
  log.close_segment();
  auto plan = log.plan();
  uint64_t allowed = 0;
  auto finished = false;
  for (; !finished && allowed < 100; ++allowed) {
    auto left = allowed;
    compactor cleaner{log.fs, plan, log.limits, [&](uint64_t bytes) {
                        CHECK(bytes > 0);
                        return left > 0 && left-- > 0;
                      }};
    auto done = cleaner.read_dirty();
    if (!done) {
      CHECK(done.error().code == errc::closed);
      continue;
    }
    auto next = cleaner.clean_next();
    finished = next.has_value();
    if (!finished) {
      CHECK(next.error().code == errc::closed);
      CHECK_FALSE(*log.fs.exists(log.path(0, ".log.cleaned")));
    }
  }
  CHECK(finished);
  CHECK(allowed > 2);
}
