// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "handlers.h"
#include "item_bound.h"
#include "leader_hints.h"
#include "partition_finder.h"

#include <troupe/cluster/controller.h>
#include <troupe/cluster/topic_kind.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using kafka::produce_request;
using kafka::produce_response;

constexpr int16_t acks_none = 0;
constexpr int16_t acks_leader = 1;
constexpr int16_t acks_all = -1;

/// One Produce request while its partitions append.
struct produce_operation {
  session_state* session;
  request_ptr asked;
  int16_t acks = acks_leader;
  produce_response response;
  size_t outstanding = 1;
  bool failed = false;

  produce_response::partition& entry(size_t topic, size_t partition) {
    return response.responses[topic].partition_responses[partition];
  }

  void
  refuse(produce_response::partition& to, int16_t code, std::string message) {
    failed = true;
    to.error_code = code;
    to.base_offset = storage::no_offset;
    to.error_message = std::move(message);
  }

  void finished(produce_response::partition& to, append_finished& x) {
    if (!x.why.ok()) {
      refuse(to, wire_code(x.why), std::move(x.why.message));
      for (auto& failure : x.failures)
        to.record_errors.push_back(
            {failure.batch_index, std::move(failure.message)});
    } else {
      to.base_offset = x.info.base_offset;
      to.log_append_time_ms = x.info.log_append_time;
      to.log_start_offset = x.log_start_offset;
    }
  }

  void add_leader_hints() {
    leader_hints hints(session->routes());
    for (auto& topic : response.responses)
      for (auto& x : topic.partition_responses)
        if (leader_hints::wanted(x.error_code))
          hints.fill(x.current_leader, topic.name, x.index);
    response.node_endpoints =
        hints.endpoints<produce_response::node_endpoint>();
  }

  /// One answer less to wait for; the last one sends the response.
  void done() {
    if (--outstanding > 0)
      return;
    if (failed)
      add_leader_hints();
    if (acks != acks_none)
      session->reply(*asked, response);
    else if (failed)
      session->close("a produce request with acks=0 failed");
    else
      session->reply_nothing(*asked);
  }
};

using operation_ptr = std::shared_ptr<produce_operation>;

/// Why a whole request is refused, if it is.
std::pair<kafka::error_code, const char*> check(const produce_request& x) {
  if (x.acks != acks_none && x.acks != acks_leader && x.acks != acks_all)
    return {kafka::error_code::invalid_required_acks,
            "acks must be 0, 1 or -1"};
  if (x.transactional_id)
    return {kafka::error_code::transactional_id_authorization_failed,
            "transactions are not supported"};
  return {kafka::error_code::none, ""};
}

/// `stages`: those of the topic that was asked for, which is not the one that
/// `finder` is at when that is its inbox.
void append_one(const operation_ptr& op, partition_finder& finder,
                const stage_desk_actor& stages,
                produce_request::partition& what,
                std::chrono::milliseconds timeout, size_t topic_index,
                size_t partition_index) {
  auto& entry = op->entry(topic_index, partition_index);
  auto partition = finder.take(what.index);
  if (!partition)
    return op->refuse(entry, wire_code(partition.error().code),
                      std::move(partition.error().message));
  ++op->outstanding;
  auto then = [op, topic_index, partition_index](append_finished& x) {
    op->finished(op->entry(topic_index, partition_index), x);
    op->done();
  };
  if (stages == nullptr)
    op->session->append(*partition, std::move(what.records.bytes), op->acks,
                        timeout, then);
  else
    op->session->append(
        stages, {op->response.responses[topic_index].name, what.index},
        *partition, std::move(what.records.bytes), op->acks, timeout, then);
}

/// Topics that the client may not write to, behind the others.
void refuse_topics(produce_operation& op,
                   const std::vector<produce_request::topic>& refused) {
  for (const auto& topic : refused) {
    auto& answered = op.response.responses.emplace_back();
    answered.name = topic.name;
    for (const auto& asked : topic.partition_data) {
      auto& entry = answered.partition_responses.emplace_back();
      entry.index = asked.index;
      op.refuse(entry, topic_not_allowed, "this client may not write here");
    }
  }
}

/// zstd came with version 7 (KIP-110).
bool codec_too_new(const storage::buffer& records, int16_t version) {
  if (version >= 7)
    return false;
  auto header = storage::parse_batch_header(records.bytes());
  return header
         && header->codec_bits() == static_cast<uint8_t>(storage::codec::zstd);
}

/// What is produced to a topic of another kind waits in its inbox. The topic's
/// stages; null when it has none.
stage_desk_actor
enter_inbox_or_log(partition_finder& finder, const std::string& name) {
  finder.enter(name);
  const auto* topic = finder.topic();
  if (topic == nullptr)
    return {};
  auto stages = topic->stages;
  if (!topic->topic->configs.empty()
      && cluster::kind_of(topic->topic->configs) != cluster::topic_kind::log)
    finder.enter(cluster::companion_name(name, cluster::companion_role::inbox));
  return stages;
}

} // namespace

result<void> produce(session_state& session, request_ptr x) {
  auto asked = x->decode<produce_request>();
  if (!asked)
    return failure(asked.error());
  auto items =
      count_items(asked->topic_data, &produce_request::topic::partition_data);
  if (auto bound = check_item_count(items); !bound)
    return bound;
  auto op = std::make_shared<produce_operation>();
  op->session = &session;
  op->asked = x;
  op->acks = asked->acks;
  auto refusal = check(*asked);
  access may(session, *x);
  auto refused = may.withhold(asked->topic_data, [&may](const auto& topic) {
    return may.topic(access::operation::write, topic.name);
  });
  std::chrono::milliseconds timeout{std::max(asked->timeout_ms, 1)};
  // Every entry is in its place before the first partition may answer.
  for (auto& topic : asked->topic_data)
    op->response.responses.push_back(
        {topic.name, std::vector<produce_response::partition>(
                         topic.partition_data.size())});
  refuse_topics(*op, refused);
  partition_finder finder(session.routes(), session.shared->config.id);
  for (size_t i = 0; i < asked->topic_data.size(); ++i) {
    auto& topic = asked->topic_data[i];
    auto stages = enter_inbox_or_log(finder, topic.name);
    bool internal = cluster::internal_topic(topic.name);
    for (size_t j = 0; j < topic.partition_data.size(); ++j) {
      auto& what = topic.partition_data[j];
      auto& entry = op->entry(i, j);
      entry.index = what.index;
      if (refusal.first != kafka::error_code::none)
        op->refuse(entry, wire_code(refusal.first), refusal.second);
      else if (codec_too_new(what.records.bytes, x->version()))
        op->refuse(entry,
                   wire_code(kafka::error_code::unsupported_compression_type),
                   "zstd needs Produce version 7");
      else if (internal)
        op->refuse(entry, wire_code(kafka::error_code::invalid_topic_exception),
                   "only the broker writes to this topic");
      else
        append_one(op, finder, stages, what, timeout, i, j);
    }
  }
  op->done();
  return {};
}

} // namespace troupe::actors::handlers
