// SPDX-License-Identifier: Apache-2.0
#include "node_records.h"

#include <troupe/actors/consumer.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace troupe;
using namespace troupe::actors;
using kafka::error_code;

namespace {

/// A value is a word for what shall be done with its record.
stage_verdict obey(staged_record& x) {
  auto value = *x.value();
  if (value == "hide")
    return drop_record();
  if (value == "throw")
    throw std::runtime_error("asked for it");
  if (value == "mask")
    x.set_value("***");
  return pass_record();
}

} // namespace

TEST_CASE("node: consumers see what a topic's views show them") {
  auto x = started({{"obey", making(obey)}});
  create(*x, "t", {{"troupe.views", "obey"}});
  node_client client(x->address());
  for (auto with : {storage::codec::none, storage::codec::zstd})
    produce(client, "t", {"one", "hide", "mask", "two"}, with);
  produce(client, "t", {"hide", "hide"});
  produce(client, "t", {"three"});
  CHECK(fetched(client, "t")
        == texts{"0:one", "2:***", "3:two", "4:one", "6:***", "7:two",
                 "10:three"});
  // Who reads on is shown no more.
  CHECK(fetched(client, "t", 4)
        == texts{"4:one", "6:***", "7:two", "10:three"});
  CHECK(fetched(client, "t", 8) == texts{"10:three"});
}

TEST_CASE("node: consumers in the process see what others see") {
  auto x = started({{"obey", making(obey)}});
  create(*x, "t", {{"troupe.views", "obey"}});
  node_client client(x->address());
  produce(client, "t", {"one", "hide", "mask"});
  auto in = consumer::open(*x);
  REQUIRE(in.has_value());
  REQUIRE((*in)->subscribe({"t", 0}, from_earliest).has_value());
  auto block = (*in)->poll(std::chrono::seconds(20));
  REQUIRE(block.has_value());
  REQUIRE(block->has_value());
  texts found;
  REQUIRE((*block)->for_each([&](const storage::record_view& record) {
    found.push_back(std::to_string(record.offset) + ":"
                    + std::string(*record.value));
    return true;
  }));
  CHECK(found == texts{"0:one", "2:***"});
}

TEST_CASE("node: what no view touches leaves with sendfile") {
  auto x = started({{"obey", making(obey)}});
  create(*x, "plain", {});
  create(*x, "viewed", {{"troupe.views", "obey"}});
  node_client client(x->address());
  std::string large(100'000, 'x');
  for (const char* topic : {"plain", "viewed"})
    produce(client, topic, {large, "hide"});
  // Pages are counted of what is sent from a file.
  auto pages = [&x] { return x->statistics().page_cache_hits; };
  // The lane counts when it has sent, which the client may notice first.
  auto grown = [&pages](uint64_t from) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (pages() <= from && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return pages() > from;
  };
  auto before = pages();
  CHECK(fetched(client, "viewed").size() == 1);
  CHECK(pages() == before);
  CHECK(fetched(client, "plain").size() == 2);
  CHECK(grown(before));
  // A view that lets everything pass costs no copy on the way out.
  create(*x, "passed", {{"troupe.views", "pass"}});
  produce(client, "passed", {large, "hide"});
  before = pages();
  CHECK(fetched(client, "passed").size() == 2);
  CHECK(grown(before));
}

TEST_CASE("node: while views fail nothing is shown, or everything") {
  auto x = started({{"obey", making(obey)}});
  create(*x, "closed", {{"troupe.views", "obey"}});
  create(*x, "open",
         {{"troupe.views", "obey"}, {"troupe.views.on.failure", "open"}});
  create(*x, "unknown", {{"troupe.views", "no-such-view"}});
  create(*x, "plain", {});
  node_client client(x->address());
  for (const char* topic : {"closed", "open", "unknown", "plain"})
    CHECK(is(produce(client, topic, {"hide", "throw"}), error_code::none));
  CHECK(is(fetch(client, "closed"), error_code::kafka_storage_error));
  CHECK(is(fetch(client, "unknown"), error_code::kafka_storage_error));
  CHECK(fetched(client, "open") == texts{"0:hide", "1:throw"});
  CHECK(fetched(client, "plain") == texts{"0:hide", "1:throw"});
}

TEST_CASE("node: a view that never returns holds up neither other topics nor "
          "the stop") {
  auto entered = std::make_shared<std::promise<void>>();
  auto first = std::make_shared<std::once_flag>();
  auto released = std::make_shared<std::promise<void>>();
  std::shared_future<void> release = released->get_future();
  auto x = started({{"hang", making([=](staged_record&) {
                       std::call_once(*first, [&] { entered->set_value(); });
                       release.wait();
                       return pass_record();
                     })}});
  create(*x, "t",
         {{"troupe.views", "hang"}, {"troupe.views.timeout.ms", "3600000"}});
  create(*x, "plain", {});
  node_client client(x->address());
  produce(client, "t", {"one"});
  auto in = consumer::open(*x);
  REQUIRE(in.has_value());
  REQUIRE((*in)->subscribe({"t", 0}, from_earliest).has_value());
  auto stuck = std::async(std::launch::async,
                          [&in] { return (*in)->poll(std::chrono::hours(1)); });
  entered->get_future().wait();
  texts expected;
  for (int i = 0; i < 100; ++i) {
    CHECK(is(produce(client, "plain", {"one"}), error_code::none));
    CHECK(is(produce(client, "t", {"two"}), error_code::none));
    expected.push_back(std::to_string(i) + ":one");
  }
  CHECK(fetched(client, "plain") == expected);
  CHECK(stuck.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  SUBCASE("it returns") {
    released->set_value();
    CHECK(stuck.get().has_value());
    CHECK(x->stop().has_value());
  }
  SUBCASE("the node stops first") {
    CHECK(x->stop().has_value());
    released->set_value();
    CHECK_FALSE(stuck.get().has_value());
  }
}

TEST_CASE("node: views can be named and taken away at any time") {
  auto x = started({});
  create(*x, "t", {{"troupe.stages.match.header", "level=alarm"}});
  node_client client(x->address());
  produce(client, "t", {"one"});
  CHECK(fetched(client, "t").size() == 1);
  set_config(client, "t", "troupe.views", "match-header");
  CHECK(fetched(client, "t").empty());
  set_config(client, "t", "troupe.views", "");
  CHECK(fetched(client, "t").size() == 1);
}
