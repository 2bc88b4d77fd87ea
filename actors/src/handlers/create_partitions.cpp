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

triage<cluster::more_partitions>
triage_of(kafka::create_partitions_request& x) {
  auto repeated =
      keep_first_mentions(x.topics, [](const auto& t) { return t.name; });
  triage<cluster::more_partitions> sorted;
  for (size_t i = 0; i < x.topics.size(); ++i) {
    const auto& topic = x.topics[i];
    if (repeated[i]) {
      sorted.checked.push_back(
          invalid_request("the request names this topic more than once"));
      continue;
    }
    sorted.checked.push_back({});
    cluster::more_partitions more;
    more.topic = topic.name;
    more.count = topic.count;
    if (topic.assignments) {
      more.assignments.emplace();
      for (const auto& assignment : *topic.assignments)
        more.assignments->push_back(assignment.broker_ids);
    }
    sorted.asked.push_back(std::move(more));
  }
  return sorted;
}

result<void> create_partitions(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::create_partitions_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->topics.size();
  if (auto bound = check_item_count(items, metadata_changes_max); !bound)
    return bound;
  access may(session, *x);
  auto refused = may.withhold(asked->topics, [&may](const auto& topic) {
    return may.topic(access::operation::alter, topic.name);
  });
  auto sorted = triage_of(*asked);
  actors::create_partitions question{std::move(sorted.asked),
                                     asked->validate_only};
  auto timeout = patience(asked->timeout_ms);
  auto count = question.topics.size();
  auto wanted = std::make_shared<const kafka::create_partitions_request>(
      std::move(*asked));
  decide(
      session, timeout, count, std::move(question),
      [&session, x, wanted, sorted, refused](const metadata_decided& decided) {
        auto verdicts = sorted.combine(decided.results);
        kafka::create_partitions_response response;
        for (size_t i = 0; i < verdicts.size(); ++i)
          response.results.push_back({wanted->topics[i].name,
                                      wire_code(verdicts[i]),
                                      text_of(verdicts[i])});
        for (const auto& topic : refused)
          response.results.push_back({topic.name, topic_not_allowed,
                                      "this client may not alter the topic"});
        session.reply(*x, response);
      });
  return {};
}

} // namespace troupe::actors::handlers
