// SPDX-License-Identifier: Apache-2.0
#include <append_outcome.h>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace gateway;
using nlohmann::json;
using troupe::actors::problem;

TEST_CASE("gateway: offsets are told in the order of the records") {
  auto x = to_answer({{{}, 0, 5}, {{}, 1, 7}});
  CHECK(x.status == 200);
  CHECK(json::parse(x.body)
        == json::parse(R"({"offsets":[{"partition":0,"offset":5},
                                      {"partition":1,"offset":7}]})"));
}

TEST_CASE("gateway: the first record that failed decides the status") {
  problem busy = troupe::storage::error{troupe::storage::errc::busy, "wait"};
  problem lost(troupe::actors::errc::unknown_partition, "no such topic");
  auto x = to_answer({{{}, 0, 5}, {busy, -1, -1}, {lost, -1, -1}});
  CHECK(x.status == 429);
  REQUIRE(x.headers.size() == 1);
  CHECK(x.headers[0].first == "Retry-After");
  auto offsets = json::parse(x.body)["offsets"];
  REQUIRE(offsets.size() == 3);
  CHECK(offsets[0]["offset"] == 5);
  CHECK(offsets[1]["error"] == "THROTTLING_QUOTA_EXCEEDED");
  CHECK(offsets[2]["error"] == "UNKNOWN_TOPIC_OR_PARTITION");
  CHECK(offsets[2]["error_code"] == 3);
  CHECK(offsets[2]["message"] == "no such topic");
}

TEST_CASE("gateway: problems have a fitting status") {
  using troupe::actors::errc;
  auto status = [](problem x) { return to_refusal(x).status; };
  CHECK(status({errc::unknown_partition, ""}) == 404);
  CHECK(status({errc::timed_out, ""}) == 504);
  CHECK(status({errc::stopping, ""}) == 503);
  CHECK(status({errc::not_leader, ""}) == 503);
  CHECK(status({errc::internal, ""}) == 500);
  using storage_errc = troupe::storage::errc;
  auto of_storage = [&](storage_errc x) {
    return status(troupe::storage::error{x, ""});
  };
  CHECK(of_storage(storage_errc::batch_too_large) == 413);
  CHECK(of_storage(storage_errc::offset_out_of_range) == 416);
  CHECK(of_storage(storage_errc::invalid_record) == 400);
  CHECK(of_storage(storage_errc::disk_full) == 503);
}

TEST_CASE("gateway: a message that is no text does not break the answer") {
  refusal x{400, troupe::kafka::error_code::invalid_request, "no: \xFF\""};
  auto tree = json::parse(to_json(x), nullptr, false);
  REQUIRE_FALSE(tree.is_discarded());
  CHECK(tree["error"] == "INVALID_REQUEST");
  CHECK(tree["error_code"] == 42);
}
