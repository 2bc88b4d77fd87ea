// SPDX-License-Identifier: Apache-2.0
#include "group_shard.h"

#include <troupe/storage/assert.h>
#include <troupe/storage/record_batch.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <ranges>
#include <unordered_set>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

/// About what a record has beyond the usual.
struct record_extent {
  size_t operator()(const cluster::group_metadata& x) const {
    size_t bytes = 0;
    for (const auto& member : x.members)
      bytes += member.subscription.size() + member.assignment.size();
    return bytes;
  }
  size_t operator()(const cluster::consumer_member_metadata& x) const {
    size_t bytes = 0;
    for (const auto& name : x.subscribed_topic_names)
      bytes += name.size();
    return bytes;
  }
  size_t operator()(const cluster::consumer_member_target& x) const {
    return of(x.partitions);
  }
  size_t operator()(const cluster::consumer_member_current& x) const {
    return of(x.assigned) + of(x.pending_revocation);
  }
  size_t operator()(const cluster::consumer_group_record& x) const {
    return std::visit(*this, x);
  }
  size_t operator()(const auto&) const { return 0; }

  static size_t of(const cluster::partition_assignment& x) {
    return x.size() * sizeof(storage::uuid)
           + cluster::partition_count(x) * sizeof(int32_t);
  }
};

/// About what a record adds to a batch.
size_t size_of(const cluster::group_effects& x) {
  constexpr size_t usual_record_bytes = 128;
  auto bytes = x.records.size() * usual_record_bytes;
  for (const auto& record : x.records)
    bytes += std::visit(record_extent{}, record);
  return bytes;
}

/// Whose offset a commit replaces; points into the commit.
struct committed_place {
  std::string_view group;
  const storage::topic_partition* partition;

  bool operator==(const committed_place& other) const {
    return group == other.group && *partition == *other.partition;
  }
};

struct committed_place_hash {
  size_t operator()(const committed_place& x) const noexcept {
    return std::hash<std::string_view>{}(x.group) * 31
           + std::hash<storage::topic_partition>{}(*x.partition);
  }
};

} // namespace

void group_shard::take(cluster::group_effects x) {
  ASSERT(phase_ == phase::serving);
  if (x.empty())
    return;
  auto earlier = waiting_.find(x.group_id);
  if (x.records.empty() && earlier == waiting_.end()) {
    std::move(x.answers.begin(), x.answers.end(), std::back_inserter(answers_));
    return;
  }
  if (earlier == waiting_.end())
    waiting_.emplace(x.group_id, 1);
  else
    ++earlier->second;
  gathered_.push_back(std::move(x));
}

void group_shard::take(std::vector<cluster::group_effects> xs) {
  for (auto& x : xs)
    take(std::move(x));
}

std::vector<cluster::group_answer> group_shard::answers() {
  return std::exchange(answers_, {});
}

std::optional<storage::buffer>
group_shard::next_batch(storage::timestamp_ms now) {
  if (phase_ != phase::serving || !in_flight_.empty() || gathered_.empty())
    return {};
  size_t bytes = 0;
  auto end = gathered_.begin();
  while (
      end != gathered_.end()
      && (end == gathered_.begin() || bytes + size_of(*end) <= batch_bytes_max))
    bytes += size_of(*end++);
  in_flight_.assign(std::make_move_iterator(gathered_.begin()),
                    std::make_move_iterator(end));
  gathered_.erase(gathered_.begin(), end);
  encode_changes();
  // Only answers that waited for earlier records of their group.
  if (changes_.empty()) {
    appended(next_offset());
    return next_batch(now);
  }
  storage::batch_builder batch;
  for (const auto& x : changes_)
    batch.add(now, x.key, x.value);
  return batch.build();
}

void group_shard::encode_changes() {
  // The newest first. A busy group commits the same partitions dozens of times
  // per batch: those commits are not even encoded.
  std::vector<change> all;
  std::unordered_set<committed_place, committed_place_hash> committed;
  for (const auto& effects : std::views::reverse(in_flight_))
    for (const auto& record : std::views::reverse(effects.records)) {
      const auto* commit = std::get_if<cluster::offset_commit>(&record);
      if (commit != nullptr
          && !committed.insert({commit->group, &commit->partition}).second)
        continue;
      auto encoded = cluster::encode(record);
      change next{text_of(encoded.key), {}};
      if (encoded.value)
        next.value = text_of(*encoded.value);
      all.push_back(std::move(next));
    }
  // Answers of one batch leave together, so nobody can tell that the earlier
  // of two values was never written.
  std::vector<bool> last(all.size());
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < all.size(); ++i)
    last[i] = seen.insert(all[i].key).second;
  changes_.clear();
  for (auto i = all.size(); i-- > 0;)
    if (last[i])
      changes_.push_back(std::move(all[i]));
}

void group_shard::appended(storage::offset_t end) {
  for (auto& x : changes_)
    offsets_.put(std::move(x.key), std::move(x.value));
  changes_.clear();
  if (end > next_offset())
    offsets_.advance(end, leader_epoch_);
  for (auto& x : std::exchange(in_flight_, {})) {
    release_group(x.group_id);
    std::move(x.answers.begin(), x.answers.end(), std::back_inserter(answers_));
  }
}

void group_shard::release_group(const std::string& group_id) {
  auto found = waiting_.find(group_id);
  ASSERT(found != waiting_.end());
  if (--found->second == 0)
    waiting_.erase(found);
}

void group_shard::refuse_waiting(cluster::group_error error) {
  for (auto* list : {&in_flight_, &gathered_})
    for (auto& effects : *list)
      for (auto& x : std::exchange(effects.answers, {})) {
        // Says nothing that must be in the log first, and a member that hears
        // nothing gives its partitions up.
        bool heartbeat =
            std::holds_alternative<cluster::heartbeat_answer>(x.what);
        answers_.push_back(heartbeat ? std::move(x) : refused(x, error));
      }
  std::erase_if(gathered_, [this](const cluster::group_effects& x) {
    if (x.empty())
      release_group(x.group_id);
    return x.empty();
  });
}

void group_shard::fail(cluster::group_error error) {
  for (auto* list : {&in_flight_, &gathered_}) {
    for (const auto& effects : *list)
      for (const auto& x : effects.answers)
        answers_.push_back(refused(x, error));
    list->clear();
  }
  waiting_.clear();
  changes_.clear();
  if (phase_ == phase::serving) {
    auto parked = groups_->resign(error);
    std::move(parked.begin(), parked.end(), std::back_inserter(answers_));
  }
  groups_.reset();
  phase_ = phase::closed;
}

result<std::vector<cluster::offset_commit>>
group_shard::acknowledged(const std::string& group_id) {
  std::vector<cluster::offset_commit> commits;
  auto prefix = text_of(cluster::offset_commit_key_prefix(group_id));
  auto done = offsets_.scan(prefix, [&](auto key, auto value) {
    auto record = cluster::decode_group_record(bytes_of(key), bytes_of(value));
    if (!record)
      return true;
    if (auto* commit = std::get_if<cluster::offset_commit>(&*record))
      commits.push_back(std::move(*commit));
    return true;
  });
  if (!done)
    return failure(std::move(done.error()));
  return commits;
}

result<std::vector<cluster::offset_commit>>
group_shard::stored(const std::string& group_id) {
  auto commits = acknowledged(group_id);
  if (!commits)
    return commits;
  std::map<storage::topic_partition, cluster::offset_commit> newest;
  for (auto& x : *commits)
    newest.insert_or_assign(x.partition, std::move(x));
  for (const auto* list : {&in_flight_, &gathered_})
    for (const auto& effects : *list)
      if (effects.group_id == group_id)
        for (const auto& record : effects.records)
          if (auto* x = std::get_if<cluster::offset_commit>(&record))
            newest.insert_or_assign(x->partition, *x);
  commits->clear();
  for (auto& [partition, x] : newest)
    commits->push_back(std::move(x));
  return commits;
}

result<std::optional<cluster::offset_commit>>
group_shard::find(const std::string& group_id,
                  const storage::topic_partition& tp) {
  auto key = text_of(cluster::offset_commit_key(group_id, tp));
  auto value = offsets_.get(key);
  if (!value)
    return failure(std::move(value.error()));
  if (!*value)
    return std::nullopt;
  auto record = cluster::decode_group_record(bytes_of(key), bytes_of(**value));
  if (!record)
    return failure(std::move(record.error()));
  if (auto* commit = std::get_if<cluster::offset_commit>(&*record))
    return std::move(*commit);
  return std::nullopt;
}

} // namespace troupe::actors
