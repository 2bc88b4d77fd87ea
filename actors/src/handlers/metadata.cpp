// SPDX-License-Identifier: Apache-2.0
#include "answers.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "topic_view.h"

#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using asked_topic = kafka::metadata_request::topic;
using topic_answer = kafka::metadata_response::topic;

constexpr int16_t first_version_with_ids = 12;

bool asks_for_all(const kafka::metadata_request& x, int16_t version) noexcept {
  return !x.topics || (version == 0 && x.topics->empty());
}

topic_answer answer_topic(const topic_route& route, const routing& routes,
                          cluster::node_id self, bool operations) {
  topic_answer answer;
  answer.name = route.topic->name;
  answer.topic_id = route.topic->id;
  answer.is_internal = cluster::internal_topic(route.topic->name);
  answer.partitions.reserve(route.topic->partitions.size());
  for (size_t i = 0; i < route.topic->partitions.size(); ++i) {
    auto seen = view(route, i, *routes.image, self);
    kafka::metadata_response::partition partition;
    partition.error_code = seen.error_code;
    partition.partition_index = static_cast<int32_t>(i);
    partition.leader_id = seen.leader;
    partition.leader_epoch = seen.leader_epoch;
    partition.replica_nodes = std::move(seen.replicas);
    partition.isr_nodes = std::move(seen.isr);
    partition.offline_replicas = std::move(seen.offline_replicas);
    answer.partitions.push_back(std::move(partition));
  }
  if (operations)
    answer.topic_authorized_operations = all_topic_operations;
  return answer;
}

/// For a topic that we cannot show.
topic_answer answer_error(const asked_topic& x, int16_t version, int16_t code) {
  topic_answer answer;
  answer.error_code = code;
  answer.name = x.name;
  answer.topic_id = x.topic_id;
  if (!answer.name && version < first_version_with_ids)
    answer.name = "";
  if (x.name)
    answer.is_internal = cluster::internal_topic(*x.name);
  return answer;
}

/// Why a topic could not be made, as a client may see it here: librdkafka takes
/// every error of a topic but a few for one that will not pass.
int16_t code_for_not_created(const problem& why) {
  using kafka::error_code;
  auto code = wire_code(why);
  for (auto passing :
       {error_code::not_controller, error_code::request_timed_out,
        error_code::kafka_storage_error, error_code::throttling_quota_exceeded})
    if (code == wire_code(passing))
      return wire_code(error_code::leader_not_available);
  return code;
}

int16_t
code_for_missing(const std::string& name,
                 const std::unordered_map<std::string, problem>& not_created) {
  if (auto known = not_created.find(name); known != not_created.end())
    return code_for_not_created(known->second);
  return unknown_topic_code(name);
}

/// Names what is asked for, to answer repetitions once.
std::string key_of(const asked_topic& x) {
  if (!x.topic_id.is_nil())
    return "i" + std::string(x.topic_id.bytes.begin(), x.topic_id.bytes.end());
  return x.name ? "n" + *x.name : std::string();
}

void answer_topics(
    kafka::metadata_response& response, const kafka::metadata_request& x,
    int16_t version, const routing& routes, cluster::node_id self,
    const std::unordered_map<std::string, problem>& not_created) {
  using kafka::error_code;
  auto operations = x.include_topic_authorized_operations;
  std::unordered_set<std::string> answered;
  for (const auto& asked : *x.topics) {
    if (!answered.insert(key_of(asked)).second)
      continue;
    bool by_id = !asked.topic_id.is_nil();
    if ((by_id || !asked.name) && version < first_version_with_ids) {
      auto code = wire_code(error_code::invalid_request);
      response.topics.push_back(answer_error(asked, version, code));
      continue;
    }
    const auto* route = by_id        ? routes.find(asked.topic_id)
                        : asked.name ? routes.find(*asked.name)
                                     : nullptr;
    if (route != nullptr) {
      response.topics.push_back(answer_topic(*route, routes, self, operations));
      continue;
    }
    auto code = by_id || !asked.name
                    ? wire_code(error_code::unknown_topic_id)
                    : code_for_missing(*asked.name, not_created);
    response.topics.push_back(answer_error(asked, version, code));
  }
}

/// What must outlive the controller's answer.
struct pending {
  request_ptr to;
  kafka::metadata_request asked;
  std::vector<std::string> created;
};

void create_and_answer(session_state& session, request_ptr x,
                       kafka::metadata_request asked,
                       std::vector<std::string> names) {
  actors::create_topics question;
  for (const auto& name : names) {
    cluster::new_topic topic;
    topic.name = name;
    question.topics.push_back(std::move(topic));
  }
  auto count = names.size();
  auto waiting = std::make_shared<const pending>(
      pending{std::move(x), std::move(asked), std::move(names)});
  decide(session, admin_timeout, count, std::move(question),
         [&session, waiting](const metadata_decided& decided) {
           std::unordered_map<std::string, problem> not_created;
           for (size_t i = 0; i < decided.results.size(); ++i)
             if (!decided.results[i].ok())
               not_created.emplace(waiting->created[i], decided.results[i]);
           session.reply(*waiting->to,
                         answer_metadata(waiting->asked, waiting->to->version(),
                                         *session.routes(),
                                         standpoint_of(*session.shared),
                                         not_created));
         });
}

} // namespace

std::vector<std::string>
topics_to_create(const kafka::metadata_request& x, int16_t version,
                 const routing& routes, const cluster::broker_config& config) {
  std::vector<std::string> names;
  if (!config.auto_create_topics || !x.allow_auto_topic_creation
      || asks_for_all(x, version))
    return names;
  std::unordered_set<std::string> seen;
  for (const auto& asked : *x.topics)
    // The rest comes with the client's next request.
    if (names.size() < metadata_changes_max && asked.name
        && asked.topic_id.is_nil() && routes.find(*asked.name) == nullptr
        && cluster::valid_topic_name(*asked.name)
        && !cluster::internal_topic(*asked.name)
        && seen.insert(*asked.name).second)
      names.push_back(*asked.name);
  return names;
}

kafka::metadata_response
answer_metadata(const kafka::metadata_request& x, int16_t version,
                const routing& routes, const standpoint& from,
                const std::unordered_map<std::string, problem>& not_created) {
  kafka::metadata_response response;
  for (const auto& [id, node] : routes.image->nodes) {
    if (node.fenced)
      continue;
    kafka::metadata_response::broker broker;
    broker.node_id = id;
    broker.host = node.host;
    broker.port = node.port;
    if (!node.rack.empty())
      broker.rack = node.rack;
    response.brokers.push_back(std::move(broker));
  }
  response.cluster_id = routes.image->cluster_id;
  response.controller_id = controller_seen_from(from, *routes.image);
  if (x.include_cluster_authorized_operations)
    response.cluster_authorized_operations = all_cluster_operations;
  if (!asks_for_all(x, version)) {
    answer_topics(response, x, version, routes, from.self, not_created);
    return response;
  }
  for (const auto& [name, topic] : routes.image->topics)
    if (const auto* route = routes.find(name))
      response.topics.push_back(answer_topic(
          *route, routes, from.self, x.include_topic_authorized_operations));
  return response;
}

result<void> metadata(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::metadata_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->topics ? asked->topics->size() : 0;
  if (auto bound = check_item_count(items); !bound)
    return bound;
  auto routes = session.routes();
  const auto& config = session.shared->config;
  auto names = topics_to_create(*asked, x->version(), *routes, config);
  if (!names.empty()) {
    create_and_answer(session, std::move(x), std::move(*asked),
                      std::move(names));
    return {};
  }
  session.reply(*x, answer_metadata(*asked, x->version(), *routes,
                                    standpoint_of(*session.shared), {}));
  return {};
}

} // namespace troupe::actors::handlers
