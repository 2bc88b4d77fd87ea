// SPDX-License-Identifier: Apache-2.0
// What a Fetch request is answered, once everything has been read.
#include "access.h"
#include "fetch_operation.h"
#include "leader_hints.h"

#include <algorithm>
#include <utility>

namespace troupe::actors::handlers {

namespace {

constexpr int8_t read_committed = 1;

/// Partitions with views that a request is given records of; consumers ask for
/// the others first the next time.
constexpr size_t viewed_partitions_max = 16;

} // namespace

void fetch_operation::answer() {
  answered_ = true;
  if (waiting_)
    session_->cancel(timer_);
  for (auto& x : parts_) {
    if (x.watch != 0)
      session_->unwatch(x.actor, x.watch);
  }
  apply_budget();
  show();
}

void fetch_operation::show() {
  viewing_ = 1;
  size_t viewed = 0;
  for (size_t i = 0; i < parts_.size(); ++i) {
    auto& x = parts_[i];
    if (x.views == nullptr)
      continue;
    auto& records = x.found.records;
    if (viewed >= viewed_partitions_max)
      records.size = 0;
    if (records.size == 0)
      continue;
    ++viewed;
    records.size = std::min(
        records.size, std::max(viewed_bytes_max, x.found.first_batch_bytes));
    ++viewing_;
    session_->view(
        x.views, {x.asked->partition, records},
        [me = shared_from_this(), i](slice_viewed& y) { me->on_viewed(i, y); });
  }
  if (--viewing_ == 0)
    send();
}

void fetch_operation::on_viewed(size_t index, slice_viewed& x) {
  auto& to = parts_[index];
  to.found.records.size = x.seen_bytes;
  if (!x.why.ok())
    to.error_code = wire_code(x.why);
  else if (x.changed)
    to.shown = std::move(x.batches);
  if (--viewing_ == 0)
    send();
}

void fetch_operation::send() {
  kafka::fetch_response response;
  size_t next = 0;
  for (auto& topic : body_.topics) {
    auto& to = response.responses.emplace_back();
    to.topic = std::move(topic.topic);
    to.topic_id = topic.topic_id;
    to.partitions.reserve(topic.partitions.size());
    for (size_t i = 0; i < topic.partitions.size(); ++i)
      to.partitions.push_back(response_of(parts_[next++]));
  }
  add_leader_hints(response);
  add_refused(response);
  session_->reply(*asked_, response);
}

void fetch_operation::apply_budget() {
  auto budget = std::max<int64_t>(
      0, std::min<int64_t>(body_.max_bytes,
                           session_->shared->config.fetch_max_bytes));
  bool first = true;
  for (auto& x : parts_) {
    auto& records = x.found.records;
    if (records.size == 0)
      continue;
    // The first batch of the first partition goes whole, whatever the limits
    // say, or the consumer could never get past it (KIP-74).
    auto least = static_cast<int64_t>(x.found.first_batch_bytes);
    if (!first && least > budget)
      records.size = 0;
    else if (records.size > std::max(budget, least))
      records.size = static_cast<uint32_t>(std::max(budget, least));
    budget -= std::min<int64_t>(budget, records.size);
    first = false;
  }
}

kafka::fetch_response::partition fetch_operation::response_of(part& x) const {
  kafka::fetch_response::partition to;
  to.partition_index = x.asked->partition;
  to.error_code = x.error_code;
  if (x.error_code != 0) {
    to.high_watermark = storage::no_offset;
    return to;
  }
  to.high_watermark = x.found.high_watermark;
  to.last_stable_offset = x.found.last_stable_offset;
  to.log_start_offset = x.found.log_start_offset;
  to.preferred_read_replica = x.preferred;
  if (body_.isolation_level == read_committed)
    to.aborted_transactions.emplace();
  if (x.shown)
    to.records.bytes = std::move(*x.shown);
  else if (x.found.records.size > 0)
    to.records.file = std::move(x.found.records);
  return to;
}

void fetch_operation::add_refused(kafka::fetch_response& x) {
  for (auto& topic : refused_) {
    auto& to = x.responses.emplace_back();
    to.topic = std::move(topic.topic);
    to.topic_id = topic.topic_id;
    for (const auto& asked : topic.partitions) {
      auto& entry = to.partitions.emplace_back();
      entry.partition_index = asked.partition;
      entry.error_code = topic_not_allowed;
      entry.high_watermark = storage::no_offset;
    }
  }
}

void fetch_operation::add_leader_hints(kafka::fetch_response& x) const {
  constexpr int16_t first_version_with_hints = 16;
  auto refused = [](const part& y) {
    return leader_hints::wanted(y.error_code);
  };
  if (asked_->version() < first_version_with_hints
      || std::ranges::none_of(parts_, refused))
    return;
  leader_hints hints(session_->routes());
  for (auto& topic : x.responses)
    for (auto& y : topic.partitions)
      if (leader_hints::wanted(y.error_code))
        hints.fill(y.current_leader, topic.topic_id, y.partition_index);
  x.node_endpoints = hints.endpoints<kafka::fetch_response::node_endpoint>();
}

} // namespace troupe::actors::handlers
