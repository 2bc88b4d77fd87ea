// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace troupe::storage::test {

namespace {

using offsets = std::vector<offset_t>;

/// Segments 0, 2, 4 and 6 of two records each, written 1000 ms apart; the last
/// one is active.
struct retention_fixture : log_fixture {
  int64_t segment_size =
      static_cast<int64_t>(2 * log_fixture::batch(1, 100, 1'000'000).size());

  retention_fixture() {
    options.config.segment_bytes = segment_size;
    options.config.retention_ms = -1;
    open();
    for (int i = 0; i < 8; ++i) {
      if (i % 2 == 0)
        now += 1000;
      append();
    }
    REQUIRE(log_->segment_base_offsets() == offsets{0, 2, 4, 6});
  }

  /// Segments that are left.
  offsets retain(timestamp_ms at, offset_t limit = 8) {
    log_->reconfigure(options.config);
    removed = log_->apply_retention(at, limit);
    REQUIRE(removed);
    return log_->segment_base_offsets();
  }

  result<removed_files> removed;
};

} // namespace

TEST_CASE("log: retention without bounds keeps everything") {
  retention_fixture x;
  CHECK(x.retain(x.now + 1'000'000'000) == offsets{0, 2, 4, 6});
  x.options.config.retention_ms = 10;
  x.options.config.retention_bytes = 0;
  x.options.config.cleanup_delete = false;
  CHECK(x.retain(x.now + 1'000'000'000) == offsets{0, 2, 4, 6});
}

TEST_CASE("log: retention by time takes segments whose newest record is old") {
  retention_fixture x;
  x.options.config.retention_ms = 1500;
  // The first segment is 3000 ms old, the second 2000.
  CHECK(x.retain(x.now - 1500) == offsets{0, 2, 4, 6});
  CHECK(x.retain(x.now) == offsets{4, 6});
  CHECK(x->start_offset() == 4);
  CHECK(x.removed->paths.size() == 6);
  CHECK(x.removed->paths[0] == x.path(0, ".log") + ".deleted");
  x.kill_and_open();
  CHECK(x->start_offset() == 4);
  CHECK_FALSE(x.fs.exists(x.removed->paths[0]).value());
}

TEST_CASE("log: retention knows the age of segments after a restart") {
  retention_fixture x;
  x.options.config.retention_ms = 1500;
  x.restart();
  CHECK(x.retain(x.now) == offsets{4, 6});
}

TEST_CASE("log: an expired active segment is rolled and goes") {
  retention_fixture x;
  x.options.config.retention_ms = 100;
  CHECK(x.retain(x.now + 101) == offsets{8});
  CHECK(x->start_offset() == 8);
  CHECK(x->end_offset() == 8);
  // An empty active segment is nothing to remove.
  CHECK(x.retain(x.now + 100000) == offsets{8});
  CHECK(x.removed->paths.empty());
  CHECK(x.append() == 9);
}

TEST_CASE("log: on a full disk retention makes room, the active one stays") {
  retention_fixture x;
  x.options.config.retention_ms = 1;
  x.fs.set_space(x.fs.used_bytes());
  CHECK(x.retain(x.now + 10'000) == offsets{6});
  CHECK(x.removed->kept_active.has_value());
  CHECK(x->start_offset() == 6);
  x.fs.set_space(std::nullopt);
  CHECK(x.retain(x.now + 10'000) == offsets{8});
  CHECK_FALSE(x.removed->kept_active.has_value());
}

TEST_CASE("log: retention by size takes the oldest, never the active one") {
  retention_fixture x;
  x.options.config.retention_bytes = 3 * x.segment_size + 1;
  CHECK(x.retain(x.now) == offsets{0, 2, 4, 6});
  x.options.config.retention_bytes = 3 * x.segment_size;
  CHECK(x.retain(x.now) == offsets{2, 4, 6});
  x.options.config.retention_bytes = 0;
  CHECK(x.retain(x.now) == offsets{6});
}

TEST_CASE("log: retention never goes beyond the limit") {
  retention_fixture x;
  x.options.config.retention_ms = 1;
  CHECK(x.retain(x.now + 100000, 3) == offsets{2, 4, 6});
  CHECK(x.retain(x.now + 100000, 7) == offsets{6});
  CHECK(x.retain(x.now + 100000, 8) == offsets{8});
}

TEST_CASE("log: deleted records are gone, whole segments leave") {
  retention_fixture x;
  auto removed = x->delete_records_before(5);
  REQUIRE(removed);
  CHECK(removed->paths.size() == 6);
  CHECK(x->start_offset() == 5);
  CHECK(x->recovery_point() == 5);
  CHECK(x->segment_base_offsets() == offsets{4, 6});
  CHECK(x->delete_records_before(3)->paths.empty());
  CHECK(x->start_offset() == 5);
  CHECK(code_of(x->delete_records_before(9)) == errc::offset_out_of_range);
  REQUIRE(x->delete_records_before(8));
  CHECK(x->segment_base_offsets() == offsets{6});
  CHECK(x->start_offset() == 8);
  CHECK(x.append() == 9);
  CHECK(x.read_bases(8) == offsets{8});
}

TEST_CASE("log: deleted records count as deleted even if cleanup is compact") {
  retention_fixture x;
  x.options.config.cleanup_delete = false;
  x->reconfigure(x.options.config);
  REQUIRE(x->delete_records_before(2));
  CHECK(x->segment_base_offsets() == offsets{2, 4, 6});
}

TEST_CASE("log: a rename that fails stops removal, and reports what was done") {
  retention_fixture x;
  x.fs.inject(operation::rename, ".log", EIO, 1);
  auto removed = x->delete_records_before(6);
  REQUIRE(removed);
  CHECK(removed->paths.size() == 3);
  CHECK(x->segment_base_offsets() == offsets{2, 4, 6});
  CHECK(x->start_offset() == 6);
  x.fs.inject(operation::rename, ".log", EIO);
  x.options.config.retention_ms = 1;
  x->reconfigure(x.options.config);
  CHECK(code_of(x->apply_retention(x.now + 100, 8)) == errc::io);
  CHECK(x.retain(x.now + 100) == offsets{8});
}

TEST_CASE("log: retention forgets idle producers") {
  log_fixture x;
  x.options.config.producer_id_expiration_ms = 1000;
  x.open();
  REQUIRE(x.try_append(log_fixture::batch(1, 10, x.now, 5, 0)));
  REQUIRE(x->apply_retention(x.now + 500, 0));
  CHECK(x->active_producers().size() == 1);
  REQUIRE(x->apply_retention(x.now + 1001, 0));
  CHECK(x->active_producers().empty());
}

} // namespace troupe::storage::test
