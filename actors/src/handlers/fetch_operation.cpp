// SPDX-License-Identifier: Apache-2.0
#include "fetch_operation.h"

#include "access.h"
#include "partition_finder.h"
#include "zstd_records.h"

#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <utility>

namespace troupe::actors::handlers {

namespace {

/// Older clients do not know zstd (KIP-110).
constexpr int16_t first_version_with_zstd = 10;

/// Longest that a fetch waits for records, whatever it asks for: what it holds
/// meanwhile is given back in a time that one can wait for.
constexpr int32_t wait_ms_max = 300'000;

/// Who sends its rack may read from followers (KIP-392).
constexpr int16_t first_version_with_rack = 11;

/// A queue's leader must see what was fetched: then the time begins to
/// acknowledge it. A program's own kind may go by it, too.
bool only_leader_serves(const cluster::topic_image& x) {
  if (x.configs.empty())
    return false;
  auto kind = cluster::kind_of(x.configs);
  return kind == cluster::topic_kind::queue
         || kind == cluster::topic_kind::custom;
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
      // It would show what the topic's views hide.
      if (finder.topic()->topic->name.starts_with(cluster::reserved_prefix)) {
        x.error_code = wire_code(kafka::error_code::topic_authorization_failed);
        continue;
      }
      x.actor = std::move(*found);
      x.views = finder.topic()->views;
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

} // namespace troupe::actors::handlers
