// SPDX-License-Identifier: Apache-2.0
//
// You learn how a stage sends records to other topics by what is in them, and
// what happens when a stage fails: its own topic is refused, or let through, as
// its configuration says, and other topics notice nothing.
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// Alarms go to a topic of their own, noise goes nowhere.
troupe::stage_verdict sort_out(troupe::staged_record& x) {
  auto level = x.header("level").value_or("info");
  if (level == "alarm")
    return troupe::route_record("alarms");
  if (level == "debug")
    return troupe::drop_record();
  if (level == "broken")
    throw std::runtime_error("this stage cannot count that far");
  return troupe::pass_record();
}

troupe::cluster::new_topic topic(std::string name) {
  troupe::cluster::new_topic x;
  x.name = std::move(name);
  x.num_partitions = 1;
  return x;
}

troupe::outgoing_record event(std::string to, std::string level) {
  troupe::outgoing_record x;
  x.topic = std::move(to);
  x.value = "something happened";
  x.headers = {{"level", std::move(level)}};
  return x;
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  options.stages["sort-out"] = [](const troupe::stage_settings&) {
    return sort_out;
  };
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;

  auto closed = topic("events");
  closed.configs = {{"troupe.stages", "sort-out"}};
  auto open = topic("gossip");
  open.configs = {{"troupe.stages", "sort-out"},
                  {"troupe.stages.on.failure", "open"}};
  for (const auto& x : {closed, open, topic("alarms")})
    check(node.create_topic(x).has_value(), x.name.c_str());

  auto producer = troupe::producer::open(node);
  check(producer.has_value(), "a producer is open");
  auto& out = **producer;
  for (const char* level : {"alarm", "debug", "info"})
    check(out.append(event("events", level)).has_value(), level);

  // Whoever is next in a topic can tell how many are there.
  auto next = out.append(event("alarms", "info"));
  check(next.has_value() && next->offset == 1, "one alarm was routed");

  auto refused = out.append(event("events", "broken"));
  check(!refused.has_value(), refused.error().message.c_str());
  check(out.append(event("gossip", "broken")).has_value(),
        "a topic that fails open takes what its stage could not look at");
  check(out.append(event("alarms", "broken")).has_value(),
        "a topic without stages never notices");
  check(out.append(event("events", "info")).has_value(),
        "and the failed stage is back");
  return EXIT_SUCCESS;
}
