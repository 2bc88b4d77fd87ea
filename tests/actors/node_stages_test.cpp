// SPDX-License-Identifier: Apache-2.0
#include "node_records.h"

#include <troupe/actors/producer.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>

using namespace troupe;
using namespace troupe::actors;
using kafka::error_code;

namespace {

/// A value is a word for what shall be done with its record.
stage_verdict obey(staged_record& x) {
  auto value = *x.value();
  if (value == "drop")
    return drop_record();
  if (value == "dead")
    return dead_letter("asked for it");
  if (value == "route")
    return route_record("other");
  if (value == "reject")
    return reject_record("asked for it");
  if (value == "throw")
    throw std::runtime_error("asked for it");
  if (value == "change")
    x.set_value("changed");
  return pass_record();
}

} // namespace

TEST_CASE("node: a stage sees what ordinary clients produce") {
  auto x = started({{"obey", making(obey)}});
  create(*x, "t", {{"troupe.stages", "obey"}});
  create(*x, "t.dead", {});
  create(*x, "other", {});
  node_client client(x->address());
  for (auto with : {storage::codec::none, storage::codec::zstd}) {
    auto done = produce(
        client, "t", {"one", "drop", "change", "dead", "route", "two"}, with);
    CHECK(is(done, error_code::none));
  }
  CHECK(
      fetched(client, "t")
      == texts{"0:one", "2:changed", "5:two", "6:one", "8:changed", "11:two"});
  CHECK(fetched(client, "t.dead") == texts{"0:dead", "1:dead"});
  CHECK(fetched(client, "other") == texts{"0:route", "1:route"});
  CHECK(produce(client, "other", {"drop"}).base_offset == 2);
}

TEST_CASE("node: a stage refuses a batch and says which record it was") {
  auto x = started({{"obey", making(obey)}});
  create(*x, "t", {{"troupe.stages", "obey"}});
  node_client client(x->address());
  auto refused = produce(client, "t", {"one", "reject"});
  CHECK(is(refused, error_code::invalid_record));
  REQUIRE(refused.record_errors.size() == 1);
  CHECK(refused.record_errors[0].batch_index == 1);
  CHECK(fetched(client, "t").empty());
}

TEST_CASE("node: what is produced in the process meets the stages, too") {
  auto x = started({{"obey", making(obey)}});
  create(*x, "t", {{"troupe.stages", "obey"}});
  auto out = producer::open(*x);
  REQUIRE(out.has_value());
  for (const char* value : {"one", "drop", "change"}) {
    outgoing_record record;
    record.topic = "t";
    record.value = value;
    CHECK((*out)->append(record).has_value());
  }
  node_client client(x->address());
  CHECK(fetched(client, "t") == texts{"0:one", "2:changed"});
}

TEST_CASE("node: a stage that throws is made again, other topics go on") {
  std::atomic<int> made{0};
  auto x = started({{"obey", [&](const stage_settings&) -> record_stage {
                       ++made;
                       return obey;
                     }}});
  create(*x, "t", {{"troupe.stages", "obey"}});
  create(*x, "plain", {});
  node_client client(x->address());
  CHECK(is(produce(client, "t", {"throw"}), error_code::policy_violation));
  CHECK(is(produce(client, "plain", {"throw"}), error_code::none));
  CHECK(is(produce(client, "t", {"one"}), error_code::none));
  CHECK(made == 2);
  CHECK(fetched(client, "t") == texts{"0:one"});
}

TEST_CASE("node: a stage that never returns holds up neither other topics nor "
          "the stop") {
  auto released = std::make_shared<std::promise<void>>();
  std::shared_future<void> release = released->get_future();
  auto x = started({{"hang", making([release](staged_record& each) {
                       if (*each.value() == "hang")
                         release.wait();
                       return pass_record();
                     })}});
  create(*x, "t",
         {{"troupe.stages", "hang"}, {"troupe.stages.timeout.ms", "50"}});
  create(*x, "open",
         {{"troupe.stages", "hang"},
          {"troupe.stages.timeout.ms", "50"},
          {"troupe.stages.on.failure", "open"}});
  create(*x, "plain", {});
  node_client client(x->address());
  CHECK(is(produce(client, "t", {"hang"}), error_code::request_timed_out));
  CHECK(is(produce(client, "plain", {"hang"}), error_code::none));
  CHECK(is(produce(client, "open", {"hang"}), error_code::none));
  CHECK(is(produce(client, "t", {"one"}), error_code::none));
  CHECK(fetched(client, "t") == texts{"0:one"});
  CHECK(fetched(client, "open") == texts{"0:hang"});
  CHECK(x->stop().has_value());
  released->set_value();
}

TEST_CASE("node: a topic whose stage nobody knows is closed, or open") {
  auto x = started({});
  create(*x, "closed", {{"troupe.stages", "no-such-stage"}});
  create(*x, "open",
         {{"troupe.stages", "no-such-stage"},
          {"troupe.stages.on.failure", "open"}});
  node_client client(x->address());
  CHECK(is(produce(client, "closed", {"one"}), error_code::policy_violation));
  CHECK(is(produce(client, "open", {"one"}), error_code::none));
  CHECK(fetched(client, "open") == texts{"0:one"});
}
