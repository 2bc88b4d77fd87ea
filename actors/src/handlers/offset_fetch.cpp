// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/storage/assert.h>
#include <troupe/transport/kafka/messages/offset_fetch.h>

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using kafka::offset_fetch_request;
using kafka::offset_fetch_response;

/// A group that is asked about.
struct asked_group {
  /// Without the topics that the client may not see.
  offset_fetch_request::group what;
  /// Nor may it see anything of the group.
  bool refused = false;
  std::vector<offset_fetch_request::topic> withheld;
};

constexpr int16_t first_version_with_error = 2;
constexpr int16_t first_version_with_groups = 8;

/// Older requests as one group of the newer form.
std::vector<offset_fetch_request::group>
groups_of(offset_fetch_request& x, int16_t version) {
  if (version >= first_version_with_groups)
    return std::move(x.groups);
  offset_fetch_request::group only;
  only.group_id = std::move(x.group_id);
  only.topics = std::move(x.topics);
  std::vector<offset_fetch_request::group> groups;
  groups.push_back(std::move(only));
  return groups;
}

std::vector<asked_group>
check_groups(std::vector<offset_fetch_request::group> groups,
             const access& may) {
  std::vector<asked_group> checked;
  for (auto& group : groups) {
    auto& x = checked.emplace_back();
    x.what = std::move(group);
    x.refused = !may.group(access::operation::describe, x.what.group_id);
    if (!x.refused && x.what.topics)
      x.withheld = may.withhold(*x.what.topics, [&may](const auto& topic) {
        return may.topic(access::operation::describe, topic.name);
      });
  }
  return checked;
}

offsets_query query_of(const offset_fetch_request::group& x) {
  offsets_query query;
  query.group_id = x.group_id;
  query.member_id = x.member_id;
  query.member_epoch = x.member_epoch;
  if (!x.topics)
    return query;
  auto& partitions = query.partitions.emplace();
  for (const auto& topic : *x.topics)
    for (auto index : topic.partition_indexes)
      partitions.push_back({topic.name, index});
  return query;
}

offset_fetch_response::partition entry_of(const cluster::offset_commit& x) {
  return {x.partition.partition, x.offset, x.leader_epoch, x.metadata, 0};
}

offset_fetch_response::partition
nothing_for(int32_t partition, int16_t error_code = 0) {
  return {partition, storage::no_offset, storage::no_leader_epoch, "",
          error_code};
}

/// All that the group has, which comes sorted by topic.
std::vector<offset_fetch_response::topic> all_of(const offsets_found& found) {
  std::vector<offset_fetch_response::topic> topics;
  for (const auto& commit : found.commits) {
    if (topics.empty() || topics.back().name != commit.partition.topic)
      topics.push_back({commit.partition.topic, {}});
    topics.back().partitions.push_back(entry_of(commit));
  }
  return topics;
}

std::vector<offset_fetch_response::topic>
asked_of(const std::vector<offset_fetch_request::topic>& asked,
         const offsets_found& found) {
  std::vector<offset_fetch_response::topic> topics;
  auto next = found.commits.begin();
  for (const auto& topic : asked) {
    auto& answered = topics.emplace_back();
    answered.name = topic.name;
    for (auto index : topic.partition_indexes) {
      bool has = next != found.commits.end()
                 && next->partition.partition == index
                 && next->partition.topic == topic.name;
      answered.partitions.push_back(has ? entry_of(*next++)
                                        : nothing_for(index));
    }
  }
  return topics;
}

void add_withheld(std::vector<offset_fetch_response::topic>& topics,
                  const asked_group& asked) {
  for (const auto& topic : asked.withheld) {
    auto& answered = topics.emplace_back();
    answered.name = topic.name;
    for (auto index : topic.partition_indexes)
      answered.partitions.push_back(nothing_for(index, topic_not_allowed));
  }
}

offset_fetch_response::group answer_of(const asked_group& asked,
                                       const offsets_found& found,
                                       const access& may) {
  offset_fetch_response::group answer;
  answer.group_id = asked.what.group_id;
  answer.error_code = wire_code(found.error);
  if (found.error == cluster::group_error::none && asked.what.topics) {
    answer.topics = asked_of(*asked.what.topics, found);
  } else if (found.error == cluster::group_error::none) {
    answer.topics = all_of(found);
    may.withhold(answer.topics, [&may](const auto& topic) {
      return may.topic(access::operation::describe, topic.name);
    });
  }
  add_withheld(answer.topics, asked);
  return answer;
}

offset_fetch_response::group refusal_of(const asked_group& asked) {
  offset_fetch_response::group answer;
  answer.group_id = asked.what.group_id;
  answer.error_code = group_not_allowed;
  return answer;
}

/// `found` has nothing of refused groups.
offset_fetch_response response_of(const std::vector<asked_group>& asked,
                                  const offsets_fetched& found, int16_t version,
                                  const access& may) {
  offset_fetch_response response;
  auto next = found.groups.begin();
  for (const auto& group : asked)
    response.groups.push_back(group.refused ? refusal_of(group)
                                            : answer_of(group, *next++, may));
  ASSERT(next == found.groups.end());
  if (version >= first_version_with_groups)
    return response;
  auto& only = response.groups.front();
  response.error_code = only.error_code;
  response.topics = std::move(only.topics);
  // The oldest version has no place for the error but the partitions.
  if (version < first_version_with_error && only.error_code != 0
      && asked.front().what.topics) {
    response.topics = asked_of(*asked.front().what.topics, {});
    for (auto& topic : response.topics)
      for (auto& entry : topic.partitions)
        entry.error_code = only.error_code;
    add_withheld(response.topics, asked.front());
  }
  return response;
}

} // namespace

// Without transactions every offset is stable, whatever the client requires.
result<void> offset_fetch(session_state& session, request_ptr x) {
  auto asked = x->decode<offset_fetch_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->groups.size()); !bound)
    return bound;
  auto groups = std::make_shared<const std::vector<asked_group>>(
      check_groups(groups_of(*asked, x->version()), access(session, *x)));
  std::vector<offsets_query> queries;
  for (const auto& group : *groups)
    if (!group.refused)
      queries.push_back(query_of(group.what));
  auto answer = [&session, x, groups](const offsets_fetched& found) {
    session.reply(
        *x, response_of(*groups, found, x->version(), access(session, *x)));
  };
  if (queries.empty())
    answer({});
  else
    session.fetch_offsets(std::move(queries), answer);
  return {};
}

} // namespace troupe::actors::handlers
