// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>
#include <topic_regex.h>

#include <doctest/doctest.h>

#include <ctime>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

consumer_heartbeat_request
join_regex(const std::string& member, const std::string& regex) {
  auto x = join_as(member, {});
  x.subscribed_topic_names.reset();
  x.subscribed_topic_regex = regex;
  return x;
}

} // namespace

TEST_CASE("topic regex: it must match the whole name") {
  group_topics topics{
      {{"ab", id_of("ab"), 1}, {"abc", id_of("abc"), 1}, {"b", id_of("b"), 1}},
      1};
  auto ids = match_topics("ab?", topics, before_all_topics, {});
  REQUIRE(ids);
  CHECK(*ids == std::vector{id_of("ab")});
  CHECK(match_topics("a.*|b", topics, before_all_topics, {})->size() == 3);
  CHECK(match_topics("", topics, before_all_topics, {})->empty());
}

TEST_CASE("topic regex: it does not match internal topics") {
  group_topics topics{{{"__consumer_offsets", id_of("__consumer_offsets"), 50},
                       {"__transaction_state", id_of("__tx"), 50},
                       {"__mine", id_of("__mine"), 1}},
                      1};
  for (const std::string pattern : {".*", "__.*", "__consumer_offsets|__mine"})
    CHECK(*match_topics(pattern, topics, before_all_topics, {})
          == std::vector{id_of("__mine")});
}

TEST_CASE("topic regex: what is not valid or too big is refused") {
  group_topics topics{{{"t", id_of("t"), 1}}, 1};
  for (const std::string pattern :
       {"(", "a**", "(?=a)", "\\1", "[z-a]", "(?<!x)y", "\xff",
        "((a{100}){100}){100}", "(((.{10}){10}){10}){10}"}) {
    CAPTURE(pattern);
    auto ids = match_topics(pattern, topics, before_all_topics, {});
    REQUIRE_FALSE(ids);
    CHECK_FALSE(ids.error().message.empty());
  }
  CHECK(match_topics(std::string(3000, 'a'), topics, before_all_topics, {}));
  CHECK_FALSE(
      match_topics(std::string(16385, 'a'), topics, before_all_topics, {}));
}

TEST_CASE("topic regex: a pattern made to explode takes no second") {
  // Of this process: others may be busy, too.
  constexpr auto limit = 5 * CLOCKS_PER_SEC;
  std::vector<group_topic> all;
  for (int i = 0; i < 1000; ++i) {
    auto name = std::string(200, 'a') + std::to_string(i);
    all.push_back({name, id_of(std::to_string(i)), 1});
  }
  group_topics topics{std::move(all), 1};
  auto begin = std::clock();
  for (const auto* pattern :
       {"(a*)*b", "(a|aa)+b", "(.*a){50}b", "([a-z]?){200}[0-9]b"}) {
    CAPTURE(pattern);
    auto ids = match_topics(pattern, topics, before_all_topics, {});
    if (ids)
      CHECK(ids->empty());
  }
  CHECK(std::clock() - begin < limit);
}

TEST_CASE("consumer group: a regular expression follows the topics") {
  consumer_group_fixture x{{{"orders-1", 1}, {"other", 1}}};
  auto answer = x.send(join_regex("a", "orders-.*"));
  CHECK(answer.assignment == all_of("orders-1", 1));
  x.set_topics({{"orders-1", 1}, {"orders-2", 1}, {"other", 1}});
  answer = x.beat("a", 1);
  CHECK(answer.member_epoch == 2);
  CHECK(answer.assignment
        == merged(all_of("orders-1", 1), all_of("orders-2", 1)));
  CHECK(x.group->subscribes_to("orders-2", x.topics()));
  CHECK_FALSE(x.group->subscribes_to("other", x.topics()));
  CHECK(x.group->describe(x.topics()).members[0].subscribed_topic_regex
        == "orders-.*");
}

TEST_CASE("consumer group: only new topics are matched again") {
  std::vector<group_topic> one{{"t1", id_of("t1"), 1}};
  std::vector<group_topic> two{{"t1", id_of("t1"), 1}, {"t2", id_of("t2"), 1}};
  group_topics first{one, 1};
  group_topics second{two, 2, first};
  CHECK(match_topics("t.", second, before_all_topics, {})->size() == 2);
  CHECK(*match_topics("t.", second, 1, {}) == std::vector{id_of("t2")});
  group_subscriptions subscriptions{consumer_group_config{}};
  CHECK(subscriptions.renew(first));
  CHECK_FALSE(subscriptions.renew(first));
  REQUIRE(subscriptions.learn("t.", first));
  CHECK(subscriptions.add({}, "t.", first).size() == 1);
  auto hash = subscriptions.hash();
  CHECK(subscriptions.renew(second));
  CHECK(subscriptions.add({}, "t.", second)
        == std::vector{id_of("t1"), id_of("t2")});
  CHECK(subscriptions.hash() != hash);
  group_topics third{one, 3, second};
  CHECK(subscriptions.renew(third));
  CHECK(subscriptions.add({}, "t.", third) == std::vector{id_of("t1")});
  CHECK(subscriptions.hash() == hash);
}

TEST_CASE("consumer group: names and a regular expression add up") {
  consumer_group_fixture x{{{"orders", 1}, {"other", 1}}};
  auto join = join_as("a", {"other", "orders"});
  join.subscribed_topic_regex = "ord.*";
  CHECK(x.send(join).assignment
        == merged(all_of("orders", 1), all_of("other", 1)));
  auto change = join_as("a", {});
  change.member_epoch = 1;
  change.topic_partitions = all_of("orders", 1);
  CHECK(x.send(change).assignment == all_of("orders", 1));
}

TEST_CASE("consumer group: a bad regular expression leaves no trace") {
  consumer_group_fixture x{{{"t", 1}}};
  CHECK(x.send(join_regex("a", "(")).error
        == group_error::invalid_regular_expression);
  CHECK(x.group->member_count() == 0);
  x.send(join_regex("a", "t"));
  auto change = join_regex("a", "(");
  change.member_epoch = 1;
  CHECK(x.send(change).error == group_error::invalid_regular_expression);
  CHECK(x.beat("a", 1).error == group_error::none);
}

TEST_CASE("consumer group: different regular expressions have a bound") {
  consumer_group_fixture x{{{"t", 1}}};
  x.config.regexes_per_group_max = 1;
  x.restart();
  x.send(join_regex("a", "t"));
  CHECK(x.send(join_regex("b", "t")).error == group_error::none);
  CHECK(x.send(join_regex("c", "u")).error
        == group_error::invalid_regular_expression);
  x.leave("a");
  x.leave("b");
  CHECK(x.send(join_regex("c", "u")).error == group_error::none);
}
