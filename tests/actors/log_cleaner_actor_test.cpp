// SPDX-License-Identifier: Apache-2.0
#include "log_cleaner_actor.h"
#include "partition_fixture.h"

#include <troupe/storage/record_batch.h>

#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::actors;
using cluster::durability;

namespace {

/// A compacted partition and a cleaner that really works on its files.
struct cleaner_fixture : partition_fixture {
  std::shared_ptr<io_pace> pace = std::make_shared<io_pace>(0);
  log_cleaner_actor cleaner;
  int threads_begun = 0;
  ticket_t tickets = 0;

  cleaner_fixture()
      : partition_fixture(durability::page_cache,
                          [](storage::log_config& config) {
                            config.cleanup_compact = true;
                            config.cleanup_delete = false;
                            config.min_cleanable_dirty_ratio = 0.1;
                            config.segment_bytes = 1000;
                          }) {
    log_cleaner_config config;
    config.fs = &store.fs;
    config.pace = pace;
    config.begin_thread = [this] { ++threads_begun; };
    cleaner = keep(system().spawn(log_cleaner, std::move(config)));
  }
  ~cleaner_fixture() {
    cleanings.clear();
    end_actors();
  }

  /// The same few keys again and again, then everything synced.
  void fill(int batches) {
    for (int i = 0; i < batches; ++i) {
      storage::batch_builder batch{storage::codec::none};
      batch.add(store.now, "key " + std::to_string(i % 3),
                std::string(200, 'v'));
      append(++tickets, batch.build());
      while (!syncs.empty())
        finish_sync();
    }
  }

  void consider() { tell(partition, consider_compaction{}); }

  /// Hands the partition's oldest order to the real cleaner.
  void clean() {
    REQUIRE_FALSE(cleanings.empty());
    auto order = std::move(cleanings.front());
    cleanings.erase(cleanings.begin());
    tell(cleaner, std::move(order));
  }
};

} // namespace

TEST_CASE("log cleaner: a dirty log is compacted and remembers it") {
  cleaner_fixture x;
  x.fill(30);
  auto before = x.describe();
  x.kept.clear();
  x.consider();
  x.clean();
  auto after = x.describe();
  CHECK(after.size_bytes < before.size_bytes / 3);
  CHECK(after.end_offset == 30);
  CHECK_FALSE(x.removals.empty());
  REQUIRE(x.kept.size() == 1);
  CHECK(x.kept[0].value.offsets.first_dirty_offset > 20);
  CHECK(x.threads_begun == 1);
  // What is left begins with the last record of some key, and is all there.
  auto read = x.read(0);
  CHECK(read.why.ok());
  CHECK(x.bases(read).front() > 0);
  // Clean now: nothing is worth it.
  x.consider();
  CHECK(x.cleanings.empty());
}

TEST_CASE("log cleaner: one compaction of a log runs at a time") {
  cleaner_fixture x;
  x.fill(30);
  x.consider();
  x.consider();
  CHECK(x.cleanings.size() == 1);
  x.clean();
  x.fill(30);
  x.consider();
  CHECK(x.cleanings.size() == 1);
}

TEST_CASE("log cleaner: a log that changed meanwhile refuses, and goes on") {
  cleaner_fixture x;
  x.fill(30);
  x.consider();
  auto deleted = x.ask<records_deleted>(x.partition, delete_records{20});
  REQUIRE(deleted.why.ok());
  auto size = x.describe().size_bytes;
  x.kept.clear();
  x.clean();
  CHECK(x.describe().size_bytes == size);
  CHECK(x.kept.empty());
  CHECK(x.failures.empty());
  x.consider();
  x.clean();
  CHECK(x.describe().size_bytes < size);
}

TEST_CASE("log cleaner: a stop ends a compaction and changes nothing") {
  cleaner_fixture x;
  x.fill(30);
  auto size = x.describe().size_bytes;
  x.consider();
  x.pace->end();
  x.clean();
  CHECK(x.describe().size_bytes == size);
  CHECK(x.failures.empty());
}

TEST_CASE("log cleaner: a closed partition is left alone") {
  cleaner_fixture x;
  x.fill(30);
  x.consider();
  CHECK(x.close(false).why.ok());
  x.clean();
  x.consider();
  CHECK(x.cleanings.empty());
  CHECK(x.failures.empty());
}

TEST_CASE("io_pace: a rate is kept, and an end ends the wait") {
  io_pace fast(0);
  CHECK(fast.take(uint64_t{1} << 60));
  io_pace slow(1);
  // The first bytes are on credit; the next would wait for a thousand years.
  CHECK(slow.take(uint64_t{1} << 35));
  slow.end();
  CHECK_FALSE(slow.take(1));
}
