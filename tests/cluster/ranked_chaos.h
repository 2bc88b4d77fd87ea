// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/ranked_inbox.h>
#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

/// A record of an inbox, with one header.
struct inbox_record {
  storage::timestamp_ms timestamp = 0;
  std::string_view header;
  std::string value;

  storage::record_view view(offset_t offset) const {
    storage::record_view x;
    x.offset = offset;
    x.timestamp = timestamp;
    x.headers = {{header, value}};
    return x;
  }
};

/// Torments a kind of partition that puts records into another order: random
/// records, reads, releases, stored positions, and crashes at any step, in
/// which a batch under way arrives or does not. `Rules` says what the kind
/// should do:
///
///   using core;  core make(position, inbox_end);
///   inbox_record produce(random, now);
///   int64_t rank(offset, record);
///   offsets release(core&, now, count_max);
///   size_t allowed(ranks in order, now, topic_end);
///   void step(core&, random, topic_end);
template <class Rules>
class ranked_chaos {
public:
  explicit ranked_chaos(uint64_t seed) : random_(seed), rules_(random_) {
    begin();
  }

  void step() {
    switch (below(10)) {
    case 0:
    case 1:
    case 2:
      produce();
      break;
    case 3:
      now_ += static_cast<int64_t>(below(50));
      break;
    case 4:
    case 5:
      read(below(8));
      break;
    case 6:
    case 7:
      release(below(6));
      break;
    case 8:
      land();
      break;
    default:
      if (below(4) == 0)
        crash();
      else
        store();
    }
    rules_.step(*core_, random_, topic_end());
  }

  /// Everything arrives in the end, once.
  void heal() {
    for (int i = 0; i < 100'000 && moved_.size() < inbox_.size(); ++i) {
      now_ += 10;
      read(100);
      release(100);
      land();
      rules_.consume_all(*core_, topic_end());
      store();
    }
    CHECK(moved_.size() == inbox_.size());
    CHECK(topic_.size() == inbox_.size());
    CHECK(stored_.inbox == inbox_end_);
    CHECK(core_->pending() == 0);
  }

  /// Offsets of the inbox, as the topic shows them.
  const std::vector<offset_t>& topic() const { return topic_; }
  const inbox_record& at(offset_t x) const { return inbox_.at(x); }
  const Rules& rules() const { return rules_; }

private:
  uint64_t below(uint64_t end) { return random_() % end; }
  offset_t topic_end() const { return static_cast<offset_t>(topic_.size()); }

  void begin() {
    core_.emplace(rules_.make(stored_, inbox_end_));
    for (auto i = stored_.topic; i < topic_end(); ++i)
      core_->found(topic_[static_cast<size_t>(i)]);
    core_->scanned(topic_end());
    start_end_ = inbox_end_;
    waiting_.clear();
    settled_ = core_->read_end() >= start_end_;
  }

  void produce() {
    // Control records and the like leave gaps.
    inbox_end_ += below(8) == 0 ? 3 : 0;
    inbox_.emplace(inbox_end_++, rules_.produce(random_, now_));
  }

  void read(uint64_t count) {
    for (; count > 0 && core_->wants_more(); --count) {
      auto next = inbox_.lower_bound(core_->read_end());
      if (next == inbox_.end()) {
        core_->skip_to(inbox_end_);
        break;
      }
      // What is finished may be gone from the inbox.
      CHECK(next->first >= stored_.inbox);
      core_->take(next->second.view(next->first));
      if (!moved_.contains(next->first))
        waiting_.emplace(rules_.rank(next->first, next->second), next->first);
      settled_ = settled_ || !core_->wants_more();
    }
    settled_ = settled_ || core_->read_end() >= start_end_;
    CHECK(core_->pending() == waiting_.size());
  }

  void release(uint64_t count_max) {
    auto count =
        !under_way_.empty() || !settled_
            ? 0
            : std::min<size_t>(count_max,
                               rules_.allowed(waiting_, now_, topic_end()));
    std::vector<offset_t> expected;
    for (; count > 0; --count) {
      expected.push_back(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
    }
    CHECK(rules_.release(*core_, now_, count_max) == expected);
    if (!expected.empty())
      under_way_ = std::move(expected);
  }

  void arrive() {
    for (auto x : under_way_) {
      CHECK_MESSAGE(moved_.insert(x).second, "moved twice");
      topic_.push_back(x);
    }
    under_way_.clear();
  }

  void land() {
    if (under_way_.empty())
      return;
    auto base = topic_end();
    arrive();
    core_->appended(base);
  }

  void store() {
    auto before = stored_;
    stored_ = core_->position();
    CHECK(stored_.inbox >= before.inbox);
    CHECK(stored_.topic >= before.topic);
    for (const auto& [offset, record] : inbox_)
      CHECK((offset >= stored_.inbox || moved_.contains(offset)));
    for (offset_t i = 0; i < std::min(stored_.topic, topic_end()); ++i)
      CHECK(topic_[static_cast<size_t>(i)] < stored_.inbox);
  }

  void crash() {
    // Whether the batch under way was appended nobody can tell.
    if (below(2) == 0)
      arrive();
    under_way_.clear();
    begin();
  }

  std::mt19937_64 random_;
  Rules rules_;
  std::optional<typename Rules::core> core_;
  std::map<offset_t, inbox_record> inbox_;
  offset_t inbox_end_ = 0;
  std::vector<offset_t> topic_;
  std::set<offset_t> moved_;
  std::vector<offset_t> under_way_;
  mover_position stored_;
  storage::timestamp_ms now_ = 1'000;
  /// What the kind was told and has not moved, in its order.
  std::set<std::pair<int64_t, offset_t>> waiting_;
  offset_t start_end_ = 0;
  bool settled_ = false;
};

} // namespace troupe::cluster::test
