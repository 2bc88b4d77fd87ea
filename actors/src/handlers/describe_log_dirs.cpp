// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "gathering.h"
#include "handlers.h"
#include "partition_finder.h"

#include <troupe/transport/kafka/messages/describe_log_dirs.h>

#include <vector>

namespace troupe::actors::handlers {

namespace {

using response_type = kafka::describe_log_dirs_response;

/// Marks a partition whose size is not known (yet).
constexpr int64_t no_size = -1;

/// There is no place for a partition's error in the answer: who has none to
/// show is left out.
void drop_unknown_sizes(response_type& response) {
  for (auto& directory : response.results) {
    for (auto& topic : directory.topics)
      std::erase_if(topic.partitions,
                    [](const auto& x) { return x.partition_size == no_size; });
    std::erase_if(directory.topics,
                  [](const auto& x) { return x.partitions.empty(); });
  }
}

void ask_directory(gathering<response_type>& all, const data_directory& asked) {
  auto place = all.response.results.size();
  all.response.results.push_back({});
  all.response.results[place].log_dir = asked.path;
  all.ask<directory_description>(
      asked.keeper, admin_timeout, describe_directory{},
      [place](response_type& response, const directory_description& x) {
        auto& entry = response.results[place];
        entry.error_code = wire_code(x.why);
        entry.total_bytes = x.total_bytes;
        entry.usable_bytes = x.usable_bytes;
      });
}

void ask_partition(gathering<response_type>& all, partition_finder& finder,
                   const topic_route& topic, int32_t partition) {
  auto to = finder.take_replica(partition);
  if (!to)
    return;
  auto directory = topic.partitions[static_cast<size_t>(partition)].directory;
  if (directory >= all.response.results.size())
    return;
  auto& topics = all.response.results[directory].topics;
  if (topics.empty() || topics.back().name != topic.topic->name)
    topics.push_back({topic.topic->name, {}});
  auto at = topics.size() - 1;
  auto place = topics[at].partitions.size();
  topics[at].partitions.push_back({});
  topics[at].partitions[place].partition_index = partition;
  topics[at].partitions[place].partition_size = no_size;
  all.ask<partition_description>(
      *to, admin_timeout, describe_partition{},
      [directory, at, place](response_type& response,
                             const partition_description& x) {
        if (x.why.ok())
          response.results[directory]
              .topics[at]
              .partitions[place]
              .partition_size = static_cast<int64_t>(x.size_bytes);
      });
}

void ask_all(gathering<response_type>& all, partition_finder& finder) {
  for (const auto& [name, topic] : finder.routes().image->topics) {
    const auto* route = finder.routes().find(name);
    if (route == nullptr)
      continue;
    finder.enter(name);
    for (size_t i = 0; i < route->partitions.size(); ++i)
      ask_partition(all, finder, *route, static_cast<int32_t>(i));
  }
}

void ask_some(gathering<response_type>& all, partition_finder& finder,
              const std::vector<kafka::describe_log_dirs_request::topic>& xs) {
  for (const auto& asked : xs) {
    const auto* route = finder.routes().find(asked.topic);
    if (route == nullptr)
      continue;
    finder.enter(asked.topic);
    for (auto partition : asked.partitions)
      ask_partition(all, finder, *route, partition);
  }
}

} // namespace

result<void> describe_log_dirs(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::describe_log_dirs_request>();
  if (!asked)
    return failure(asked.error());
  if (!access(session, *x).cluster(access::operation::describe)) {
    response_type refused;
    refused.error_code = cluster_not_allowed;
    session.reply(*x, refused);
    return {};
  }
  auto all = std::make_shared<gathering<response_type>>(session, x,
                                                        drop_unknown_sizes);
  for (const auto& directory : session.shared->directories)
    ask_directory(*all, directory);
  partition_finder finder(session.routes(), session.shared->config.id);
  if (asked->topics)
    ask_some(*all, finder, *asked->topics);
  else
    ask_all(*all, finder);
  all->asked_all();
  return {};
}

} // namespace troupe::actors::handlers
