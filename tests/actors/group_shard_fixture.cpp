// SPDX-License-Identifier: Apache-2.0
#include "group_shard_fixture.h"

#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace troupe::actors {

namespace {

const storage::topic_partition name{"__consumer_offsets", 0};
constexpr uint64_t seed = 7;

storage::uuid topic_id() {
  storage::uuid id;
  id.bytes.fill(9);
  return id;
}

} // namespace

group_shard_fixture::group_shard_fixture() {
  restart();
}

void group_shard_fixture::restart() {
  shard = std::make_unique<group_shard>(name, config, *view);
  REQUIRE(shard->open(topic_id(), 0, log_end_).has_value());
  REQUIRE(shard->lead(leader_epoch, seed).has_value());
  while (shard->read_from() < log_end_)
    REQUIRE(shard->load(log_).has_value());
  REQUIRE(shard->next_offset() == log_end_);
  shard->loaded(now);
}

void group_shard_fixture::commit(uint64_t ticket, const std::string& group,
                                 storage::offset_t offset, int32_t partition) {
  cluster::commit_request x;
  x.group_id = group;
  auto& commit = x.offsets.emplace_back();
  commit.partition = {"orders", partition};
  commit.offset = offset;
  shard->take(shard->groups().commit_offsets(ticket, std::move(x), now));
}

storage::buffer group_shard_fixture::begin_append() {
  auto batch = shard->next_batch(now.wall_ms);
  REQUIRE(batch.has_value());
  return *batch;
}

void group_shard_fixture::end_append(const storage::buffer& batch) {
  auto header = storage::parse_batch_header(batch.bytes());
  REQUIRE(header.has_value());
  header->base_offset = log_end_;
  header->leader_epoch = leader_epoch;
  auto stamped = storage::encode_batch_header(*header);
  log_.insert(log_.end(), stamped.begin(), stamped.end());
  auto records = batch.bytes().subspan(storage::batch_header_bytes);
  log_.insert(log_.end(), records.begin(), records.end());
  log_end_ += header->records_count;
  shard->appended(log_end_);
}

void group_shard_fixture::lose_log() {
  log_.clear();
  log_end_ = 0;
  ++leader_epoch;
}

bool group_shard_fixture::append() {
  auto batch = shard->next_batch(now.wall_ms);
  if (batch)
    end_append(*batch);
  return batch.has_value();
}

size_t group_shard_fixture::records_in(const storage::buffer& batch) const {
  auto header = storage::parse_batch_header(batch.bytes());
  REQUIRE(header.has_value());
  return static_cast<size_t>(header->records_count);
}

std::vector<uint64_t> group_shard_fixture::answered() {
  last_answers = shard->answers();
  std::vector<uint64_t> tickets;
  for (const auto& x : last_answers)
    tickets.push_back(x.ticket);
  return tickets;
}

storage::offset_t group_shard_fixture::stored_offset(const std::string& group,
                                                     int32_t partition) {
  auto found = shard->find(group, {"orders", partition});
  REQUIRE(found.has_value());
  return *found ? (*found)->offset : storage::no_offset;
}

} // namespace troupe::actors
