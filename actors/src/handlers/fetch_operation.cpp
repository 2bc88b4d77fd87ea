// SPDX-License-Identifier: Apache-2.0
#include "fetch_operation.h"

#include "access.h"
#include "leader_hints.h"
#include "partition_finder.h"
#include "zstd_records.h"

#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <utility>

namespace troupe::actors::handlers {

namespace {

constexpr int8_t read_committed = 1;

/// Older clients do not know zstd (KIP-110).
constexpr int16_t first_version_with_zstd = 10;

/// Longest that a fetch waits for records, whatever it asks for: what it holds
/// meanwhile is given back in a time that one can wait for.
constexpr int32_t wait_ms_max = 300'000;

/// Who sends its rack may read from followers (KIP-392).
constexpr int16_t first_version_with_rack = 11;

/// A queue's leader must see what was fetched: then the time begins to
/// acknowledge it.
bool only_leader_serves(const cluster::topic_image& x) {
  return !x.configs.empty()
         && cluster::kind_of(x.configs) == cluster::topic_kind::queue;
}

} // namespace

fetch_operation::fetch_operation(session_state& session, request_ptr asked,
                                 kafka::fetch_request body, bool by_topic_id)
    : session_(&session), asked_(std::move(asked)), body_(std::move(body)),
      by_topic_id_(by_topic_id) {}

void fetch_operation::start() {
  resolve();
  reading_ = 1;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].actor != nullptr)
      read(i);
  }
  --reading_;
  if (reading_ == 0)
    decide();
}

void fetch_operation::withhold_topics(const routing& routes) {
  access may(*session_, *asked_);
  refused_ = may.withhold(body_.topics, [&](const auto& x) {
    if (!by_topic_id_)
      return may.topic(access::operation::read, x.topic);
    // An id that nobody has is not known for another reason.
    const auto* known = routes.find(x.topic_id);
    return known == nullptr
           || may.topic(access::operation::read, known->topic->name);
  });
}

void fetch_operation::resolve() {
  auto routes = session_->routes();
  withhold_topics(*routes);
  auto self = session_->shared->config.id;
  bool knows_racks = asked_->version() >= first_version_with_rack;
  partition_finder finder(routes, self);
  for (const auto& topic : body_.topics) {
    if (by_topic_id_)
      finder.enter(topic.topic_id);
    else
      finder.enter(topic.topic);
    for (const auto& wanted : topic.partitions) {
      auto& x = parts_.emplace_back();
      x.asked = &wanted;
      auto found = knows_racks ? finder.take_replica(wanted.partition)
                               : finder.take(wanted.partition);
      if (!found) {
        x.error_code = wire_code(found.error().code);
        continue;
      }
      x.actor = std::move(*found);
      const auto& known =
          finder.topic()
              ->topic->partitions[static_cast<size_t>(wanted.partition)];
      if (knows_racks && known.leader == self
          && !only_leader_serves(*finder.topic()->topic))
        x.preferred = preferred_replica(known, *routes->image);
    }
  }
}

cluster::node_id
fetch_operation::preferred_replica(const cluster::partition_registration& x,
                                   const cluster::metadata_image& image) const {
  const auto& config = session_->shared->config;
  if (!config.replication.rack_aware_reads || body_.rack_id.empty()
      || body_.rack_id == config.rack)
    return cluster::no_node;
  auto suits = [&](cluster::node_id id) {
    auto node = image.nodes.find(id);
    return node != image.nodes.end() && !node->second.fenced
           && !node->second.leaving && node->second.rack == body_.rack_id
           && std::ranges::find(x.isr, id) != x.isr.end();
  };
  auto found = std::ranges::find_if(x.replicas, suits);
  return found != x.replicas.end() ? *found : cluster::no_node;
}

void fetch_operation::read(size_t index) {
  auto& x = parts_[index];
  read_records what;
  what.from = x.asked->fetch_offset;
  what.bytes_max = static_cast<uint32_t>(
      std::max(0, std::min({x.asked->partition_max_bytes, body_.max_bytes,
                            static_cast<int32_t>(
                                session_->shared->config.fetch_max_bytes)})));
  what.current_leader_epoch = x.asked->current_leader_epoch;
  if (asked_->version() >= first_version_with_rack)
    what.source = read_source::any_replica;
  ++reading_;
  if (auto found = session_->read_on(x.actor, what))
    return on_read(index, *found);
  session_->read(x.actor, std::move(what),
                 [me = shared_from_this(), index](read_finished& y) {
                   me->on_read(index, y);
                 });
}

void fetch_operation::on_read(size_t index, read_finished& x) {
  --reading_;
  if (answered_)
    return;
  auto& to = parts_[index];
  to.found = std::move(x);
  if (!to.found.why.ok())
    to.error_code = wire_code(to.found.why);
  else if (to.preferred != cluster::no_node)
    to.found.records = {};
  else if (asked_->version() < first_version_with_zstd)
    withhold_zstd(to);
  if (reading_ == 0)
    decide();
}

void fetch_operation::withhold_zstd(part& x) {
  auto size = x.found.records.size;
  if (!keep_before_zstd(x.found.records))
    x.error_code = wire_code(kafka::error_code::unsupported_compression_type);
  // What was withheld is no reason to wait for more.
  x.found.more = x.found.more || x.found.records.size < size;
}

bool fetch_operation::satisfied() const {
  if (expired_ || body_.max_wait_ms <= 0 || parts_.empty() || !refused_.empty())
    return true;
  int64_t bytes = 0;
  for (const auto& x : parts_) {
    if (x.error_code != 0 || x.preferred != cluster::no_node)
      return true;
    // With more to be had waiting would not make the answer larger.
    if (x.found.more)
      return true;
    bytes += x.found.records.size;
  }
  return bytes >= body_.min_bytes;
}

void fetch_operation::decide() {
  if (satisfied())
    answer();
  else
    wait();
}

void fetch_operation::wait() {
  if (!std::exchange(waiting_, true))
    timer_ = session_->after(
        std::chrono::milliseconds(std::min(body_.max_wait_ms, wait_ms_max)),
        [me = shared_from_this()] {
          me->expired_ = true;
          if (!me->answered_ && me->reading_ == 0)
            me->answer();
        });
  for (size_t i = 0; i < parts_.size(); ++i) {
    auto& x = parts_[i];
    if (x.watch != 0)
      continue;
    x.watch = session_->watch(x.actor, x.found.high_watermark,
                              [me = shared_from_this(), i] {
                                me->parts_[i].watch = 0;
                                if (!me->answered_)
                                  me->read(i);
                              });
  }
}

void fetch_operation::answer() {
  answered_ = true;
  if (waiting_)
    session_->cancel(timer_);
  for (auto& x : parts_) {
    if (x.watch != 0)
      session_->unwatch(x.actor, x.watch);
  }
  apply_budget();
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
  if (x.found.records.size > 0)
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
