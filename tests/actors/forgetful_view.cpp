// SPDX-License-Identifier: Apache-2.0
#include "forgetful_view.h"

#include <doctest/doctest.h>

#include <random>

namespace troupe::actors {

void forgetful_view::crash(uint64_t seed) {
  std::mt19937_64 random{seed};
  auto left = durable_ + random() % (steps_.size() - durable_ + 1);
  steps_.resize(left);
  durable_ = left;
  live_ = storage::make_memory_log_view();
  for (const auto& x : steps_)
    replay(x);
}

void forgetful_view::replay(const step& x) {
  if (x.start) {
    REQUIRE(live_->reset(name_, *x.start).has_value());
    return;
  }
  std::vector<storage::view_change> changes;
  for (const auto& [key, value] : x.changes)
    changes.push_back({key, value});
  REQUIRE(live_->apply(name_, x.range, changes).has_value());
}

result<std::optional<storage::view_position>>
forgetful_view::position(const storage::topic_partition& tp) {
  return live_->position(tp);
}

result<void> forgetful_view::reset(const storage::topic_partition& tp,
                                   const storage::view_position& start) {
  name_ = tp;
  steps_.push_back({start, {}, {}});
  durable_ = steps_.size();
  return live_->reset(tp, start);
}

result<void>
forgetful_view::apply(const storage::topic_partition& tp,
                      storage::applied_range range,
                      std::span<const storage::view_change> changes) {
  step x{{}, range, {}};
  for (const auto& change : changes) {
    std::optional<std::string> value;
    if (change.value)
      value.emplace(*change.value);
    x.changes.emplace_back(std::string{change.key}, std::move(value));
  }
  auto done = live_->apply(tp, range, changes);
  if (done)
    steps_.push_back(std::move(x));
  return done;
}

result<std::optional<std::string>>
forgetful_view::get(const storage::topic_partition& tp, std::string_view key) {
  return live_->get(tp, key);
}

result<void> forgetful_view::scan(const storage::topic_partition& tp,
                                  std::string_view prefix,
                                  const storage::view_visitor& visit) {
  return live_->scan(tp, prefix, visit);
}

result<void> forgetful_view::erase(const storage::topic_partition& tp) {
  steps_.clear();
  durable_ = 0;
  return live_->erase(tp);
}

result<void> forgetful_view::flush() {
  durable_ = steps_.size();
  return live_->flush();
}

} // namespace troupe::actors
