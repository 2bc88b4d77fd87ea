// SPDX-License-Identifier: Apache-2.0
//
// You learn how a stage of your own looks at records before they are appended:
// it masks what must never reach the disk, and sets aside what it does not
// understand, with the reason, as a dead letter.
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace {

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// A payment is "<card> <amount>"; of the card nothing is kept but its end.
troupe::stage_verdict mask_card(troupe::staged_record& x) {
  std::string text(x.value().value_or(""));
  auto blank = text.find(' ');
  if (blank == std::string::npos || blank < 4)
    return troupe::dead_letter("no card in front of the amount");
  text.replace(0, blank - 4, blank - 4, '*');
  x.set_value(std::move(text));
  return troupe::pass_record();
}

troupe::cluster::new_topic topic(std::string name) {
  troupe::cluster::new_topic x;
  x.name = std::move(name);
  x.num_partitions = 1;
  return x;
}

troupe::outgoing_record payment(std::string text) {
  troupe::outgoing_record x;
  x.topic = "payments";
  x.value = std::move(text);
  return x;
}

/// All that the node has on its disk of a partition's records.
std::string on_disk(troupe::node& node, const std::string& partition) {
  std::filesystem::path where = node.data_directories().front();
  std::ifstream file(where / partition / "00000000000000000000.log",
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  // A name for the factory; it is called again whenever the stage has failed.
  options.stages["mask-card"] = [](const troupe::stage_settings&) {
    return mask_card;
  };
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;

  auto payments = topic("payments");
  payments.configs = {{"troupe.stages", "mask-card"}};
  check(node.create_topic(payments).has_value(), "a topic has the stage");
  check(node.create_topic(topic("payments.dead")).has_value(),
        "and a topic beside it takes dead letters");

  auto producer = troupe::producer::open(node);
  check(producer.has_value(), "a producer is open");
  check((*producer)->append(payment("4929111122223333 25.00")).has_value(),
        "a payment is taken");
  check((*producer)->append(payment("25.00")).has_value(),
        "and so is one that makes no sense");

  auto kept = on_disk(node, "payments-0");
  check(kept.find("************3333 25.00") != std::string::npos,
        "the payment is there with its card masked");
  check(kept.find("4929") == std::string::npos,
        "the card's number never reached the disk");
  auto dead = on_disk(node, "payments.dead-0");
  check(dead.find("no card in front of the amount") != std::string::npos,
        "the other one is a dead letter that says why");
  return EXIT_SUCCESS;
}
