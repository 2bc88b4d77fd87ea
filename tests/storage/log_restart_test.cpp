// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace troupe::storage::test {

namespace {

using offsets = std::vector<offset_t>;

/// Three segments; ends at 12.
struct restart_fixture : log_fixture {
  restart_fixture() {
    options.config.segment_bytes =
        static_cast<int64_t>(2 * log_fixture::batch(2, 100, now).size());
    open();
    for (int i = 0; i < 6; ++i)
      REQUIRE(try_append(batch(2, 100, now, 5, 2 * i), 1 + i / 3));
    REQUIRE(log_->segment_base_offsets() == offsets{0, 4, 8});
  }

  void check_empty_at(offset_t offset) {
    CHECK(log_->start_offset() == offset);
    CHECK(log_->end_offset() == offset);
    CHECK(log_->recovery_point() == offset);
    CHECK(log_->size_bytes() == 0);
    CHECK(log_->segment_base_offsets() == offsets{offset});
    CHECK(log_->active_producers().empty());
    CHECK(log_->checkpoint(0).epochs.empty());
    CHECK(log_->end_offset_of_epoch(9).first == no_leader_epoch);
  }
};

} // namespace

TEST_CASE("log: one that restarts holds nothing and goes on at the offset") {
  for (offset_t at : {0, 3, 4, 8, 12, 500}) {
    CAPTURE(at);
    restart_fixture x;
    x.sync();
    REQUIRE(x->restart_at(at));
    x.check_empty_at(at);
    REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now), 7));
    CHECK(x->end_offset() == at + 2);
    CHECK(x.read_bases(at) == offsets{at});
    CHECK(x->end_offset_of_epoch(7) == std::pair{7, at + 2});
    x.saved = x->checkpoint(0);
    x.kill_and_open();
    CHECK(x.report.notes.empty());
    CHECK(x->start_offset() == at);
    CHECK(x->end_offset() == at + 2);
  }
}

TEST_CASE("log: an old checkpoint does not bring back what a restart removed") {
  restart_fixture x;
  x.sync();
  x.saved = x->checkpoint(12);
  REQUIRE(x->restart_at(100));
  x.kill_and_open();
  CHECK(x->start_offset() == 100);
  CHECK(x->end_offset() == 100);
  CHECK(x->size_bytes() == 0);
}

TEST_CASE("log: a power cut during a restart leaves a log that opens") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    restart_fixture x;
    x.sync();
    x.saved = x->checkpoint(12);
    REQUIRE(x->restart_at(100));
    x.log_.reset();
    x.fs.crash(seed);
    x.open();
    CHECK(x->start_offset() == x->end_offset());
  }
}

TEST_CASE("log: a failed restart takes no appends any more") {
  restart_fixture x;
  x.fs.inject(operation::open, ".log", EIO);
  CHECK(code_of(x->restart_at(100)) == errc::io);
  CHECK(code_of(x.try_append(log_fixture::batch(1, 10, x.now)))
        == errc::poisoned);
}

} // namespace troupe::storage::test
