// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>

namespace troupe::storage::test {

namespace {

buffer replicated(std::initializer_list<offset_t> bases, leader_epoch_t epoch,
                  size_t bytes = 100) {
  std::vector<std::byte> all;
  std::string value(bytes, 'r');
  for (auto base : bases) {
    batch_builder builder;
    auto x = builder.add(5, std::nullopt, value)
                 .base_offset(base)
                 .leader_epoch(epoch)
                 .build();
    all.insert(all.end(), x.bytes().begin(), x.bytes().end());
  }
  return buffer::copy_of(all);
}

} // namespace

TEST_CASE("log: replicated batches are taken byte for byte") {
  log_fixture x;
  x.open();
  x.append();
  auto sent = replicated({1, 2, 3}, 8);
  auto position = x->size_bytes();
  auto done = x->append_replicated(sent, x.now);
  REQUIRE(done);
  CHECK(done->base_offset == 1);
  CHECK(done->next_offset == 4);
  auto written = x.content(0, ".log");
  CHECK(std::ranges::equal(std::span{written}.subspan(position), sent.bytes()));
  CHECK(x->epoch_of(3) == 8);
}

TEST_CASE("log: replicated batches spread over segments") {
  log_fixture x;
  x.open();
  auto done = x->append_replicated(
      replicated({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 1), x.now);
  REQUIRE(done);
  CHECK(done->next_offset == 12);
  CHECK(x->segment_count() > 1);
  for (auto base : x->segment_base_offsets())
    CHECK(x.content(base, ".log").size() <= 1000);
  // A leader with larger segments may send a batch that fits into none.
  REQUIRE(x->append_replicated(replicated({12}, 1, 3000), x.now));
  REQUIRE(x->append_replicated(replicated({13}, 1), x.now));
  x.kill_and_open();
  CHECK(x->end_offset() == 14);
  CHECK(x.read_bases(12, 10) == std::vector<offset_t>{12});
}

TEST_CASE("log: replicated batches that do not fit are refused whole") {
  log_fixture x;
  x.open();
  x.append();
  auto refused = [&](const buffer& bytes) {
    auto done = x->append_replicated(bytes, x.now);
    CHECK(x->end_offset() == 1);
    return code_of(done);
  };
  CHECK(refused(replicated({0}, 1)) == errc::offset_out_of_range);
  CHECK(refused(replicated({1, 1}, 1)) == errc::offset_out_of_range);
  CHECK(refused(replicated({1, 3, 2}, 1)) == errc::offset_out_of_range);
  // Farther than one segment reaches, no compaction takes anything away.
  CHECK(refused(replicated({(int64_t{1} << 31) + 1}, 1))
        == errc::offset_out_of_range);
  CHECK(refused(buffer{}) == errc::corrupt_batch);
  auto good = replicated({1, 2}, 1);
  CHECK(refused(good.slice(0, good.size() - 1)) == errc::corrupt_batch);
  std::vector<std::byte> bad(good.bytes().begin(), good.bytes().end());
  bad.back() ^= std::byte{1};
  CHECK(refused(buffer::copy_of(bad)) == errc::corrupt_batch);
  REQUIRE(x->append_replicated(good, x.now));
}

TEST_CASE("log: replication reports what it could append before an error") {
  log_fixture x;
  x.open();
  x.fs.inject(operation::write, ".log", ENOSPC, 1);
  auto done = x->append_replicated(
      replicated({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 1), x.now);
  REQUIRE(done);
  CHECK(done->next_offset == x->end_offset());
  CHECK(done->next_offset > 0);
  CHECK(done->next_offset < 10);
  CHECK(x->append_replicated(replicated({x->end_offset()}, 1), x.now));
}

TEST_CASE("log: a copy of what once was compacted takes its gaps") {
  log_fixture x;
  REQUIRE_FALSE(x.options.config.cleanup_compact);
  x.open();
  REQUIRE(x->append_replicated(replicated({3, 4, 9, 20, 21}, 1), x.now));
  CHECK(x->end_offset() == 22);
  CHECK(x.read_bases(0) == std::vector<offset_t>{3, 4, 9, 20, 21});
  SUBCASE("and finds them again after a crash") {
    x.kill_and_open();
  }
  SUBCASE("and after a clean stop") {
    x.restart();
    CHECK_FALSE(x.report.scanned);
  }
  CHECK(x->end_offset() == 22);
  CHECK(x.report.bytes_truncated == 0);
  CHECK(x.read_bases(5) == std::vector<offset_t>{9, 20, 21});
}

TEST_CASE("log: a copy keeps its gaps when the topic is compacted no more") {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    log_fixture x;
    x.options.config.cleanup_compact = true;
    x.open();
    REQUIRE(x->append_replicated(replicated({0, 1}, 1), x.now));
    // A sync that is under way when the first gap comes does not cover it.
    auto plan = x->plan_sync();
    REQUIRE(run_sync(x.fs, plan));
    REQUIRE(x->append_replicated(replicated({5, 7}, 1), x.now));
    x->synced_up_to(plan.end_offset);
    x.sync();
    x.saved = x->checkpoint(x->end_offset());
    x.options.config.cleanup_compact = false;
    x.log_.reset();
    x.fs.crash(seed);
    x.open();
    CAPTURE(seed);
    CHECK(x->end_offset() == 8);
    CHECK(x.report.bytes_truncated == 0);
    CHECK(x.read_bases(2) == std::vector<offset_t>{5, 7});
  }
}

TEST_CASE("log: a gap that cannot be noted is not written") {
  log_fixture x;
  x.open();
  x.append();
  x.fs.inject(operation::open, "compacted", ENOSPC);
  CHECK(code_of(x->append_replicated(replicated({4}, 1), x.now))
        == errc::disk_full);
  CHECK(x->end_offset() == 1);
  REQUIRE(x->append_replicated(replicated({4}, 1), x.now));
  x.kill_and_open();
  CHECK(x->end_offset() == 5);
}

} // namespace troupe::storage::test
