// SPDX-License-Identifier: Apache-2.0
#include <group_subscriptions.h>

#include <topic_regex.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

/// FNV-1a: written to the log, so it must never depend on the library.
uint64_t fold(uint64_t hash, const void* data, size_t size) noexcept {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < size; ++i)
    hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

uint64_t fold(uint64_t hash, uint64_t x) noexcept {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    auto byte = static_cast<unsigned char>(x >> shift);
    hash = fold(hash, &byte, 1);
  }
  return hash;
}

constexpr uint64_t hash_basis = 0xcbf29ce484222325;

uint64_t hash_of(const group_topic& x) noexcept {
  auto hash = fold(hash_basis, x.id.bytes.data(), x.id.bytes.size());
  hash = fold(hash, x.name.data(), x.name.size());
  return fold(hash, static_cast<uint64_t>(x.partition_count));
}

} // namespace

result<void> group_subscriptions::learn(const std::string& regex,
                                        const group_topics& topics) {
  if (regex.empty() || regexes_.contains(regex))
    return {};
  if (regexes_.size() >= config_.regexes_per_group_max)
    return failure(storage::errc::invalid_argument,
                   "the group has too many regular expressions");
  auto ids = match_topics(regex, topics, before_all_topics, config_);
  if (!ids)
    return failure(std::move(ids.error()));
  regexes_[regex].ids = std::move(*ids);
  return {};
}

std::vector<storage::uuid>
group_subscriptions::add(const std::vector<std::string>& names,
                         const std::string& regex, const group_topics& topics) {
  std::vector<storage::uuid> ids;
  if (!regex.empty()) {
    auto& known = regexes_[regex];
    ++known.members;
    ids = known.ids;
  }
  for (const auto& name : names)
    if (const auto* topic = topics.find(name))
      ids.push_back(topic->id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const auto& id : ids) {
    auto& topic = subscribed_[id];
    if (topic.members++ == 0)
      topic.hash = hash_of(*topics.find(id));
  }
  return ids;
}

void group_subscriptions::remove(const std::vector<storage::uuid>& ids,
                                 const std::string& regex) {
  for (const auto& id : ids) {
    auto i = subscribed_.find(id);
    if (i != subscribed_.end() && --i->second.members == 0)
      subscribed_.erase(i);
  }
  if (auto i = regexes_.find(regex);
      i != regexes_.end() && --i->second.members == 0)
    regexes_.erase(i);
}

bool group_subscriptions::renew(const group_topics& topics) {
  if (topics.version() == version_)
    return false;
  auto since = version_.value_or(before_all_topics);
  version_ = topics.version();
  subscribed_.clear();
  auto any_new = std::any_of(
      topics.all().begin(), topics.all().end(),
      [&](const auto& topic) { return topic.first_version > since; });
  for (auto& [regex, known] : regexes_) {
    known.members = 0;
    std::erase_if(known.ids, [&](const auto& id) { return !topics.find(id); });
    if (!any_new)
      continue;
    // It was valid before; names never change, so old matches stand.
    if (auto ids = match_topics(regex, topics, since, config_))
      known.ids.insert(known.ids.end(), ids->begin(), ids->end());
  }
  return true;
}

int64_t group_subscriptions::hash() const noexcept {
  auto hash = hash_basis;
  for (const auto& [id, topic] : subscribed_)
    hash = fold(hash, topic.hash);
  return hash == 0 ? 1 : static_cast<int64_t>(hash);
}

} // namespace troupe::cluster
