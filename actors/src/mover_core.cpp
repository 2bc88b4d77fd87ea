// SPDX-License-Identifier: Apache-2.0
#include "mover_core.h"

#include <troupe/cluster/delayed_kind.h>
#include <troupe/cluster/priority_kind.h>
#include <troupe/cluster/queue_kind.h>
#include <troupe/storage/assert.h>

namespace troupe::actors {

namespace {

using cluster::queue_step;
using storage::offset_t;
using storage::timestamp_ms;

/// What those that put records into another order have in common.
template <class Kind>
class ranked_core : public mover_core {
public:
  explicit ranked_core(Kind kind) : kind_(std::move(kind)) {}

  void found(const cluster::delivery_id& id, offset_t) override {
    kind_.found(id.offset);
  }
  void scanned(offset_t topic_end, timestamp_ms) override {
    kind_.scanned(topic_end);
  }
  bool wants_more() const override { return kind_.wants_more(); }
  offset_t read_end() const override { return kind_.read_end(); }
  void take(const storage::record_view& record) override { kind_.take(record); }
  void skip_to(offset_t end) override { kind_.skip_to(end); }
  void appended(offset_t base, timestamp_ms) override { kind_.appended(base); }
  bool idle() const override { return kind_.pending() == 0; }
  cluster::mover_position position() override { return kind_.position(); }

protected:
  static std::vector<queue_step>
  deliveries_of(const std::vector<offset_t>& offsets) {
    std::vector<queue_step> steps;
    steps.reserve(offsets.size());
    for (auto offset : offsets)
      steps.push_back({queue_step::kind::deliver, offset, 1, {}});
    return steps;
  }

  Kind kind_;
};

class delayed_core final : public ranked_core<cluster::delayed_kind> {
public:
  delayed_core(const cluster::delayed_config& config,
               const cluster::mover_position& from, offset_t inbox_end)
      : ranked_core({config, from, inbox_end}),
        delay_max_ms_(config.delay_max_ms) {}

  std::string_view fault_of(const storage::record_view& record) const override {
    return cluster::due_of(record, delay_max_ms_).fault;
  }
  std::vector<queue_step> decide(timestamp_ms now, size_t count_max) override {
    return deliveries_of(kind_.release(now, count_max));
  }
  std::optional<timestamp_ms> next_wake() const override {
    return kind_.next_wake();
  }

private:
  int64_t delay_max_ms_;
};

class priority_core final : public ranked_core<cluster::priority_kind> {
public:
  using ranked_core::ranked_core;

  std::string_view fault_of(const storage::record_view& record) const override {
    return cluster::level_of(record).fault;
  }
  void consumed(offset_t topic_offset, timestamp_ms) override {
    kind_.consumed(topic_offset);
  }
  bool awaits_consumers() const override { return kind_.awaits_consumers(); }
  std::vector<queue_step> decide(timestamp_ms, size_t count_max) override {
    return deliveries_of(kind_.release(count_max));
  }
};

class queue_core final : public mover_core {
public:
  queue_core(const cluster::queue_config& config, int32_t partition,
             const cluster::mover_position& from)
      : kind_(config, partition, from) {}

  void
  acknowledged(const storage::record_view& record, timestamp_ms now) override {
    if (auto x = cluster::parse_acknowledgement(record))
      kind_.acknowledged(*x, now);
  }
  void acknowledgements_read_to(offset_t end) override {
    kind_.acknowledgements_read_to(end);
  }
  void found(const cluster::delivery_id& id, offset_t topic_offset) override {
    kind_.found(id, topic_offset);
  }
  void scanned(offset_t topic_end, timestamp_ms now) override {
    kind_.scanned(topic_end, now);
  }
  bool wants_more() const override { return kind_.wants_more(); }
  offset_t read_end() const override { return kind_.read_end(); }
  void take(const storage::record_view& record) override {
    kind_.take(record.offset);
  }
  void skip_to(offset_t end) override { kind_.skip_to(end); }
  void consumed(offset_t topic_offset, timestamp_ms now) override {
    kind_.consumed(topic_offset, now);
  }
  bool awaits_consumers() const override { return kind_.awaits_consumers(); }
  std::vector<queue_step> decide(timestamp_ms now, size_t count_max) override {
    return kind_.decide(now, count_max);
  }
  void appended(offset_t base, timestamp_ms now) override {
    kind_.appended(base, now);
  }
  std::optional<timestamp_ms> next_wake() const override {
    return kind_.next_wake();
  }
  bool idle() const override {
    return kind_.in_flight() == 0 && kind_.fresh() == 0;
  }
  cluster::mover_position position() override { return kind_.position(); }

private:
  cluster::queue_kind kind_;
};

} // namespace

void mover_core::acknowledged(const storage::record_view&, timestamp_ms) {}

void mover_core::acknowledgements_read_to(offset_t) {}

std::string_view mover_core::fault_of(const storage::record_view&) const {
  return {};
}

void mover_core::consumed(offset_t, timestamp_ms) {}

bool mover_core::awaits_consumers() const {
  return false;
}

std::optional<timestamp_ms> mover_core::next_wake() const {
  return std::nullopt;
}

consumer_news watched_by(cluster::topic_kind x) noexcept {
  switch (x) {
  case cluster::topic_kind::log:
  case cluster::topic_kind::delayed:
    return consumer_news::nothing;
  case cluster::topic_kind::priority:
    return consumer_news::committed;
  case cluster::topic_kind::queue:
    return consumer_news::fetched;
  }
  return consumer_news::nothing;
}

std::unique_ptr<mover_core>
make_mover_core(const cluster::kind_config& config, int32_t partition,
                const cluster::mover_position& from, offset_t inbox_end) {
  switch (config.kind) {
  case cluster::topic_kind::log:
    break;
  case cluster::topic_kind::delayed:
    return std::make_unique<delayed_core>(config.delayed, from, inbox_end);
  case cluster::topic_kind::priority:
    return std::make_unique<priority_core>(
        cluster::priority_kind{config.priority, from, inbox_end});
  case cluster::topic_kind::queue:
    return std::make_unique<queue_core>(config.queue, partition, from);
  }
  ASSERT(config.kind != cluster::topic_kind::log);
  return nullptr;
}

} // namespace troupe::actors
