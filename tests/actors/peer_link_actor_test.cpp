// SPDX-License-Identifier: Apache-2.0
#include "peer_link_actor.h"

#include "peer_fixture.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// Two nodes that know each other.
struct two_nodes {
  explicit two_nodes(peer_node_options first = peer_options(1),
                     peer_node_options second = peer_options(2))
      : one(std::make_unique<peer_node>(std::move(first))),
        two(std::make_unique<peer_node>(std::move(second))) {}

  void meet() {
    one->follow({one->address(), two->address()});
    two->follow({one->address(), two->address()});
    REQUIRE(one->wait_up(two->id()));
    REQUIRE(two->wait_up(one->id()));
  }

  std::unique_ptr<peer_node> one;
  std::unique_ptr<peer_node> two;
};

std::string text_of(const storage::buffer& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

} // namespace

TEST_CASE("peer link: two nodes meet and know each other's actors") {
  two_nodes nodes;
  nodes.meet();
  CHECK(soon([&] { return nodes.one->find(2)->up && nodes.two->find(1)->up; }));
  auto seen = *nodes.one->find(2);
  CHECK(seen.incarnation.bytes[0] == 2);
  CHECK(seen.link != nullptr);
  REQUIRE(seen.handles.quorum != nullptr);
  CHECK(seen.handles.quorum->node() == nodes.two->system().node());
  CHECK(soon([&] { return nodes.one->describe(2).round_trip_us > 0; }));
  CHECK(nodes.one->describe(2).connects == 1);
}

TEST_CASE("peer link: batches travel both ways, whoever dialled") {
  two_nodes nodes;
  nodes.one->serve("records of one");
  nodes.two->serve("records of two");
  nodes.meet();
  nodes.one->pull(2, 0, 11);
  auto answer = nodes.one->wait_pulled();
  CHECK(answer.outcome.why.ok());
  CHECK(text_of(answer.batches) == "records of two");
  CHECK(answer.outcome.fetch_offset == 11);
  CHECK(answer.outcome.high_watermark == 7);
  CHECK(answer.outcome.diverging == diverging_epoch{3, 5});
  nodes.two->pull(1, 4);
  CHECK(text_of(nodes.two->wait_pulled().batches) == "records of one");
}

TEST_CASE("peer link: an answer of many pieces arrives whole") {
  auto options = peer_options(2);
  options.settings.served.piece_bytes_max = 1000;
  auto receiver = peer_options(1);
  receiver.settings.sent.credit_bytes = 4000;
  two_nodes nodes(receiver, options);
  std::string text;
  for (int i = 0; i < 10'000; ++i)
    text += std::to_string(i);
  nodes.two->serve(text);
  nodes.meet();
  for (int round = 0; round < 3; ++round) {
    nodes.one->pull(2, 0);
    CHECK(text_of(nodes.one->wait_pulled().batches) == text);
  }
}

TEST_CASE("peer link: a receiver that stands still is sent no more than its "
          "window") {
  auto receiver = peer_options(1);
  receiver.settings.sent.credit_bytes = 100'000;
  two_nodes nodes(receiver, peer_options(2));
  nodes.two->serve(std::string(30'000, 'x'));
  nodes.meet();
  for (int32_t partition = 0; partition < 50; ++partition)
    nodes.one->pull(2, partition);
  for (int i = 0; i < 3; ++i)
    CHECK(nodes.one->wait_pulled().batches.size() == 30'000);
  REQUIRE(soon([&] { return nodes.two->describe(1).credit_stalls == 1; }));
  CHECK(nodes.two->describe(1).bytes_sent == 90'000);
  // Control messages do not wait for credit.
  CHECK(nodes.one->describe(2).up);
  // To pull again says that the last batches were written.
  nodes.one->pull(2, 0);
  CHECK(nodes.one->wait_pulled().batches.size() == 30'000);
}

TEST_CASE("peer link: a pull for a partition that is not open is answered") {
  two_nodes nodes;
  nodes.meet();
  auto link = nodes.one->find(2)->link;
  request_batches order;
  order.pull.name = {"unknown", 0};
  order.client = caf::actor_cast<replica_client_actor>(
      caf::actor_cast<caf::strong_actor_ptr>(nodes.one->self()));
  nodes.one->self()->send(link, order);
  auto answer = nodes.one->wait_pulled();
  CHECK(std::get<errc>(answer.outcome.why.code) == errc::unknown_partition);
  CHECK(answer.outcome.name == storage::topic_partition{"unknown", 0});
}

TEST_CASE("peer link: when the peer dies, pulls are answered at once") {
  auto options = peer_options(2);
  auto receiver = peer_options(1);
  receiver.settings.sent.credit_bytes = 10;
  two_nodes nodes(receiver, options);
  nodes.two->serve(std::string(8, 'x'));
  nodes.meet();
  nodes.one->pull(2, 0);
  CHECK(nodes.one->wait_pulled().outcome.why.ok());
  // Waits for credit.
  nodes.one->pull(2, 1);
  REQUIRE(soon([&] { return nodes.two->describe(1).credit_stalls == 1; }));
  nodes.two.reset();
  auto answer = nodes.one->wait_pulled();
  CHECK(std::get<errc>(answer.outcome.why.code) == errc::timed_out);
  REQUIRE(nodes.one->wait_lost(2));
  nodes.one->pull(2, 0);
  CHECK_FALSE(nodes.one->wait_pulled().outcome.why.ok());
}

TEST_CASE("peer link: a peer that comes back is linked again") {
  for (bool dialler_restarts : {false, true}) {
    CAPTURE(dialler_restarts);
    two_nodes nodes;
    nodes.meet();
    auto& gone = dialler_restarts ? nodes.one : nodes.two;
    auto& stays = dialler_restarts ? nodes.two : nodes.one;
    auto options = peer_options(gone->id());
    options.listener.listen.port = gone->port();
    options.self.incarnation.bytes[1] = 99;
    gone.reset();
    REQUIRE(stays->wait_lost(options.self.node));
    gone = std::make_unique<peer_node>(options);
    gone->serve("after the restart");
    gone->follow({nodes.one->address(), nodes.two->address()});
    REQUIRE(stays->wait_up(options.self.node));
    CHECK(soon(
        [&] { return stays->find(gone->id())->incarnation.bytes[1] == 99; }));
    REQUIRE(gone->wait_up(stays->id()));
    stays->pull(gone->id(), 0);
    CHECK(text_of(stays->wait_pulled().batches) == "after the restart");
  }
}

TEST_CASE("peer link: a node that moved dials those who look elsewhere") {
  auto moved = peer_options(2);
  moved.settings.passive_pause = 10ms;
  two_nodes nodes(peer_options(1), moved);
  // Nobody listens there any more.
  nodes.one->follow({{2, "127.0.0.1", 1}});
  REQUIRE_FALSE(nodes.one->wait_reason(2).empty());
  nodes.two->follow({nodes.one->address()});
  CHECK(nodes.two->wait_up(1));
  CHECK(nodes.one->wait_up(2));
  nodes.two->serve("from another address");
  nodes.one->pull(2, 0);
  CHECK(text_of(nodes.one->wait_pulled().batches) == "from another address");
}
