// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <tests/cluster/metadata_log_fixture.h>
#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;
using storage::errc;
using storage::no_leader_epoch;
using storage::no_offset;
using storage::test::operation;

namespace {

voters_replaced voting(std::initializer_list<node_id> ids) {
  voters_replaced x;
  for (auto id : ids)
    x.voters.push_back({id, "host", 9093});
  return x;
}

std::pair<leader_epoch_t, offset_t> end_of(leader_epoch_t epoch, offset_t end) {
  return {epoch, end};
}

errc refusal_of(metadata_log& log, std::span<const std::byte> bytes) {
  auto refused = log.append_as_follower(storage::buffer::copy_of(bytes), 0);
  REQUIRE_FALSE(refused);
  return refused.error().code;
}

} // namespace

TEST_CASE("metadata log: what is not committed shows in no image") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append_as_leader(*log, numbered_topic(0), 1);
  append_as_leader(*log, numbered_topic(1), 1);
  CHECK(log->end_offset() == 2);
  CHECK(log->image()->end_offset == 0);
  CHECK(log->latest_image()->topics.size() == 2);
  REQUIRE(log->sync());
  REQUIRE(log->commit(1, 0));
  CHECK(same(*log->image(), *image_of(numbered_topic(0))));
  REQUIRE(log->commit(2, 0));
  CHECK(log->image()->topics.size() == 2);
  // It never goes back.
  REQUIRE(log->commit(1, 0));
  CHECK(log->image()->topics.size() == 2);
}

TEST_CASE("metadata log: a delta that contradicts the log's end is refused") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append_as_leader(*log, numbered_topic(0), 1);
  auto refused = log->append_as_leader(numbered_topic(0), 1, 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  CHECK(log->end_offset() == 1);
  auto small = small_log();
  small.directory = "/other";
  auto other = open_log(fs, small);
  auto wide =
      other->append_as_leader(metadata_delta{topic("wide", id(1), 100)}, 1, 0);
  REQUIRE_FALSE(wide);
  CHECK(wide.error().code == errc::invalid_argument);
}

TEST_CASE("metadata log: truncation takes back what was not committed") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  append_as_leader(*log, numbered_topic(0), 1);
  append_as_leader(*log, numbered_topic(1), 1);
  append_as_leader(*log, numbered_topic(2), 2);
  CHECK(log->last_epoch() == 2);
  REQUIRE(log->truncate_to(1));
  CHECK(log->end_offset() == 1);
  CHECK(log->last_epoch() == 1);
  append_as_leader(*log, numbered_topic(1), 3);
  REQUIRE(log->sync());
  REQUIRE(log->commit(2, 0));
  fs.crash(1);
  log = open_log(fs, default_log());
  CHECK(log->image()->topics.size() == 2);
  CHECK(log->last_epoch() == 3);
}

TEST_CASE("metadata log: voters are in force before they are committed") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  CHECK(log->voters().empty());
  CHECK(log->voters_offset() == no_offset);
  append_as_leader(*log, {voting({1})}, 1);
  append_as_leader(*log, numbered_topic(0), 1);
  REQUIRE(log->commit(2, 0));
  append_as_leader(*log, {voting({1, 2})}, 1);
  CHECK(log->voters() == voting({1, 2}).voters);
  CHECK(log->voters_offset() == 2);
  CHECK(log->voters_before() == voting({1}).voters);
  CHECK(log->image()->voters == voting({1}).voters);
  REQUIRE(log->truncate_to(2));
  CHECK(log->voters_before().empty());
  CHECK(log->voters() == voting({1}).voters);
  CHECK(log->voters_offset() == 0);
}

TEST_CASE("metadata log: after a snapshot its voters lie just below its end") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  append_as_leader(*log, {voting({1})}, 3);
  append_topics(*log, 0, 5);
  REQUIRE(log->newest_snapshot());
  auto id = *log->newest_snapshot();
  CHECK(id == snapshot_id{5, 3});
  auto copy = open_copy(fs, *log, id);
  CHECK(copy->voters() == voting({1}).voters);
  CHECK(copy->voters_offset() == 4);
}

TEST_CASE("metadata log: a follower's log is the leader's, byte for byte") {
  fault_file_system fs;
  auto leader = open_log(fs, default_log());
  append_as_leader(*leader, {leader_began{1, 1}, voting({1})}, 1);
  append_as_leader(*leader, numbered_topic(0), 1);
  append_as_leader(*leader, numbered_topic(1), 4);
  auto options = default_log();
  options.directory = "/other";
  auto follower = open_log(fs, options);
  auto bytes = leader->read(0, 1 << 20);
  REQUIRE(bytes);
  auto end = follower->append_as_follower(*bytes, 0);
  REQUIRE(end);
  CHECK(*end == 4);
  CHECK(follower->last_epoch() == 4);
  CHECK(follower->voters() == leader->voters());
  CHECK(follower->image()->end_offset == 0);
  REQUIRE(follower->sync());
  CHECK(fs.content(log_directory + "/00000000000000000000.log")
        == fs.content("/other/__cluster_metadata-0/00000000000000000000.log"));
  REQUIRE(follower->commit(3, 0));
  CHECK(same(*follower->image(), *image_of({voting({1}), leader_began{1, 1},
                                            numbered_topic(0)[0]})));
  CHECK(leader->read(4, 100)->empty());
}

TEST_CASE("metadata log: a follower refuses what is no good batch") {
  fault_file_system fs;
  auto leader = open_log(fs, default_log());
  append_as_leader(*leader, numbered_topic(0), 2);
  append_as_leader(*leader, numbered_topic(1), 2);
  auto both = *leader->read(0, 1 << 20);
  auto options = default_log();
  options.directory = "/other";
  auto log = open_log(fs, options);
  std::vector<std::byte> bytes(both.bytes().begin(), both.bytes().end());
  for (size_t size = 1; size < bytes.size(); ++size)
    if (size != bytes.size() / 2)
      CHECK(refusal_of(*log, std::span{bytes}.first(size))
            == errc::corrupt_batch);
  // Any epoch that does not go back is possible, and not in the checksum.
  for (size_t i = 0; i < bytes.size(); ++i) {
    auto in_batch = i % (bytes.size() / 2);
    if (in_batch >= 12 && in_batch < 16)
      continue;
    auto wrong = bytes;
    wrong[i] ^= std::byte{1};
    auto code = refusal_of(*log, wrong);
    CHECK((code == errc::corrupt_batch || code == errc::unsupported_format));
  }
  CHECK(log->end_offset() == 0);
  append_as_leader(*log, numbered_topic(5), 2);
  CHECK(refusal_of(*log, bytes) == errc::corrupt_batch);
  CHECK(log->end_offset() == 1);
}

TEST_CASE("metadata log: a follower refuses epochs that go back") {
  fault_file_system fs;
  auto leader = open_log(fs, default_log());
  append_as_leader(*leader, numbered_topic(0), 2);
  auto first = *leader->read(0, 1 << 20);
  append_as_leader(*leader, numbered_topic(1), 2);
  auto second = *leader->read(1, 1 << 20);
  auto options = default_log();
  options.directory = "/other";
  auto log = open_log(fs, options);
  append_as_leader(*log, numbered_topic(7), 3);
  CHECK(refusal_of(*log, second.bytes()) == errc::corrupt_batch);
  REQUIRE(log->truncate_to(0));
  CHECK(log->append_as_follower(first, 0) == 1);
  CHECK(log->append_as_follower(second, 0) == 2);
}

TEST_CASE("metadata log: a follower keeps what a full disk had room for") {
  fault_file_system fs;
  auto leader = open_log(fs, default_log());
  for (int i = 0; i < 8; ++i)
    append_as_leader(*leader, numbered_topic(i), 1);
  auto options = small_log();
  options.directory = "/other";
  auto log = open_log(fs, options);
  fs.inject(operation::write, "/other", ENOSPC, 1);
  auto end = log->append_as_follower(*leader->read(0, 1 << 20), 0);
  REQUIRE(end);
  CHECK(*end > 0);
  CHECK(*end < 8);
  CHECK(log->end_offset() == *end);
  CHECK(log->append_as_follower(*leader->read(*end, 1 << 20), 0) == 8);
  REQUIRE(log->commit(8, 0));
  CHECK(log->image()->topics.size() == 8);
}

TEST_CASE("metadata log: knows where each epoch ends") {
  fault_file_system fs;
  auto log = open_log(fs, default_log());
  CHECK(log->start_epoch() == no_leader_epoch);
  CHECK(log->last_epoch() == no_leader_epoch);
  CHECK(log->end_offset_of_epoch(0) == end_of(no_leader_epoch, no_offset));
  append_as_leader(*log, numbered_topic(0), 2);
  append_as_leader(*log, numbered_topic(1), 2);
  append_as_leader(*log, numbered_topic(2), 5);
  CHECK(log->end_offset_of_epoch(1) == end_of(1, 0));
  CHECK(log->end_offset_of_epoch(2) == end_of(2, 2));
  CHECK(log->end_offset_of_epoch(4) == end_of(2, 2));
  CHECK(log->end_offset_of_epoch(9) == end_of(5, 3));
}

TEST_CASE("metadata log: knows the epoch of what only a snapshot has") {
  fault_file_system fs;
  auto leader = open_log(fs, small_log());
  append_as_leader(*leader, {leader_began{3, 1}}, 3);
  append_topics(*leader, 0, 4);
  auto log = open_copy(fs, *leader, *leader->newest_snapshot());
  CHECK(log->start_offset() == 5);
  CHECK(log->start_epoch() == 3);
  CHECK(log->last_epoch() == 3);
  CHECK(log->end_offset_of_epoch(2) == end_of(2, 5));
  CHECK(log->end_offset_of_epoch(3) == end_of(3, 5));
  CHECK(log->end_offset_of_epoch(7) == end_of(3, 5));
  append_as_leader(*log, numbered_topic(10), 6);
  CHECK(log->end_offset_of_epoch(2) == end_of(2, 5));
  CHECK(log->end_offset_of_epoch(3) == end_of(3, 5));
  CHECK(log->end_offset_of_epoch(5) == end_of(3, 5));
  CHECK(log->end_offset_of_epoch(6) == end_of(6, 6));
}

TEST_CASE("metadata log: opening knows no more committed than a snapshot") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  for (int i = 0; i < 8; ++i)
    append_as_leader(*log, numbered_topic(i), 1);
  REQUIRE(log->sync());
  REQUIRE(log->commit(7, 0));
  CHECK(log->newest_snapshot() == snapshot_id{7, 1});
  log.reset();
  auto again = metadata_log::open(fs, small_log());
  REQUIRE(again);
  CHECK((*again)->image()->end_offset == 7);
  CHECK((*again)->end_offset() == 8);
  REQUIRE((*again)->commit(8, 0));
  CHECK((*again)->image()->topics.size() == 8);
}

TEST_CASE("metadata log: a start in the middle of a log has an epoch") {
  fault_file_system fs;
  auto log = open_log(fs, small_log());
  for (int i = 0; i < 60; ++i) {
    append_as_leader(*log, numbered_topic(i), 1 + i / 4);
    REQUIRE(log->sync());
    REQUIRE(log->commit(i + 1, 0));
  }
  CHECK(log->start_offset() == 55);
  CHECK(log->start_epoch() == 1 + 54 / 4);
  REQUIRE(log->save_election({100, no_node}));
  log.reset();
  log = open_log(fs, small_log());
  CHECK(log->start_offset() == 55);
  CHECK(log->start_epoch() == 1 + 54 / 4);
  CHECK(log->last_epoch() == 1 + 59 / 4);
}
