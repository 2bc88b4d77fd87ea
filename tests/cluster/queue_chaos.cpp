// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/queue_chaos.h>

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::cluster::test {

namespace {

constexpr size_t plenty = 1'000'000;
using what = queue_step::kind;

} // namespace

queue_chaos::queue_chaos(uint64_t seed) : random_(seed) {
  config_.visibility_ms = 100;
  config_.backoff_ms = static_cast<int64_t>(below(3)) * 10;
  config_.backoff_max_ms = 30;
  config_.tries_max = 1 + static_cast<int32_t>(below(4));
  config_.window = 1 + below(8);
  config_.pending_max = below(2) == 0 ? 6 : 1'000;
  begin();
}

void queue_chaos::begin() {
  core_.emplace(config_, partition_, stored_);
  for (auto i = static_cast<size_t>(stored_.acknowledgements);
       i < acknowledgements_.size(); ++i)
    core_->acknowledged(acknowledgements_[i], now_);
  acknowledgements_read_ = acknowledgements_.size();
  core_->acknowledgements_read_to(
      static_cast<offset_t>(acknowledgements_read_));
  for (auto i = stored_.topic; i < topic_end(); ++i)
    core_->found(topic_[static_cast<size_t>(i)], i);
  core_->scanned(topic_end(), now_);
  recover_model();
}

void queue_chaos::produce() {
  inbox_end_ += below(8) == 0 ? 3 : 0;
  inbox_.emplace(inbox_end_++, expected{});
}

void queue_chaos::read(uint64_t count) {
  for (; count > 0 && core_->wants_more(); --count) {
    auto next = inbox_.lower_bound(core_->read_end());
    if (next == inbox_.end()) {
      core_->skip_to(inbox_end_);
      return;
    }
    core_->take(next->first);
  }
}

void queue_chaos::consume(uint64_t count) {
  for (; count > 0 && consumed_ < topic_end(); --count)
    in_hand_.push_back(topic_[static_cast<size_t>(consumed_++)]);
  if (below(2) == 0)
    return;
  consumed_told_ = consumed_;
  core_->consumed(consumed_, now_);
  for (auto& [offset, x] : inbox_)
    if (x.at == place::unseen && x.topic_offset < consumed_)
      x = {place::held, x.attempt, x.topic_offset,
           now_ + config_.visibility_ms};
}

void queue_chaos::act(uint64_t roll) {
  if (in_hand_.empty())
    return;
  auto i = below(in_hand_.size());
  auto id = in_hand_[i];
  acknowledgement ack{id, delivery_verdict::accept};
  if (roll >= 6)
    ack.verdict = delivery_verdict::release;
  if (roll == 8)
    ack.verdict = delivery_verdict::reject;
  // Some consumers fail, some speak twice, some to the wrong partition.
  if (below(4) != 0)
    in_hand_.erase(in_hand_.begin() + static_cast<ptrdiff_t>(i));
  if (roll == 9)
    return;
  if (below(10) == 0)
    ack.id.partition = partition_ + 1;
  else if (ack.verdict == delivery_verdict::accept)
    accepted_by_consumers_.insert(id.offset);
  acknowledgements_.push_back(ack);
}

void queue_chaos::read_acknowledgements(uint64_t count) {
  for (; count > 0 && acknowledgements_read_ < acknowledgements_.size();
       --count) {
    const auto& ack = acknowledgements_[acknowledgements_read_++];
    core_->acknowledged(ack, now_);
    judge(ack);
  }
  core_->acknowledgements_read_to(
      static_cast<offset_t>(acknowledgements_read_));
}

void queue_chaos::decide() {
  auto steps = core_->decide(now_, plenty);
  if (!batch_.empty()) {
    CHECK(steps.empty());
    return;
  }
  auto deliveries = expected_deliveries();
  auto burials = expected_burials();
  for (const auto& x : steps) {
    if (x.what == what::deliver) {
      batch_.push_back(x);
      continue;
    }
    CHECK_FALSE(x.reason.empty());
    CHECK(burials.erase(x.offset) == 1);
    to_bury_.push_back(x.offset);
  }
  CHECK(burials.empty());
  CHECK(batch_ == deliveries);
  CHECK(core_->in_flight() <= config_.window);
}

void queue_chaos::arrive() {
  for (const auto& x : batch_) {
    CHECK(x.attempt <= config_.tries_max);
    topic_.push_back({partition_, x.offset, x.attempt});
  }
  batch_.clear();
}

void queue_chaos::land() {
  if (batch_.empty())
    return;
  auto base = topic_end();
  for (size_t i = 0; i < batch_.size(); ++i) {
    auto& x = inbox_.at(batch_[i].offset);
    if (x.at == place::flying)
      x = {place::unseen, x.attempt, base + static_cast<offset_t>(i), 0};
  }
  arrive();
  core_->appended(base, now_);
}

void queue_chaos::bury_one() {
  if (!to_settle_.empty()) {
    auto [offset, attempt] = to_settle_.back();
    to_settle_.pop_back();
    acknowledgements_.push_back({{partition_, offset, attempt}, {}});
  }
  if (!to_bury_.empty()) {
    auto offset = to_bury_.back();
    to_bury_.pop_back();
    dead_.insert(offset);
    to_settle_.emplace_back(offset, inbox_.at(offset).attempt);
  }
}

void queue_chaos::store() {
  auto before = stored_;
  stored_ = core_->position();
  CHECK(stored_.inbox >= before.inbox);
  CHECK(stored_.topic >= before.topic);
  CHECK(stored_.acknowledgements >= before.acknowledgements);
  for (const auto& [offset, x] : inbox_)
    CHECK((offset >= stored_.inbox || x.at == place::finished));
}

void queue_chaos::crash() {
  if (below(2) == 0)
    arrive();
  batch_.clear();
  to_bury_.clear();
  to_settle_.clear();
  begin();
}

void queue_chaos::step() {
  switch (below(14)) {
  case 0:
  case 1:
    produce();
    break;
  case 2:
    now_ += static_cast<int64_t>(below(60));
    break;
  case 3:
    read(below(6));
    break;
  case 4:
  case 5:
    decide();
    break;
  case 6:
  case 7:
    land();
    break;
  case 8:
    consume(below(5));
    break;
  case 9:
  case 10:
    act(below(10));
    break;
  case 11:
    read_acknowledgements(below(5));
    break;
  case 12:
    bury_one();
    break;
  default:
    if (below(3) == 0)
      crash();
    else
      store();
  }
}

void queue_chaos::heal() {
  for (int i = 0; i < 5'000 && stored_.inbox < inbox_end_; ++i) {
    now_ += 50;
    read(100);
    decide();
    land();
    bury_one();
    consume(100);
    while (!in_hand_.empty())
      act(0);
    read_acknowledgements(plenty);
    store();
  }
  CHECK(stored_.inbox == inbox_end_);
  CHECK(core_->in_flight() == 0);
  CHECK(core_->fresh() == 0);
  CHECK(core_->next_wake() == std::nullopt);
  for (const auto& [offset, x] : inbox_)
    CHECK((accepted_by_consumers_.contains(offset) || dead_.contains(offset)));
}

} // namespace troupe::cluster::test
