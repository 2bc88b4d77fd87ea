// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "topic_view.h"

#include <algorithm>
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

/// A request without what the client may not ask for.
struct allowed_request {
  request_ptr to;
  /// Only null means all topics.
  kafka::metadata_request asked;
  std::vector<asked_topic> refused;
  std::vector<std::string> to_create;

  /// Also tells versions in which an empty list means all topics.
  int16_t version() const noexcept {
    return std::max<int16_t>(to->version(), 1);
  }
};

void withhold_topics(allowed_request& x, const access& may,
                     const routing& routes) {
  if (!x.asked.topics)
    return;
  x.refused = may.withhold(*x.asked.topics, [&](const auto& topic) {
    // An id counts more than a name beside it; one that nobody has is unknown.
    if (!topic.topic_id.is_nil()) {
      const auto* known = routes.find(topic.topic_id);
      return known == nullptr
             || may.topic(access::operation::describe, known->topic->name);
    }
    return !topic.name || may.topic(access::operation::describe, *topic.name);
  });
}

/// Missing topics that the client may not make are refused too.
void withhold_creations(allowed_request& x, const access& may) {
  auto forbidden = may.withhold(
      x.to_create, [&may](const auto& name) { return may.create(name); });
  if (forbidden.empty())
    return;
  std::unordered_set<std::string> names(forbidden.begin(), forbidden.end());
  for (auto& topic : may.withhold(*x.asked.topics, [&](const auto& y) {
         return !y.name || !names.contains(*y.name);
       }))
    x.refused.push_back(std::move(topic));
}

void apply_access(kafka::metadata_response& response, const access& may,
                  const allowed_request& x) {
  if (may.unlimited())
    return;
  if (!x.asked.topics)
    std::erase_if(response.topics, [&may](const topic_answer& y) {
      return !may.topic(access::operation::describe, *y.name);
    });
  for (auto& topic : response.topics)
    if (topic.topic_authorized_operations != operations_not_asked)
      topic.topic_authorized_operations =
          may.of_topic(all_topic_operations, *topic.name);
  if (x.asked.include_cluster_authorized_operations)
    response.cluster_authorized_operations =
        may.of_cluster(all_cluster_operations);
  for (const auto& topic : x.refused) {
    auto refused = topic;
    // Whose name need not be.
    if (!refused.topic_id.is_nil())
      refused.name.reset();
    response.topics.push_back(
        answer_error(refused, x.to->version(), topic_not_allowed));
  }
}

void answer(session_state& session, const allowed_request& x,
            const std::unordered_map<std::string, problem>& not_created) {
  auto response = answer_metadata(x.asked, x.version(), *session.routes(),
                                  standpoint_of(*session.shared), not_created);
  apply_access(response, access(session, *x.to), x);
  session.reply(*x.to, response);
}

void create_and_answer(session_state& session, allowed_request x) {
  actors::create_topics question;
  for (const auto& name : x.to_create) {
    cluster::new_topic topic;
    topic.name = name;
    question.topics.push_back(std::move(topic));
  }
  auto count = x.to_create.size();
  auto waiting = std::make_shared<const allowed_request>(std::move(x));
  decide(session, admin_timeout, count, std::move(question),
         [&session, waiting](const metadata_decided& decided) {
           std::unordered_map<std::string, problem> not_created;
           for (size_t i = 0; i < decided.results.size(); ++i)
             if (!decided.results[i].ok())
               not_created.emplace(waiting->to_create[i], decided.results[i]);
           answer(session, *waiting, not_created);
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
  // What is refused may leave nothing of a list, which is not all topics then.
  if (asks_for_all(*asked, x->version()))
    asked->topics.reset();
  allowed_request allowed{x, std::move(*asked), {}, {}};
  auto routes = session.routes();
  access may(session, *x);
  withhold_topics(allowed, may, *routes);
  allowed.to_create = topics_to_create(allowed.asked, allowed.version(),
                                       *routes, session.shared->config);
  withhold_creations(allowed, may);
  if (allowed.to_create.empty())
    answer(session, allowed, {});
  else
    create_and_answer(session, std::move(allowed));
  return {};
}

} // namespace troupe::actors::handlers
