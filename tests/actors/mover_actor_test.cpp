// SPDX-License-Identifier: Apache-2.0
#include "broker_fixture.h"
#include "moved_records.h"

#include <troupe/cluster/kind_headers.h>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr storage::timestamp_ms start_ms = 1'000'000;
const std::string inbox_name = "__troupe.inbox.t";

/// A broker that leads the delayed topic "t" and its inbox, in virtual time.
struct mover_fixture : broker_fixture {
  explicit mover_fixture(cluster::config_map more = {}) : configs(more) {
    configs["troupe.kind"] = "delayed";
    config.now = [this] { return now_ms; };
    config.steady_now = [this] { return now_ms; };
    open();
  }

  ~mover_fixture() { broker = nullptr; }

  void open() {
    start();
    apply({{"t", {1, 1, configs}}, {inbox_name, {2, 1}}});
    wait(1'000);
  }

  /// The node ends and comes again.
  void restart() {
    stop();
    broker = nullptr;
    config.routes = routes = std::make_shared<published<routing>>([] {
      auto nothing = std::make_shared<routing>();
      nothing->image = nothing->applied =
          std::make_shared<cluster::metadata_image>();
      return nothing;
    }());
    open();
  }

  void wait(int64_t time_ms) {
    // In steps: one timer arms the next.
    for (int64_t passed = 0; passed < time_ms; passed += 50) {
      now_ms += 50;
      pass(std::chrono::milliseconds(50));
    }
  }

  problem produce(const std::string& value, std::optional<std::string> due,
                  std::string_view header = cluster::due_header) {
    storage::batch_builder batch;
    std::vector<storage::record_field> headers;
    if (due)
      headers.push_back({header, *due});
    batch.add(now_ms, "k", value, headers);
    tell(route(inbox_name).actor, append_records{1, batch.build(), 1, client});
    return told.appends.back().why;
  }

  problem produce_due_in(const std::string& value, int64_t time_ms) {
    return produce(value, std::to_string(now_ms + time_ms));
  }

  /// Every record of a partition's log.
  std::vector<moved_record> all(const std::string& topic) {
    std::vector<moved_record> found;
    auto from =
        ask<partition_description>(route(topic).actor, describe_partition{});
    for (auto at = from.log_start_offset; at < from.high_watermark;) {
      tell(route(topic).actor, read_records{2, at, 1 << 20, -1, client});
      const auto& read = told.reads.back();
      REQUIRE(read.why.ok());
      std::vector<std::byte> bytes(read.records.size);
      REQUIRE(read.records.source->read(read.records.position, bytes));
      REQUIRE(for_each_batch(bytes, [&](const auto& header, const auto& batch) {
        at = header.next_offset();
        return storage::for_each_record(batch, 1 << 20,
                                        [&](const auto& record) {
                                          found.push_back(copy_of(record, {}));
                                          return true;
                                        })
            .has_value();
      }));
    }
    return found;
  }

  std::vector<std::string> visible() {
    std::vector<std::string> values;
    for (const auto& x : all("t"))
      values.push_back(x.value.value_or(""));
    return values;
  }

  cluster::config_map configs;
  storage::timestamp_ms now_ms = start_ms;
};

using values = std::vector<std::string>;

std::string header_of(const moved_record& x, std::string_view name) {
  std::string found;
  for (const auto& [key, value] : x.headers)
    if (key == name)
      found = value.value_or("");
  return found;
}

} // namespace

TEST_CASE("mover: a record is visible when it is due and not before") {
  mover_fixture x;
  CHECK(x.produce_due_in("later", 5'000).ok());
  x.wait(4'000);
  CHECK(x.visible().empty());
  x.wait(1'500);
  CHECK(x.visible() == values{"later"});
}

TEST_CASE("mover: records become visible in the order of their due times") {
  mover_fixture x;
  for (auto due : {9'000, 3'000, 6'000, 3'000})
    CHECK(x.produce_due_in(std::to_string(due), due).ok());
  CHECK(x.produce("now", std::nullopt).ok());
  x.wait(200);
  CHECK(x.visible() == values{"now"});
  x.wait(10'000);
  CHECK(x.visible() == values{"now", "3000", "3000", "6000", "9000"});
}

TEST_CASE("mover: a record keeps what it is and says where it lay") {
  mover_fixture x;
  CHECK(x.produce("a", std::nullopt).ok());
  CHECK(x.produce("b", "soon").ok());
  x.wait(200);
  auto moved = x.all("t");
  REQUIRE(moved.size() == 2);
  CHECK(moved[0].key == "k");
  CHECK(moved[0].timestamp == start_ms + 1'000);
  CHECK(header_of(moved[0], cluster::delivery_header) == "0-0-1");
  CHECK(header_of(moved[0], cluster::reason_header).empty());
  CHECK(header_of(moved[1], cluster::due_header) == "soon");
  CHECK(header_of(moved[1], cluster::delivery_header) == "0-1-1");
  CHECK(header_of(moved[1], cluster::reason_header)
        == "troupe.due.ms is not a whole number");
}

TEST_CASE("mover: after a restart nothing is lost and nothing comes twice") {
  mover_fixture x;
  values expected;
  for (int i = 0; i < 12; ++i) {
    auto value = std::to_string(i);
    CHECK(x.produce_due_in(value, 1'000 * (i + 1)).ok());
    expected.push_back(value);
  }
  x.wait(4'000);
  auto before = x.visible().size();
  CHECK(before > 2);
  CHECK(before < 12);
  x.restart();
  x.wait(3'000);
  x.restart();
  x.wait(12'000);
  CHECK(x.visible() == expected);
}

TEST_CASE("mover: a new reign of the leader moves nothing twice") {
  mover_fixture x;
  for (auto due : {500, 4'000})
    CHECK(x.produce_due_in(std::to_string(due), due).ok());
  x.wait(1'000);
  CHECK(x.visible() == values{"500"});
  auto next = std::make_shared<cluster::metadata_image>(
      *x.image({{"t", {1, 1, x.configs}}, {inbox_name, {2, 1}}}));
  auto topic = std::make_shared<cluster::topic_image>(*next->topics.at("t"));
  ++topic->partitions[0].leader_epoch;
  ++topic->partitions[0].partition_epoch;
  next->topics["t"] = next->topics_by_id[topic->id] = topic;
  x.ask<metadata_applied>(x.broker, apply_metadata{next});
  x.wait(5'000);
  CHECK(x.visible() == values{"500", "4000"});
}

TEST_CASE("mover: the inbox is deleted below what is finished") {
  mover_fixture x;
  for (int i = 0; i < 4; ++i)
    CHECK(x.produce(std::to_string(i), std::nullopt).ok());
  x.wait(6'000);
  CHECK(x.produce("last", std::nullopt).ok());
  x.wait(6'000);
  CHECK(x.produce("end", std::nullopt).ok());
  x.wait(200);
  auto inbox = x.ask<partition_description>(x.route(inbox_name).actor,
                                            describe_partition{});
  CHECK(inbox.log_start_offset >= 4);
  CHECK(inbox.log_start_offset < inbox.end_offset);
  CHECK(x.visible() == values{"0", "1", "2", "3", "last", "end"});
  // What is still there is known to be moved.
  x.restart();
  x.wait(1'000);
  CHECK(x.visible().size() == 6);
}

TEST_CASE("mover: retention leaves in the topic what a restart needs") {
  mover_fixture x{{{"retention.ms", "1000"}, {"segment.bytes", "200"}}};
  CHECK(x.produce_due_in("waits", 60'000).ok());
  for (int i = 0; i < 8; ++i) {
    CHECK(x.produce(std::to_string(i), std::nullopt).ok());
    x.wait(1'000);
  }
  x.tell(x.route("t").actor, housekeep{});
  CHECK(x.visible().size() == 8);
  x.restart();
  x.wait(1'000);
  CHECK(x.visible().size() == 8);
  x.wait(60'000);
  CHECK(x.visible().back() == "waits");
}

TEST_CASE("mover: more than one batch's worth is moved in order") {
  mover_fixture x;
  values expected;
  for (int i = 0; i < 40; ++i) {
    auto value = std::to_string(i) + std::string(50'000, 'x');
    CHECK(x.produce_due_in(value, 2'000 - i).ok());
    expected.insert(expected.begin(), value);
  }
  x.wait(4'000);
  CHECK(x.visible() == expected);
}

TEST_CASE("moved records: a position is read as it was written") {
  cluster::mover_position position{12, 7, 3};
  moved_record record;
  record.offset = 12;
  auto batch = build_moved(0, position, {record, record});
  CHECK(last_position(batch.bytes()) == position);
  for (const auto* text :
       {"", "1", "1-2", "1-2-", "1-2-3-4", "a-2-3", "-1-2-3"})
    CHECK_FALSE(parse_position(text));
}
