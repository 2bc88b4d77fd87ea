// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <tests/cluster/metadata_log_fixture.h>

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;
using storage::errc;
using storage::test::operation;

namespace {

constexpr std::array steps{operation::open,          operation::write,
                           operation::sync,          operation::truncate,
                           operation::rename,        operation::remove,
                           operation::sync_directory};

constexpr int seeds = 6;

std::unique_ptr<metadata_log> reopen(fault_file_system& fs) {
  auto log = metadata_log::open(fs, small_log());
  REQUIRE_MESSAGE(log, log.error().message);
  return std::move(*log);
}

/// Lets `act` fail in each of its steps, cuts the power there, opens the log
/// again and has it checked; `done` says whether the action had succeeded.
void interrupt_everywhere(
    const std::function<void(metadata_log&)>& prepare,
    const std::function<bool(metadata_log&)>& act,
    const std::function<void(metadata_log&, bool done)>& check) {
  int interrupted = 0;
  for (auto step : steps)
    for (int skip = 0;; ++skip) {
      bool done = true;
      for (uint64_t seed = 0; seed < seeds; ++seed) {
        CAPTURE(static_cast<int>(step));
        CAPTURE(skip);
        CAPTURE(seed);
        fault_file_system fs;
        auto log = open_log(fs, small_log());
        prepare(*log);
        fs.inject(step, "", EIO, skip);
        done = act(*log);
        interrupted += done ? 0 : 1;
        log.reset();
        fs.crash(seed);
        log = reopen(fs);
        check(*log, done);
        // It is of full use again, and the next start agrees.
        append_as_leader(*log, numbered_topic(99), 50);
        REQUIRE(log->sync());
        auto end = log->end_offset();
        log.reset();
        fs.crash(seed);
        CHECK(reopen(fs)->end_offset() == end);
      }
      if (done)
        break;
    }
  CHECK(interrupted > 0);
}

/// Each append with a sync of its own.
void append_synced(metadata_log& log, int first, int count,
                   leader_epoch_t epoch) {
  for (int i = first; i < first + count; ++i) {
    append_as_leader(log, numbered_topic(i), epoch);
    REQUIRE(log.sync());
  }
}

/// A snapshot of another node's log, which ends at offset 10 in epoch 3.
struct foreign_snapshot {
  fault_file_system fs;
  snapshot_id id;
  std::vector<std::byte> bytes;
  image_ptr image;

  foreign_snapshot() {
    auto log = open_log(fs, small_log());
    append_as_leader(*log, {leader_began{3, 2}}, 3);
    append_topics(*log, 20, 9);
    id = *log->newest_snapshot();
    image = log->image();
    bytes = read_snapshot(*log, id);
  }
};

} // namespace

TEST_CASE("metadata log: a vote is whole or not there, wherever power fails") {
  interrupt_everywhere(
      [](metadata_log& log) {
        REQUIRE(log.save_election({4, 1}));
      },
      [](metadata_log& log) {
        return log.save_election({5, 2}).has_value();
      },
      [](metadata_log& log, bool done) {
        auto after = log.election();
        CHECK((after == election_state{5, 2}
               || (!done && after == election_state{4, 1})));
      });
}

TEST_CASE("metadata log: appends that share a sync are torn without damage") {
  interrupt_everywhere([](metadata_log& log) { append_synced(log, 0, 3, 1); },
                       [](metadata_log& log) {
                         for (int i = 3; i < 9; ++i)
                           if (!log.append_as_leader(numbered_topic(i), 1, 0))
                             return false;
                         return log.sync().has_value();
                       },
                       [](metadata_log& log, bool done) {
                         CHECK(log.end_offset() >= (done ? 9 : 3));
                         CHECK(log.end_offset() <= 9);
                         REQUIRE(log.commit(log.end_offset(), 0));
                         CHECK(log.image()->topics.size()
                               == static_cast<size_t>(log.end_offset()));
                       });
}

TEST_CASE("metadata log: batches of a leader are torn without damage") {
  fault_file_system other;
  auto leader = open_log(other, default_log());
  append_synced(*leader, 0, 9, 1);
  auto batches = *leader->read(3, 1 << 20);
  interrupt_everywhere([](metadata_log& log) { append_synced(log, 0, 3, 1); },
                       [&](metadata_log& log) {
                         auto end = log.append_as_follower(batches, 0);
                         return end && *end == 9 && log.sync();
                       },
                       [](metadata_log& log, bool done) {
                         CHECK(log.end_offset() >= (done ? 9 : 3));
                         REQUIRE(log.commit(log.end_offset(), 0));
                         CHECK(log.image()->topics.size()
                               == static_cast<size_t>(log.end_offset()));
                       });
}

TEST_CASE("metadata log: a truncation that power interrupts leaves a prefix") {
  interrupt_everywhere(
      [](metadata_log& log) {
        append_synced(log, 0, 2, 1);
        append_synced(log, 2, 8, 2);
        REQUIRE(log.save_election({3, 1}));
      },
      [](metadata_log& log) {
        if (!log.truncate_to(2))
          return false;
        return log.append_as_leader(numbered_topic(30), 3, 0) && log.sync();
      },
      [](metadata_log& log, bool done) {
        auto end = log.end_offset();
        REQUIRE(log.commit(end, 0));
        CHECK(end >= 2);
        auto fresh = log.image()->topics.contains("t30");
        CHECK((fresh || !done));
        CHECK(log.image()->topics.contains("t2") == (!fresh && end > 2));
      });
}

TEST_CASE("metadata log: a snapshot takes the log's place whole or not") {
  foreign_snapshot other;
  interrupt_everywhere(
      [](metadata_log& log) {
        append_synced(log, 0, 7, 1);
        REQUIRE(log.commit(7, 0));
        append_synced(log, 7, 6, 2);
        REQUIRE(log.save_election({4, no_node}));
      },
      [&](metadata_log& log) {
        return log.install_snapshot(other.id, other.bytes).has_value();
      },
      [&](metadata_log& log, bool done) {
        if (log.newest_snapshot() == other.id) {
          CHECK(same(*log.image(), *other.image));
          CHECK(log.start_offset() == other.id.end_offset);
          CHECK(log.end_offset() == other.id.end_offset);
          CHECK(log.start_epoch() == 3);
          return;
        }
        CHECK_FALSE(done);
        CHECK(log.end_offset() == 13);
        CHECK(log.newest_snapshot() == snapshot_id{7, 1});
      });
}

TEST_CASE("metadata log: an installed snapshot is what the log goes on from") {
  foreign_snapshot other;
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  append_synced(*log, 0, 7, 1);
  REQUIRE(log->commit(7, 0));
  append_synced(*log, 7, 30, 2);
  REQUIRE(log->save_election({4, no_node}));
  REQUIRE(log->install_snapshot(other.id, other.bytes));
  CHECK(same(*log->image(), *other.image));
  CHECK(log->end_offset() == 10);
  CHECK(log_files(fs, ".checkpoint")
        == std::vector<std::string>{"00000000000000000010.checkpoint"});
  append_synced(*log, 0, 4, 4);
  REQUIRE(log->commit(14, 0));
  auto image = log->image();
  log.reset();
  fs.crash(7);
  CHECK(same(*open_log(fs, small_log())->image(), *image));
}

TEST_CASE("metadata log: a snapshot that is damaged or foreign is refused") {
  foreign_snapshot other;
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  append_synced(*log, 0, 3, 1);
  REQUIRE(log->commit(3, 0));
  auto image = log->image();
  for (size_t i = 0; i < other.bytes.size(); ++i) {
    auto wrong = other.bytes;
    wrong[i] ^= std::byte{1};
    CHECK_FALSE(log->install_snapshot(other.id, wrong));
  }
  auto torn = other.bytes;
  torn.pop_back();
  auto refused = log->install_snapshot(other.id, torn);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::corrupt_log);
  refused = log->install_snapshot({10, 9}, other.bytes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  CHECK(log->image() == image);
  append_synced(*log, 3, 9, 1);
  REQUIRE(log->commit(12, 0));
  refused = log->install_snapshot(other.id, other.bytes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
}

TEST_CASE("metadata log: a full disk refuses a snapshot and changes nothing") {
  foreign_snapshot other;
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  append_synced(*log, 0, 3, 1);
  fs.inject(operation::write, ".installing", ENOSPC);
  auto refused = log->install_snapshot(other.id, other.bytes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::disk_full);
  append_synced(*log, 3, 1, 1);
  CHECK(log->end_offset() == 4);
  REQUIRE(log->install_snapshot(other.id, other.bytes));
  CHECK(log->end_offset() == 10);
}

TEST_CASE("metadata log: a vote that is lost or damaged is not made up") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  append_synced(*log, 0, 3, 2);
  log.reset();
  auto path = log_directory + "/quorum-state";
  auto content = fs.content(path);
  for (size_t i = 1; i < content.size(); ++i) {
    auto wrong = content;
    wrong[i] ^= std::byte{1};
    fs.put(path, wrong);
    CHECK(fault_of_opening(fs, small_log()) == errc::corrupt_log);
  }
  auto newer = content;
  newer[0] = std::byte{2};
  fs.put(path, newer);
  CHECK(fault_of_opening(fs, small_log()) == errc::unsupported_format);
  fs.put(path, {});
  CHECK(fault_of_opening(fs, small_log()) == errc::corrupt_log);
  REQUIRE(fs.remove(path));
  CHECK(fault_of_opening(fs, small_log()) == errc::corrupt_log);
  fs.put(path, content);
  CHECK(reopen(fs)->election() == election_state{2, 1});
}

TEST_CASE("metadata log: damage is still found where syncs were not shared") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append_as_leader(*log, numbered_topic(0), 1);
  append_as_leader(*log, numbered_topic(1), 1);
  REQUIRE(log->sync());
  CHECK(log_files(fs, ".unsynced").size() == 1);
  append_synced(*log, 2, 3, 1);
  log.reset();
  CHECK(log_files(fs, ".unsynced").empty());
  auto segment = log_directory + "/00000000000000000000.log";
  fs.flip_bit(segment, 70);
  CHECK(fault_of_opening(fs, default_log()) == errc::corrupt_log);
}
