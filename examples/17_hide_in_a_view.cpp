// SPDX-License-Identifier: Apache-2.0
//
// You learn how a view hides records from whoever consumes a topic, while its
// log keeps them. Other topics are what their logs are.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace {

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// What is for nobody's eyes is not shown, and of names only the first letter.
troupe::stage_verdict discreet(troupe::staged_record& x) {
  if (x.header("secret"))
    return troupe::drop_record();
  x.set_value(std::string(x.value()->substr(0, 1)) + ".");
  return troupe::pass_record();
}

troupe::cluster::new_topic topic(std::string name) {
  troupe::cluster::new_topic x;
  x.name = std::move(name);
  x.num_partitions = 1;
  return x;
}

void append(troupe::producer& out, const std::string& to, std::string name,
            bool secret) {
  troupe::outgoing_record x;
  x.topic = to;
  x.value = std::move(name);
  if (secret)
    x.headers = {{"secret", "yes"}};
  check(out.append(x).has_value(), "a guest is taken down");
}

/// "offset:value" of everything that a consumer is shown, with blanks between.
std::string shown(troupe::node& node, const std::string& topic,
                  troupe::storage::offset_t end) {
  auto in = troupe::consumer::open(node);
  check(in.has_value(), "a consumer is open");
  check((*in)->subscribe({topic, 0}, troupe::from_earliest).has_value(),
        "and begins where the topic begins");
  std::string text;
  for (troupe::storage::offset_t at = 0; at < end;) {
    auto block = (*in)->poll(std::chrono::seconds(10));
    check(block.has_value() && block->has_value(), "it is given a block");
    at = (*block)->end_offset;
    check((*block)
              ->for_each([&](const troupe::storage::record_view& x) {
                text += std::to_string(x.offset) + ":" + std::string(*x.value)
                        + " ";
                return true;
              })
              .has_value(),
          "with records, or without any");
  }
  return text;
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  options.stages["discreet"] = [](const troupe::stage_settings&) {
    return discreet;
  };
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");

  auto guests = topic("guests");
  guests.configs = {{"troupe.views", "discreet"}};
  for (const auto& x : {guests, topic("staff")})
    check((*broker)->create_topic(x).has_value(), x.name.c_str());
  auto out = troupe::producer::open(**broker);
  check(out.has_value(), "a producer is open");
  for (const char* to : {"guests", "staff"}) {
    append(**out, to, "Ada", false);
    append(**out, to, "Grace", true);
    append(**out, to, "Edsger", false);
  }
  check(shown(**broker, "guests", 3) == "0:A. 2:E. ",
        "the view hides one guest and masks the others");
  check(shown(**broker, "staff", 3) == "0:Ada 1:Grace 2:Edsger ",
        "a topic without views is what its log is");
  return EXIT_SUCCESS;
}
