// SPDX-License-Identifier: Apache-2.0
#include <consumer_group.h>
#include <consumer_group_refusals.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::cluster {

namespace {

/// A member sends everything when it joins and after an error; then it also
/// wants to be told everything.
bool tells_all(const consumer_heartbeat_request& x) noexcept {
  return x.member_epoch == joining_epoch
         || (x.rebalance_timeout_ms >= 0 && x.topic_partitions
             && (x.subscribed_topic_names || x.subscribed_topic_regex));
}

/// True when `to` changed.
template <class T, class U>
bool assign_if_new(T& to, const U& x) {
  if (to == x)
    return false;
  to = x;
  return true;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

} // namespace

consumer_group::consumer_group(std::string id,
                               const consumer_group_config& config)
    : id_(std::move(id)), config_(config), subscriptions_(config) {
  ASSERT(!id_.empty());
}

consumer_group_outcome
consumer_group::heartbeat(const consumer_heartbeat_request& x,
                          const group_topics& topics, group_time now) {
  ASSERT(!x.member_id.empty());
  if (auto refusal = admit(x); refusal.error != group_error::none)
    return {std::move(refusal), {}};
  if (x.member_epoch < 0)
    return leave(x);
  refresh(topics);
  if (x.subscribed_topic_regex)
    if (auto learnt = subscriptions_.learn(*x.subscribed_topic_regex, topics);
        !learnt)
      return {refuse_heartbeat(group_error::invalid_regular_expression,
                               learnt.error().message),
              {}};
  consumer_group_outcome outcome;
  auto& records = outcome.records;
  auto& entry = enter(x, member_side::consumer, records);
  auto& member = entry.second;
  auto reassigned = take_in(entry, x, {}, topics, now, records);
  schedule(entry);
  auto& answer = outcome.answer;
  answer.member_id = entry.first;
  answer.member_epoch = member.epoch;
  answer.heartbeat_interval_ms = config_.heartbeat_interval_ms;
  if (reassigned || tells_all(x))
    answer.assignment = member.assigned;
  return outcome;
}

bool consumer_group::take_in(member_entry& entry,
                             const consumer_heartbeat_request& x,
                             std::optional<classic_member_metadata> classic,
                             const group_topics& topics, group_time now,
                             group_records& records) {
  auto resubscribed = update(entry, x, std::move(classic), topics, records);
  if (resubscribed || epoch_ == 0 || subscriptions_.hash() != metadata_hash_)
    bump(records);
  if (epoch_ > target_epoch_)
    retarget(topics, records);
  auto reassigned = reconcile(entry, x.topic_partitions, now, records);
  auto& member = entry.second;
  member.session_deadline_ms = now.steady_ms + session_timeout_ms(member);
  return reassigned;
}

void consumer_group::refresh(const group_topics& topics) {
  if (!subscriptions_.renew(topics))
    return;
  for (auto& [id, member] : members_) {
    // A bad expression can only come from a log that we did not write: its
    // member stays, and gets what it subscribes to by name.
    static_cast<void>(subscriptions_.learn(member.regex, topics));
    member.topics = subscriptions_.add(member.names, member.regex, topics);
  }
}

consumer_group::member_entry&
consumer_group::enter(const consumer_heartbeat_request& x, member_side side,
                      group_records& records) {
  if (x.member_epoch == joining_epoch && x.instance_id) {
    if (auto i = instances_.find(*x.instance_id); i != instances_.end()) {
      auto old = members_.find(i->second);
      if (yields(*old, x.member_id, side))
        return replace(old, x.member_id, records);
    }
    instances_[*x.instance_id] = x.member_id;
  }
  auto& entry = *members_.try_emplace(x.member_id).first;
  const auto& known_as = entry.second.instance_id;
  if (known_as && x.instance_id && *known_as != *x.instance_id)
    instances_.erase(*known_as);
  return entry;
}

consumer_group::member_entry&
consumer_group::replace(member_map::iterator old, const std::string& member_id,
                        group_records& records) {
  entomb(old->first, records);
  owners_.release(old->second.assigned, old->first);
  owners_.release(old->second.pending_revocation, old->first);
  deadlines_.erase({old->second.due_ms, old->first});
  auto node = members_.extract(old);
  node.key() = member_id;
  auto& entry = *members_.insert(std::move(node)).position;
  auto& member = entry.second;
  member.epoch = joining_epoch;
  member.previous_epoch = joining_epoch;
  member.due_ms = std::numeric_limits<int64_t>::max();
  member.call_deadline_ms.reset();
  instances_[*member.instance_id] = member_id;
  owners_.take(member.assigned, entry.first);
  owners_.take(member.pending_revocation, entry.first);
  record_metadata(entry, records);
  records.push_back(consumer_member_target{id_, member_id, member.target});
  return entry;
}

bool consumer_group::update(member_entry& entry,
                            const consumer_heartbeat_request& x,
                            std::optional<classic_member_metadata> classic,
                            const group_topics& topics,
                            group_records& records) {
  auto& member = entry.second;
  auto bytes = member.subscription_bytes();
  if (member.classic)
    --classic_count_;
  if (classic)
    ++classic_count_;
  auto changed = assign_if_new(member.classic, classic);
  changed = assign_if_new(member.client_id, x.client_id) || changed;
  changed = assign_if_new(member.client_host, x.client_host) || changed;
  if (x.instance_id)
    changed = assign_if_new(member.instance_id, *x.instance_id) || changed;
  if (x.rack_id)
    changed = assign_if_new(member.rack_id, *x.rack_id) || changed;
  if (x.rebalance_timeout_ms >= 0)
    changed = assign_if_new(member.rebalance_timeout_ms, x.rebalance_timeout_ms)
              || changed;
  if (x.server_assignor)
    changed = assign_if_new(member.wanted_assignor,
                            parse_assignor(*x.server_assignor))
              || changed;
  auto topics_before = std::move(member.topics);
  auto regex_before = member.regex;
  bool resubscribed = false;
  if (x.subscribed_topic_names)
    resubscribed =
        assign_if_new(member.names, sorted(*x.subscribed_topic_names));
  if (x.subscribed_topic_regex)
    resubscribed =
        assign_if_new(member.regex, *x.subscribed_topic_regex) || resubscribed;
  if (!resubscribed) {
    member.topics = std::move(topics_before);
  } else {
    // What stays must not be forgotten in between.
    member.topics = subscriptions_.add(member.names, member.regex, topics);
    subscriptions_.remove(topics_before, regex_before);
  }
  subscription_bytes_ += member.subscription_bytes() - bytes;
  if (changed || resubscribed)
    record_metadata(entry, records);
  return resubscribed;
}

void consumer_group::bump(group_records& records) {
  ++epoch_;
  metadata_hash_ = subscriptions_.hash();
  records.push_back(consumer_group_epoch{id_, epoch_, metadata_hash_});
}

} // namespace troupe::cluster
