// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "mentions.h"
#include "problem_text.h"

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

constexpr int16_t first_version_with_ids = 6;
/// Older clients do not know that deletion can be disabled.
constexpr int16_t first_version_with_disabled = 3;

std::string key_of(const kafka::delete_topics_request::topic& x) {
  std::string id(x.topic_id.bytes.begin(), x.topic_id.bytes.end());
  return x.name ? id + "n" + *x.name : id;
}

problem check(const kafka::delete_topics_request::topic& x, bool repeated) {
  if (x.name && !x.topic_id.is_nil())
    return invalid_request("give the topic's name or its id, not both");
  if (!x.name && x.topic_id.is_nil())
    return invalid_request("give the topic's name or its id");
  if (repeated)
    return invalid_request("the request names this topic more than once");
  return {};
}

using response_entry = kafka::delete_topics_response::response;

response_entry refusal() {
  response_entry entry;
  entry.error_code = topic_not_allowed;
  entry.error_message = "this client may not delete the topic";
  return entry;
}

/// Takes out what the client may not delete; the answers to that.
std::vector<response_entry>
withhold_topics(kafka::delete_topics_request& x, const access& may,
                const cluster::metadata_image& image) {
  std::vector<response_entry> entries;
  auto removable = [&may](const std::string& name) {
    return may.topic(access::operation::remove, name);
  };
  for (auto& name : may.withhold(x.topic_names, removable)) {
    entries.push_back(refusal());
    entries.back().name = std::move(name);
  }
  auto name_of = [&image](const kafka::delete_topics_request::topic& y) {
    const auto* known = y.name ? nullptr : image.find(y.topic_id);
    return known != nullptr ? std::optional(known->name) : y.name;
  };
  // What has no name is refused as unknown.
  auto refused = may.withhold(x.topics, [&](const auto& y) {
    auto name = name_of(y);
    return !name || removable(*name);
  });
  for (const auto& y : refused) {
    auto& entry = entries.emplace_back(refusal());
    entry.topic_id = y.topic_id;
    auto name = name_of(y);
    // Who only has the id is not told the name.
    if (y.name || may.topic(access::operation::describe, *name))
      entry.name = std::move(name);
  }
  return entries;
}

} // namespace

triage<cluster::topic_reference>
triage_of(kafka::delete_topics_request& x, int16_t version) {
  if (version < first_version_with_ids)
    for (auto& name : x.topic_names)
      x.topics.push_back({std::move(name), {}});
  x.topic_names.clear();
  auto repeated = keep_first_mentions(x.topics, key_of);
  triage<cluster::topic_reference> sorted;
  for (size_t i = 0; i < x.topics.size(); ++i) {
    const auto& topic = x.topics[i];
    sorted.checked.push_back(check(topic, repeated[i]));
    if (sorted.checked.back().ok())
      sorted.asked.push_back({topic.name, topic.topic_id});
  }
  return sorted;
}

kafka::delete_topics_response
answer_delete_topics(const kafka::delete_topics_request& x, int16_t version,
                     const std::vector<problem>& verdicts,
                     const cluster::metadata_image& before) {
  using kafka::error_code;
  kafka::delete_topics_response response;
  for (size_t i = 0; i < x.topics.size(); ++i) {
    const auto& asked = x.topics[i];
    kafka::delete_topics_response::response entry;
    entry.name = asked.name;
    entry.topic_id = asked.topic_id;
    auto code = to_kafka(verdicts[i]);
    if (code == error_code::topic_deletion_disabled
        && version < first_version_with_disabled)
      code = error_code::invalid_request;
    entry.error_code = wire_code(code);
    entry.error_message = text_of(verdicts[i]);
    const auto* topic = !verdicts[i].ok() ? nullptr
                        : asked.name      ? before.find(*asked.name)
                                          : before.find(asked.topic_id);
    if (topic != nullptr) {
      entry.name = topic->name;
      entry.topic_id = topic->id;
    }
    response.responses.push_back(std::move(entry));
  }
  return response;
}

result<void> delete_topics(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::delete_topics_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->topics.size() + asked->topic_names.size();
  if (auto bound = check_item_count(items, metadata_changes_max); !bound)
    return bound;
  auto before = session.routes()->image;
  auto refused = withhold_topics(*asked, access(session, *x), *before);
  auto sorted = triage_of(*asked, x->version());
  actors::delete_topics question{std::move(sorted.asked)};
  auto timeout = patience(asked->timeout_ms);
  auto count = question.topics.size();
  auto wanted =
      std::make_shared<const kafka::delete_topics_request>(std::move(*asked));
  decide(session, timeout, count, std::move(question),
         [&session, x, wanted, sorted, before,
          refused](const metadata_decided& decided) {
           auto response = answer_delete_topics(
               *wanted, x->version(), sorted.combine(decided.results), *before);
           response.responses.insert(response.responses.end(), refused.begin(),
                                     refused.end());
           session.reply(*x, response);
         });
  return {};
}

} // namespace troupe::actors::handlers
