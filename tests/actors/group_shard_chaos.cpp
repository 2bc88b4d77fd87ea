// SPDX-License-Identifier: Apache-2.0
#include "group_shard_chaos.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <variant>
#include <vector>

namespace troupe::actors {

namespace {

const storage::topic_partition name{"__consumer_offsets", 0};

} // namespace

group_shard_chaos::group_shard_chaos(uint64_t seed) : random_(seed) {
  // Small enough for logs of several segments, large enough for any batch.
  store_.options.config.segment_bytes = 4096;
  start();
}

void group_shard_chaos::start() {
  store_.open();
  // As who opens logs does: what recovery found counts from now on.
  store_.sync();
  ++leader_epoch_;
  shard_ = std::make_unique<group_shard>(name, cluster::group_config{}, view_);
  auto end = store_->end_offset();
  REQUIRE(shard_->open(store_.options.topic_id, store_->start_offset(), end)
              .has_value());
  REQUIRE(shard_->lead(leader_epoch_, random_()).has_value());
  while (shard_->read_from() < end) {
    auto read = store_->read(shard_->read_from(), 1 << 20, end,
                             storage::read_mode::blocking);
    REQUIRE(read.has_value());
    std::vector<std::byte> bytes(read->records.size);
    auto size = read->records.source->read(read->records.position, bytes);
    REQUIRE(size.has_value());
    REQUIRE(*size == bytes.size());
    REQUIRE(shard_->load(bytes).has_value());
  }
  shard_->loaded(now_);
}

void group_shard_chaos::commit(const std::string& group, int32_t partition) {
  auto& x = offsets_[{group, partition}];
  cluster::commit_request request;
  request.group_id = group;
  auto& commit = request.offsets.emplace_back();
  commit.partition = {"orders", partition};
  commit.offset = ++x.sent;
  auto ticket = next_ticket_++;
  waiting_[ticket] = {{group, partition}, x.sent};
  shard_->take(
      shard_->groups().commit_offsets(ticket, std::move(request), now_));
}

void group_shard_chaos::take_batch() {
  batch_ = shard_->next_batch(now_.wall_ms);
  if (batch_)
    stage_ = stage::taken;
}

void group_shard_chaos::write() {
  auto done = store_.try_append(*batch_, leader_epoch_);
  REQUIRE(done.has_value());
  batch_end_ = done->next_offset;
  stage_ = stage::written;
}

void group_shard_chaos::sync() {
  store_.sync();
  stage_ = stage::synced;
}

void group_shard_chaos::apply() {
  shard_->appended(batch_end_);
  batch_.reset();
  stage_ = stage::applied;
}

void group_shard_chaos::answer() {
  for (const auto& x : shard_->answers()) {
    auto call = waiting_.extract(x.ticket);
    REQUIRE_FALSE(call.empty());
    auto* told = std::get_if<cluster::commit_answer>(&x.what);
    REQUIRE(told != nullptr);
    REQUIRE(told->partitions.size() == 1);
    CHECK(told->partitions[0] == cluster::group_error::none);
    auto& [key, offset] = call.mapped();
    auto& known = offsets_[key].known;
    known = std::max(known, offset);
  }
  stage_ = stage::idle;
}

void group_shard_chaos::update_view() {
  REQUIRE(shard_->offsets().update().has_value());
}

void group_shard_chaos::flush_view() {
  REQUIRE(view_.flush().has_value());
}

void group_shard_chaos::crash() {
  shard_.reset();
  store_.log_.reset();
  store_.fs.crash(random_());
  view_.crash(random_());
  batch_.reset();
  waiting_.clear();
  stage_ = stage::idle;
  start();
}

std::string group_shard_chaos::look() {
  for (auto& [key, x] : offsets_) {
    auto found = committed(key.first, key.second);
    auto words = key.first + "/" + std::to_string(key.second) + " is at "
                 + std::to_string(found);
    if (found < x.known)
      return words + " and was at " + std::to_string(x.known);
    if (found > x.sent)
      return words + ", which nobody sent";
    x.known = found;
  }
  return {};
}

storage::offset_t
group_shard_chaos::committed(const std::string& group, int32_t partition) {
  auto found = shard_->find(group, {"orders", partition});
  REQUIRE(found.has_value());
  return *found ? (*found)->offset : storage::no_offset;
}

} // namespace troupe::actors
