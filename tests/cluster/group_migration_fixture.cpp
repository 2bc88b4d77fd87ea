// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_migration_fixture.h>

#include <kafka_fields.h>

namespace troupe::cluster::test {

opaque_bytes subscription(const std::vector<std::string>& topics,
                          const partition_assignment& owned,
                          const group_topics& of) {
  kafka_field_writer to;
  to.i16(1);
  to.i32(static_cast<int32_t>(topics.size()));
  for (const auto& topic : topics)
    to.text(topic);
  to.bytes({});
  to.i32(static_cast<int32_t>(owned.size()));
  for (const auto& [id, partitions] : owned) {
    to.text(of.find(id)->name);
    to.i32(static_cast<int32_t>(partitions.size()));
    for (auto partition : partitions)
      to.i32(partition);
  }
  return to.take();
}

partition_assignment
group_migration_fixture::assigned(const sync_answer& x) const {
  auto assignment = parse_assignment(x.assignment, topics);
  REQUIRE(assignment);
  return assignment->partitions;
}

group_migration_fixture::membership
group_migration_fixture::join_mixed(const std::string& member_id,
                                    const partition_assignment& owned) {
  auto request = joiner(member_id);
  request.protocols[0].metadata = subscription({"t"}, owned, topics);
  membership x;
  auto answer = joined(join(std::move(request)));
  x.error = answer.error;
  x.member_id = answer.member_id;
  x.generation = answer.generation;
  if (x.error != group_error::none)
    return x;
  CHECK(answer.leader.empty());
  CHECK(answer.protocol_name == "range");
  auto told = synced(sync(x.member_id, x.generation));
  x.error = told.error;
  if (x.error == group_error::none)
    x.assigned = assigned(told);
  return x;
}

group_migration_fixture::membership group_migration_fixture::enter_mixed() {
  auto first = join_mixed("");
  CHECK(first.error == group_error::member_id_required);
  return join_mixed(first.member_id);
}

std::vector<std::string> group_migration_fixture::classic_pair() {
  auto [leader, first] = enter();
  auto [follower, second] = enter();
  while (waiting(first))
    pass(1000);
  auto told = sync(follower, 1);
  sync(leader, 1,
       {{leader, encode_assignment(1, {{id_of("t"), {0, 1}}}, topics)},
        {follower, encode_assignment(1, {{id_of("t"), {2, 3}}}, topics)}});
  CHECK(synced(told).error == group_error::none);
  return {leader, follower};
}

std::vector<std::string> group_migration_fixture::mixed_group() {
  auto members = classic_pair();
  CHECK(enter_as("new").error == group_error::none);
  return members;
}

} // namespace troupe::cluster::test
