// SPDX-License-Identifier: Apache-2.0
#include "log_keeper_actor.h"
#include "node_client.h"
#include "temporary_directory.h"

#include <troupe/actors/node.h>
#include <troupe/transport/kafka/messages/delete_topics.h>
#include <troupe/transport/kafka/messages/metadata.h>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

using namespace troupe;
using actors::node_client;
using actors::temporary_directory;

namespace {

result<std::unique_ptr<node>>
try_start(const temporary_directory& where, uint16_t port = 0) {
  node_options options;
  options.listen.port = port;
  options.data_directories = {where.path()};
  options.config.lanes = 1;
  return node::start(std::move(options));
}

std::unique_ptr<node> started(const temporary_directory& where) {
  auto x = try_start(where);
  REQUIRE_MESSAGE(x, x.error().message);
  return std::move(*x);
}

/// The topic's metadata, created if that is allowed.
kafka::metadata_response::topic
topic_of(const node& x, const std::string& name, bool create) {
  constexpr int16_t version = 12;
  node_client client(x.address());
  kafka::metadata_request request;
  request.topics.emplace().push_back({{}, name});
  request.allow_auto_topic_creation = create;
  auto answer = client.ask<kafka::metadata_response>(request, version);
  REQUIRE(answer.brokers.size() == 1);
  CHECK(answer.brokers[0].port == x.address().port);
  REQUIRE(answer.topics.size() == 1);
  return answer.topics[0];
}

} // namespace

TEST_CASE("node: topics are there again after a stop and a start") {
  temporary_directory where;
  storage::uuid id;
  {
    auto x = started(where);
    CHECK(x->address().port != 0);
    auto topic = topic_of(*x, "a", true);
    CHECK(topic.error_code == 0);
    id = topic.topic_id;
    auto stopped = x->stop();
    CHECK_MESSAGE(stopped, stopped.error().message);
    CHECK(where.has(actors::clean_shutdown_marker));
  }
  auto x = started(where);
  CHECK_FALSE(where.has(actors::clean_shutdown_marker));
  auto topic = topic_of(*x, "a", false);
  CHECK(topic.error_code == 0);
  CHECK(topic.topic_id == id);
  REQUIRE(topic.partitions.size() == 1);
  CHECK(topic.partitions[0].error_code == 0);
}

TEST_CASE("node: a directory is served by one node at a time") {
  temporary_directory where;
  auto first = started(where);
  auto second = try_start(where);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == storage::errc::locked);
  CHECK(first->stop());
  CHECK(try_start(where).has_value());
}

TEST_CASE("node: two of them live in one process") {
  temporary_directory here;
  temporary_directory there;
  auto first = started(here);
  auto second = started(there);
  CHECK(first->address() != second->address());
  CHECK(topic_of(*first, "a", true).error_code == 0);
  CHECK(topic_of(*second, "a", false).error_code != 0);
  CHECK(first->stop());
  CHECK(topic_of(*second, "b", true).error_code == 0);
}

TEST_CASE("node: stopping twice does nothing, figures and address stay") {
  temporary_directory where;
  auto x = started(where);
  topic_of(*x, "a", true);
  auto address = x->address();
  CHECK(x->statistics().connections_accepted == 1);
  CHECK(x->stop());
  CHECK(x->stop());
  CHECK(x->address() == address);
  CHECK(x->statistics().connections_accepted == 1);
  CHECK(x->statistics().bytes_received > 0);
}

TEST_CASE("node: a start that fails leaves nothing running or locked") {
  temporary_directory here;
  temporary_directory there;
  auto first = started(here);
  auto second = try_start(there, first->address().port);
  REQUIRE_FALSE(second);
  CHECK_FALSE(second.error().message.empty());
  CHECK(started(there)->stop());
}

TEST_CASE("node: a start that is refused leaves the clean marker") {
  temporary_directory where;
  CHECK(started(where)->stop());
  REQUIRE(where.has(actors::clean_shutdown_marker));
  node_options options;
  options.listen.port = 0;
  options.data_directories = {where.path()};
  options.config.id = 77;
  CHECK_FALSE(node::start(options));
  CHECK(where.has(actors::clean_shutdown_marker));
}

TEST_CASE("node: an id without its metadata founds no second cluster") {
  temporary_directory where;
  std::ofstream{where / "meta.properties"}
      << "version=1\ncluster.id=abc\nnode.id=3\n";
  auto refused = try_start(where);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("--join") != std::string::npos);
}

TEST_CASE("node: every interface is no address to tell clients") {
  temporary_directory where;
  for (const char* host : {"", "*", "0.0.0.0", "::"}) {
    CAPTURE(host);
    node_options options;
    options.listen = {host, 0};
    options.data_directories = {where.path()};
    auto x = node::start(options);
    REQUIRE_FALSE(x);
    CHECK(x.error().code == storage::errc::invalid_argument);
  }
  node_options options;
  options.listen = {"0.0.0.0", 0};
  options.advertised = {"127.0.0.1", 0};
  options.data_directories = {where.path()};
  options.config.lanes = 1;
  CHECK(node::start(options).has_value());
}

TEST_CASE("node: every interface is no address to tell other nodes") {
  temporary_directory where;
  node_options options;
  options.data_directories = {where.path()};
  options.config.lanes = 1;
  options.config.cluster.listen = "0.0.0.0:0";
  options.config.cluster.insecure = true;
  for (const char* advertised : {"", "0.0.0.0:9192"}) {
    CAPTURE(advertised);
    options.config.cluster.advertised = advertised;
    auto x = node::start(options);
    REQUIRE_FALSE(x);
    CHECK(x.error().code == storage::errc::invalid_argument);
    CHECK(x.error().message.find("--cluster-advertised") != std::string::npos);
  }
}

TEST_CASE("node: its rack is told to clients") {
  temporary_directory where;
  node_options options;
  options.data_directories = {where.path()};
  options.config.lanes = 1;
  options.config.rack = "north";
  auto x = node::start(options);
  REQUIRE(x);
  node_client client((*x)->address());
  auto answer =
      client.ask<kafka::metadata_response>(kafka::metadata_request{}, 12);
  REQUIRE(answer.brokers.size() == 1);
  CHECK(answer.brokers[0].rack == "north");
}

TEST_CASE("node: without a data directory there is no node") {
  auto x = node::start({});
  REQUIRE_FALSE(x);
  CHECK(x.error().code == storage::errc::invalid_argument);
}

TEST_CASE("node: a stop ends idle connections") {
  temporary_directory where;
  auto x = started(where);
  node_client idle(x->address());
  kafka::metadata_request request;
  idle.ask<kafka::metadata_response>(request, 12);
  node_client silent(x->address());
  CHECK(x->stop());
  CHECK(idle.at_end());
  CHECK(silent.at_end());
}

TEST_CASE("node: a topic with the longest name comes and goes") {
  temporary_directory where;
  std::string name(249, 'n');
  {
    auto x = started(where);
    CHECK(topic_of(*x, name, true).error_code == 0);
    node_client client(x->address());
    kafka::delete_topics_request request;
    request.topic_names = {name};
    auto answer = client.ask<kafka::delete_topics_response>(request, 3);
    CHECK(answer.responses.at(0).error_code == 0);
    CHECK_FALSE(where.has(name + "-0"));
    CHECK(x->stop());
  }
  CHECK(started(where)->stop());
}

TEST_CASE("node: without a stop the next start recovers") {
  temporary_directory where;
  {
    auto x = started(where);
    topic_of(*x, "a", true);
  }
  std::filesystem::remove(where / actors::clean_shutdown_marker);
  auto x = started(where);
  CHECK(topic_of(*x, "a", false).partitions.at(0).error_code == 0);
}

TEST_CASE("node: a temporary directory lasts as long as the node runs") {
  node_options options;
  options.temporary = true;
  auto x = node::start(std::move(options));
  REQUIRE_MESSAGE(x, x.error().message);
  auto path = (*x)->data_directories().at(0);
  CHECK(std::filesystem::exists(path));
  CHECK(topic_of(**x, "a", true).error_code == 0);
  CHECK((*x)->stop());
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("node: it has either directories or a temporary one") {
  CHECK_FALSE(node::start({}));
  temporary_directory where;
  node_options both;
  both.data_directories = {where.path()};
  both.temporary = true;
  CHECK_FALSE(node::start(std::move(both)));
}

TEST_CASE("node: topics are made without a socket") {
  temporary_directory where;
  auto x = started(where);
  cluster::new_topic topic;
  topic.name = "a";
  topic.num_partitions = 3;
  auto made = x->create_topic(topic);
  CHECK_MESSAGE(made, made.error().message);
  CHECK(topic_of(*x, "a", false).partitions.size() == 3);
  CHECK_FALSE(x->create_topic(topic));
  topic.name = "no/name";
  CHECK_FALSE(x->create_topic(topic));
  CHECK(x->stop());
  topic.name = "b";
  CHECK_FALSE(x->create_topic(topic));
}
