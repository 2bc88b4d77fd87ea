// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <kafka_fields.h>
#include <troupe/cluster/group_record_codec.h>

#include <span>

namespace troupe::cluster::test {

opaque_bytes bytes_of(std::string_view text) {
  auto bytes = std::as_bytes(std::span{text.data(), text.size()});
  return {bytes.begin(), bytes.end()};
}

opaque_bytes subscription(const std::vector<std::string>& topics) {
  kafka_field_writer writer;
  writer.i16(1);
  writer.i32(static_cast<int32_t>(topics.size()));
  for (const auto& topic : topics)
    writer.text(topic);
  writer.i32(-1);
  writer.i32(0);
  return writer.take();
}

join_request
joiner(std::string member_id, const std::vector<std::string>& protocols) {
  join_request x;
  x.group_id = "g";
  x.member_id = std::move(member_id);
  x.client_id = "client";
  x.client_host = "/10.0.0.1";
  x.session_timeout_ms = session_ms;
  x.rebalance_timeout_ms = rebalance_ms;
  x.protocol_type = "consumer";
  for (const auto& name : protocols)
    x.protocols.push_back({name, subscription({"t"})});
  return x;
}

join_request static_joiner(std::string instance_id, std::string member_id,
                           const std::vector<std::string>& protocols) {
  auto x = joiner(std::move(member_id), protocols);
  x.group_instance_id = std::move(instance_id);
  return x;
}

offset_commit offset_at(std::string topic, storage::offset_t offset) {
  offset_commit x;
  x.partition = {std::move(topic), 0};
  x.offset = offset;
  return x;
}

group_fixture::group_fixture(group_config config)
    : config_(config),
      core_(std::make_unique<group_coordinator>(config, seed_)) {}

void group_fixture::take(group_effects effects) {
  for (auto& answer : effects.answers) {
    const auto* joined = std::get_if<join_answer>(&answer.what);
    bool classic = core_->describe("g").error == group_error::none;
    if (classic && joined != nullptr && joined->error == group_error::none) {
      // Generations never go back. In a group that changes its protocol each
      // member has its own.
      CHECK(joined->generation >= generation_);
      generation_ = joined->generation;
    }
    auto [place, fresh] =
        answers_.emplace(answer.ticket, std::move(answer.what));
    CHECK(fresh);
  }
  for (auto& record : effects.records) {
    // Another protocol from here on, which counts in its own way.
    if (std::holds_alternative<group_removal>(record))
      generation_ = 0;
    auto bytes = encode(record);
    if (bytes.value)
      log_[bytes.key] = *bytes.value;
    else
      log_.erase(bytes.key);
    records_.push_back(std::move(record));
  }
}

uint64_t group_fixture::join(join_request x) {
  take(core_->join(ticket(), std::move(x), now_));
  return last_ticket_;
}

uint64_t group_fixture::sync(sync_request x) {
  take(core_->sync(ticket(), std::move(x), now_));
  return last_ticket_;
}

uint64_t
group_fixture::sync(const std::string& member_id, int32_t generation,
                    std::vector<sync_request::assignment> assignments) {
  sync_request x;
  x.group_id = "g";
  x.member_id = member_id;
  x.generation = generation;
  x.assignments = std::move(assignments);
  return sync(std::move(x));
}

uint64_t group_fixture::leave(std::vector<leave_request::member> members) {
  take(core_->leave(ticket(), {"g", std::move(members)}, now_));
  return last_ticket_;
}

group_error group_fixture::heartbeat(const std::string& member_id,
                                     int32_t generation,
                                     std::optional<std::string> instance_id) {
  take(core_->heartbeat(
      ticket(), {"g", member_id, std::move(instance_id), generation}, now_));
  return answer<heartbeat_answer>(last_ticket_).error;
}

commit_answer group_fixture::commit(commit_request x) {
  take(core_->commit_offsets(ticket(), std::move(x), now_));
  return answer<commit_answer>(last_ticket_);
}

group_error group_fixture::commit(const std::string& member_id,
                                  int32_t generation,
                                  std::optional<std::string> instance_id) {
  auto answer = commit({"g",
                        member_id,
                        std::move(instance_id),
                        generation,
                        -1,
                        {offset_at("t", 5)}});
  if (answer.error != group_error::none)
    return answer.error;
  REQUIRE(answer.partitions.size() == 1);
  return answer.partitions[0];
}

void group_fixture::forget(uint64_t ticket) {
  take(core_->forget("g", ticket, now_));
}

std::pair<std::string, uint64_t>
group_fixture::enter(const std::vector<std::string>& protocols) {
  auto id = joined(join(joiner({}, protocols))).member_id;
  return {id, join(joiner(id, protocols))};
}

std::vector<std::string> group_fixture::stable_group(size_t members) {
  std::vector<std::string> ids;
  std::vector<uint64_t> tickets;
  for (size_t i = 0; i < members; ++i) {
    auto [id, ticket] = enter();
    ids.push_back(id);
    tickets.push_back(ticket);
  }
  while (waiting(tickets[0]))
    pass(1000);
  CHECK(joined(tickets[0]).leader == ids[0]);
  sync_all(ids, joined(tickets[0]).generation);
  return ids;
}

void group_fixture::sync_all(const std::vector<std::string>& members,
                             int32_t generation) {
  std::vector<uint64_t> tickets;
  for (size_t i = 1; i < members.size(); ++i)
    tickets.push_back(sync(members[i], generation));
  std::vector<sync_request::assignment> assignments;
  for (const auto& member : members)
    assignments.push_back({member, bytes_of("for " + member)});
  tickets.push_back(sync(members[0], generation, std::move(assignments)));
  for (auto ticket : tickets)
    CHECK(synced(ticket).error == group_error::none);
  CHECK(state() == group_state::stable);
}

void group_fixture::pass(int64_t duration_ms) {
  auto end_ms = now_.steady_ms + duration_ms;
  auto advance = [this](int64_t steady_ms) {
    now_.wall_ms += steady_ms - now_.steady_ms;
    now_.steady_ms = steady_ms;
  };
  for (auto due = core_->next_deadline_ms(); due && *due <= end_ms;
       due = core_->next_deadline_ms()) {
    // A deadline that stays due would keep the coordinator busy for ever.
    REQUIRE(*due > now_.steady_ms);
    advance(*due);
    for (auto& effects : core_->tick(now_))
      take(std::move(effects));
  }
  advance(end_ms);
}

std::vector<offset_commit> group_fixture::commits() const {
  std::vector<offset_commit> x;
  for (const auto& record : records_)
    if (const auto* commit = std::get_if<offset_commit>(&record))
      x.push_back(*commit);
  return x;
}

void group_fixture::restart() {
  group_effects last;
  last.answers = core_->resign(group_error::not_coordinator);
  take(std::move(last));
  core_ = std::make_unique<group_coordinator>(config_, ++seed_);
  // One that was not recorded is counted again.
  generation_ = 0;
  for (const auto& [key, value] : log_) {
    auto record = decode_group_record(key, value);
    REQUIRE(record);
    // The view is not read for offsets: there may be millions.
    if (std::holds_alternative<offset_commit>(*record))
      continue;
    if (const auto* group = std::get_if<group_metadata>(&*record))
      generation_ = group->generation;
    core_->load(*record);
  }
  for (auto& effects : core_->loaded(now_))
    take(std::move(effects));
}

} // namespace troupe::cluster::test
