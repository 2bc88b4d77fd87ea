// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "mentions.h"
#include "problem_text.h"

#include <troupe/cluster/config_table.h>

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

cluster::new_topic to_new_topic(const kafka::create_topics_request::topic& x) {
  cluster::new_topic topic;
  topic.name = x.name;
  topic.num_partitions = x.num_partitions;
  topic.replication_factor = x.replication_factor;
  for (const auto& assignment : x.assignments)
    topic.assignments.emplace_back(assignment.partition_index,
                                   assignment.broker_ids);
  for (const auto& config : x.configs)
    topic.configs.emplace_back(config.name, config.value);
  return topic;
}

std::vector<kafka::create_topics_response::config>
configs_of(const cluster::topic_image& topic,
           const cluster::metadata_image& image,
           const cluster::broker_config& config) {
  std::vector<kafka::create_topics_response::config> entries;
  for (auto& x : cluster::effective_topic_configs(topic.configs, image,
                                                  config.id, config.values)) {
    kafka::create_topics_response::config entry;
    entry.name = x.key->name;
    entry.value = std::move(x.value);
    entry.config_source = static_cast<int8_t>(x.source);
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// What somebody who may make the topic need not be allowed to see of it.
void hide_configs(kafka::create_topics_response::topic& x) {
  x.topic_config_error_code = topic_not_allowed;
  x.num_partitions = -1;
  x.replication_factor = -1;
  x.configs.reset();
}

/// Adds the topics that the client may not make.
void apply_access(kafka::create_topics_response& response, const access& may,
                  const std::vector<kafka::create_topics_request::topic>& x) {
  for (auto& entry : response.topics)
    if (entry.error_code == 0
        && !may.topic(access::operation::describe_configs, entry.name))
      hide_configs(entry);
  for (const auto& refused : x) {
    auto& entry = response.topics.emplace_back();
    entry.name = refused.name;
    entry.error_code = topic_not_allowed;
    entry.error_message = "this client may not create the topic";
    entry.configs.emplace();
  }
}

} // namespace

triage<cluster::new_topic> triage_of(kafka::create_topics_request& x) {
  auto repeated =
      keep_first_mentions(x.topics, [](const auto& t) { return t.name; });
  triage<cluster::new_topic> sorted;
  for (size_t i = 0; i < x.topics.size(); ++i) {
    if (repeated[i]) {
      sorted.checked.push_back(
          invalid_request("the request names this topic more than once"));
      continue;
    }
    sorted.checked.push_back({});
    sorted.asked.push_back(to_new_topic(x.topics[i]));
  }
  return sorted;
}

kafka::create_topics_response
answer_create_topics(const kafka::create_topics_request& x,
                     const std::vector<problem>& verdicts,
                     const cluster::metadata_image& image,
                     const cluster::broker_config& config) {
  kafka::create_topics_response response;
  for (size_t i = 0; i < x.topics.size(); ++i) {
    kafka::create_topics_response::topic entry;
    entry.name = x.topics[i].name;
    entry.error_code = wire_code(verdicts[i]);
    entry.error_message = text_of(verdicts[i]);
    const auto* topic = verdicts[i].ok() ? image.find(entry.name) : nullptr;
    if (topic != nullptr) {
      // What was only validated has no id that would last.
      if (!x.validate_only)
        entry.topic_id = topic->id;
      entry.num_partitions = static_cast<int32_t>(topic->partitions.size());
      if (!topic->partitions.empty())
        entry.replication_factor =
            static_cast<int16_t>(topic->partitions[0].replicas.size());
      entry.configs = configs_of(*topic, image, config);
    } else {
      entry.configs.emplace();
    }
    response.topics.push_back(std::move(entry));
  }
  return response;
}

result<void> create_topics(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::create_topics_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->topics.size();
  if (auto bound = check_item_count(items, metadata_changes_max); !bound)
    return bound;
  access may(session, *x);
  auto refused = may.withhold(
      asked->topics, [&may](const auto& y) { return may.create(y.name); });
  auto sorted = triage_of(*asked);
  actors::create_topics question{std::move(sorted.asked), asked->validate_only};
  auto timeout = patience(asked->timeout_ms);
  auto count = question.topics.size();
  auto wanted =
      std::make_shared<const kafka::create_topics_request>(std::move(*asked));
  decide(session, timeout, count, std::move(question),
         [&session, x, wanted, sorted,
          refused = std::move(refused)](const metadata_decided& decided) {
           auto response =
               answer_create_topics(*wanted, sorted.combine(decided.results),
                                    *decided.image, session.shared->config);
           apply_access(response, access(session, *x), refused);
           session.reply(*x, response);
         });
  return {};
}

} // namespace troupe::actors::handlers
