// SPDX-License-Identifier: Apache-2.0
#include "built_in_kinds.h"

#include <troupe/actors/ranked_kind.h>
#include <troupe/cluster/delayed_kind.h>
#include <troupe/cluster/kind_headers.h>
#include <troupe/cluster/queue_kind.h>

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

using cluster::queue_step;
using storage::offset_t;
using storage::timestamp_ms;

class delayed_core final : public partition_kind {
public:
  delayed_core(const cluster::delayed_config& config,
               const cluster::mover_position& from, offset_t inbox_end)
      : kind_(config, from, inbox_end), delay_max_ms_(config.delay_max_ms) {}

  void found(offset_t inbox_offset, int32_t, offset_t) override {
    kind_.found(inbox_offset);
  }
  void scanned(offset_t topic_end, timestamp_ms) override {
    kind_.scanned(topic_end);
  }
  bool wants_more() const override { return kind_.wants_more(); }
  offset_t read_end() const override { return kind_.read_end(); }
  void take(const storage::record_view& record) override { kind_.take(record); }
  void skip_to(offset_t end) override { kind_.skip_to(end); }
  std::string_view fault_of(const storage::record_view& record) const override {
    return cluster::due_of(record, delay_max_ms_).fault;
  }
  std::vector<queue_step> decide(timestamp_ms now, size_t count_max) override {
    return deliveries_of(kind_.release(now, count_max));
  }
  void appended(offset_t base, timestamp_ms) override { kind_.appended(base); }
  std::optional<timestamp_ms> next_wake() const override {
    return kind_.next_wake();
  }
  bool idle() const override { return kind_.pending() == 0; }
  cluster::mover_position position() override { return kind_.position(); }

private:
  cluster::delayed_kind kind_;
  int64_t delay_max_ms_;
};

class priority_core final : public ranked_kind {
public:
  explicit priority_core(const partition_kind_settings& settings)
      : ranked_kind(settings),
        step_(cluster::make_kind_config(settings.configs).priority.step) {}

  std::string_view fault_of(const storage::record_view& record) const override {
    return cluster::level_of(record).fault;
  }

private:
  int64_t rank_of(const storage::record_view& record) override {
    return cluster::priority_rank(record, step_);
  }

  int64_t step_;
};

class queue_core final : public partition_kind {
public:
  queue_core(const cluster::queue_config& config, int32_t partition,
             const cluster::mover_position& from)
      : kind_(config, partition, from), partition_(partition) {}

  consumer_news watches() const override { return consumer_news::fetched; }
  void
  acknowledged(const storage::record_view& record, timestamp_ms now) override {
    if (auto x = cluster::parse_acknowledgement(record))
      kind_.acknowledged(*x, now);
  }
  void acknowledgements_read_to(offset_t end) override {
    kind_.acknowledgements_read_to(end);
  }
  void found(offset_t inbox_offset, int32_t attempt,
             offset_t topic_offset) override {
    kind_.found({partition_, inbox_offset, attempt}, topic_offset);
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
  int32_t partition_;
};

} // namespace

bool watches_consumers(cluster::topic_kind x) noexcept {
  switch (x) {
  case cluster::topic_kind::log:
  case cluster::topic_kind::delayed:
    return false;
  case cluster::topic_kind::priority:
  case cluster::topic_kind::queue:
  case cluster::topic_kind::custom:
    return true;
  }
  return false;
}

std::unique_ptr<partition_kind>
make_partition_kind(const cluster::kind_config& config,
                    const partition_kinds& own,
                    const partition_kind_settings& x) {
  switch (config.kind) {
  case cluster::topic_kind::log:
    break;
  case cluster::topic_kind::delayed:
    return std::make_unique<delayed_core>(config.delayed, x.from, x.inbox_end);
  case cluster::topic_kind::priority:
    return std::make_unique<priority_core>(x);
  case cluster::topic_kind::queue:
    return std::make_unique<queue_core>(config.queue, x.partition.partition,
                                        x.from);
  case cluster::topic_kind::custom:
    if (auto found = own.find(config.custom_name); found != own.end())
      return found->second(x);
    break;
  }
  return nullptr;
}

std::vector<queue_step> deliveries_of(const std::vector<offset_t>& offsets) {
  std::vector<queue_step> steps;
  steps.reserve(offsets.size());
  for (auto offset : offsets)
    steps.push_back({queue_step::kind::deliver, offset, 1, {}});
  return steps;
}

bool can_be_done(std::span<const queue_step> steps, offset_t read_end,
                 size_t count_max) {
  if (steps.size() > count_max)
    return false;
  std::vector<offset_t> offsets;
  offsets.reserve(steps.size());
  for (const auto& x : steps) {
    if (x.offset < 0 || x.offset >= read_end || x.attempt < 1)
      return false;
    offsets.push_back(x.offset);
  }
  std::sort(offsets.begin(), offsets.end());
  return std::adjacent_find(offsets.begin(), offsets.end()) == offsets.end();
}

} // namespace troupe::actors
