// SPDX-License-Identifier: Apache-2.0
#include <group_slot.h>

namespace troupe::cluster {

std::unique_ptr<group_slot>
group_slot::make_classic(const std::string& id, const group_config& config) {
  return std::make_unique<group_slot>(std::in_place_type<classic_group>, id,
                                      config);
}

std::unique_ptr<group_slot>
group_slot::make_consumer(const std::string& id, const group_config& config) {
  return std::make_unique<group_slot>(std::in_place_type<consumer_group>, id,
                                      config.consumer);
}

bool group_slot::empty() const noexcept {
  return classic() ? classic()->state() == group_state::empty
                   : consumer()->member_count() == 0;
}

bool group_slot::deserted() const noexcept {
  return classic() ? classic()->deserted() : empty();
}

bool group_slot::persisted() const noexcept {
  // A consumer group comes to be with the records of its first member.
  return classic() ? classic()->persisted() : true;
}

int64_t group_slot::next_check_ms() const noexcept {
  return classic() ? classic()->next_check_ms()
                   : consumer()->next_deadline_ms().value_or(never_ms);
}

group_listing group_slot::listing() const {
  if (classic())
    return classic()->listing();
  return {consumer()->id(), "consumer", consumer()->state()};
}

void group_slot::sync(uint64_t ticket, sync_request x,
                      const group_topics& topics, group_time now,
                      group_effects& effects) {
  if (classic())
    classic()->sync(ticket, std::move(x), now, effects);
  else
    consumer()->sync_classic(ticket, x, topics, now, effects);
}

group_error group_slot::heartbeat(const heartbeat_request& x,
                                  const group_topics& topics, group_time now,
                                  group_effects& effects) {
  return classic() ? classic()->heartbeat(x, now)
                   : consumer()->heartbeat_classic(x, topics, now, effects);
}

leave_answer group_slot::leave(const leave_request& x, group_time now,
                               group_effects& effects) {
  return classic() ? classic()->leave(x, now, effects)
                   : consumer()->remove_members(x, effects);
}

std::vector<group_record> group_slot::removal() const {
  std::vector<group_record> records;
  if (consumer()) {
    for (auto& record : consumer()->removal())
      records.emplace_back(std::move(record));
  } else if (persisted()) {
    records.emplace_back(group_removal{classic()->id()});
  }
  return records;
}

std::vector<storage::topic_partition>
group_slot::expired(std::span<const offset_commit> stored,
                    const group_topics& topics, int64_t retention_ms,
                    group_time now) const {
  return classic() ? classic()->expired(stored, now)
                   : consumer()->expired(stored, topics, retention_ms, now);
}

} // namespace troupe::cluster
