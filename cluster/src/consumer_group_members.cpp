// SPDX-License-Identifier: Apache-2.0
#include <consumer_group.h>

#include <algorithm>

namespace troupe::cluster {

consumer_group_outcome
consumer_group::leave(const consumer_heartbeat_request& x) {
  consumer_group_outcome outcome;
  outcome.answer.member_id = x.member_id;
  outcome.answer.member_epoch = x.member_epoch;
  auto i = members_.find(x.member_id);
  if (x.member_epoch == leaving_epoch) {
    remove(i, outcome.records);
    bump(outcome.records);
    return outcome;
  }
  // It keeps its partitions until it is back or its session is over; what it
  // was asked to give up it has given up by going.
  auto& [id, member] = *i;
  member.epoch = leaving_for_a_while_epoch;
  owners_.release(member.pending_revocation, id);
  member.pending_revocation.clear();
  member.revocation_deadline_ms.reset();
  schedule(*i);
  record_current(*i, outcome.records);
  return outcome;
}

std::vector<consumer_group_record> consumer_group::tick(group_time now) {
  group_records records;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.steady_ms)
    remove(members_.find(deadlines_.begin()->second), records);
  if (!records.empty())
    bump(records);
  return records;
}

std::optional<int64_t> consumer_group::next_deadline_ms() const {
  if (deadlines_.empty())
    return std::nullopt;
  return deadlines_.begin()->first;
}

void consumer_group::remove(member_map::iterator i, group_records& records) {
  auto& [id, member] = *i;
  entomb(id, records);
  owners_.release(member.assigned, id);
  owners_.release(member.pending_revocation, id);
  subscriptions_.remove(member.topics, member.regex);
  subscription_bytes_ -= member.subscription_bytes();
  if (member.classic)
    --classic_count_;
  deadlines_.erase({member.due_ms, id});
  if (member.instance_id)
    if (auto instance = instances_.find(*member.instance_id);
        instance != instances_.end() && instance->second == id)
      instances_.erase(instance);
  members_.erase(i);
}

void consumer_group::schedule(member_entry& entry) {
  auto& [id, member] = entry;
  auto session_ms = member.session_deadline_ms;
  auto due_ms =
      std::min({session_ms, member.revocation_deadline_ms.value_or(session_ms),
                member.call_deadline_ms.value_or(session_ms)});
  if (due_ms == member.due_ms)
    return;
  deadlines_.erase({member.due_ms, id});
  member.due_ms = due_ms;
  deadlines_.emplace(due_ms, id);
}

void consumer_group::entomb(const std::string& member_id,
                            group_records& records) const {
  // A reader must never see a member without what it said about itself.
  for (auto kind : {consumer_record_kind::member_current,
                    consumer_record_kind::member_target,
                    consumer_record_kind::member_metadata})
    records.push_back(consumer_record_removal{kind, id_, member_id});
}

void consumer_group::record_metadata(const member_entry& entry,
                                     group_records& records) const {
  const auto& [id, member] = entry;
  consumer_member_metadata x;
  x.group = id_;
  x.member_id = id;
  x.instance_id = member.instance_id;
  x.rack_id = member.rack_id;
  x.client_id = member.client_id;
  x.client_host = member.client_host;
  x.subscribed_topic_names = member.names;
  if (!member.regex.empty())
    x.subscribed_topic_regex = member.regex;
  x.rebalance_timeout_ms = member.rebalance_timeout_ms;
  if (member.wanted_assignor)
    x.server_assignor = to_string(*member.wanted_assignor);
  x.classic = member.classic;
  records.push_back(std::move(x));
}

void consumer_group::record_current(const member_entry& entry,
                                    group_records& records) const {
  const auto& [id, member] = entry;
  records.push_back(consumer_member_current{
      id_, id, member.epoch, member.previous_epoch, member.state,
      member.assigned, member.pending_revocation});
}

} // namespace troupe::cluster
