// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/queue_chaos.h>

#include <algorithm>

/// What a queue should do, found by looking at every record each time.
namespace troupe::cluster::test {

timestamp_ms queue_chaos::pause_after(int32_t attempt) const {
  return std::min(config_.backoff_ms << (attempt - 1), config_.backoff_max_ms);
}

bool queue_chaos::in_flight(const expected& x) const {
  return x.at != place::fresh && x.at != place::finished;
}

void queue_chaos::recover_model() {
  for (auto& [offset, x] : inbox_)
    x = {};
  for (offset_t i = 0; i < topic_end(); ++i) {
    const auto& id = topic_[static_cast<size_t>(i)];
    inbox_.at(id.offset) = {place::unseen, id.attempt, i, 0};
  }
  // Rejections first: they win over releases, acceptances over both.
  using enum delivery_verdict;
  for (auto verdict : {reject, release, accept})
    for (const auto& ack : acknowledgements_)
      if (ack.verdict == verdict)
        judge(ack);
}

void queue_chaos::retry(expected& x, timestamp_ms failed) {
  if (x.attempt >= config_.tries_max)
    x.at = place::burying;
  else
    x = {place::waiting, x.attempt, x.topic_offset,
         failed + pause_after(x.attempt)};
}

void queue_chaos::judge(const acknowledgement& ack) {
  auto found = inbox_.find(ack.id.offset);
  if (ack.id.partition != partition_ || found == inbox_.end())
    return;
  auto& x = found->second;
  if (!in_flight(x))
    return;
  switch (ack.verdict) {
  case delivery_verdict::accept:
    x.at = place::finished;
    break;
  case delivery_verdict::release:
    if (ack.id.attempt == x.attempt
        && (x.at == place::unseen || x.at == place::held))
      retry(x, now_);
    break;
  case delivery_verdict::reject:
    if (x.at != place::buried)
      x.at = place::burying;
    break;
  }
}

std::vector<queue_step> queue_chaos::expected_deliveries() {
  std::set<std::pair<timestamp_ms, offset_t>> again;
  size_t taken = 0;
  for (auto& [offset, x] : inbox_) {
    if (x.at == place::held && x.alarm_ms <= now_)
      retry(x, x.alarm_ms);
    if (x.at == place::waiting && x.alarm_ms <= now_)
      again.emplace(x.alarm_ms, offset);
    taken += in_flight(x) ? 1 : 0;
  }
  std::vector<queue_step> steps;
  for (const auto& [due, offset] : again) {
    auto& x = inbox_.at(offset);
    x.at = place::flying;
    steps.push_back({queue_step::kind::deliver, offset, ++x.attempt, {}});
  }
  for (auto& [offset, x] : inbox_)
    if (x.at == place::fresh && offset < core_->read_end()
        && taken < config_.window) {
      x = {place::flying, 1, -1, 0};
      steps.push_back({queue_step::kind::deliver, offset, 1, {}});
      ++taken;
    }
  return steps;
}

std::set<offset_t> queue_chaos::expected_burials() {
  std::set<offset_t> burials;
  for (auto& [offset, x] : inbox_)
    if (x.at == place::burying) {
      x.at = place::buried;
      burials.insert(offset);
    }
  return burials;
}

} // namespace troupe::cluster::test
