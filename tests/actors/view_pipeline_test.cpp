// SPDX-License-Identifier: Apache-2.0
#include "view_pipeline.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr size_t plenty = 1 << 20;
const storage::topic_partition from{"t", 3};

/// Batches of two records each, "0" and "1", "2" and "3", and so on.
std::vector<storage::buffer>
some_batches(int count, storage::codec with = storage::codec::none) {
  std::vector<storage::buffer> all;
  for (int i = 0; i < count; ++i) {
    storage::batch_builder x(with);
    x.base_offset(2 * i).leader_epoch(4);
    x.add(100, "k", std::to_string(2 * i));
    x.add(100, "k", std::to_string(2 * i + 1));
    all.push_back(x.build());
  }
  return all;
}

storage::buffer joined(const std::vector<storage::buffer>& parts) {
  std::vector<std::byte> bytes;
  for (const auto& x : parts)
    bytes.insert(bytes.end(), x.bytes().begin(), x.bytes().end());
  return storage::buffer::copy_of(bytes);
}

slice_viewed seen_by(record_stage view, const storage::buffer& batches) {
  stage_factories factories;
  factories["v"] = [=](const stage_settings&) { return view; };
  reconfigure_stages config;
  config.config.names = {"v"};
  auto made = stage_chain::make(config, factories, from.topic);
  REQUIRE(made.has_value());
  return view_batches(*made, from, batches);
}

/// Drops the records of these values.
record_stage without(std::initializer_list<const char*> values) {
  std::vector<std::string> gone(values.begin(), values.end());
  return [gone = std::move(gone)](staged_record& x) {
    for (const auto& each : gone)
      if (*x.value() == each)
        return drop_record();
    return pass_record();
  };
}

/// "value@offset" of each record, "|" behind each batch.
std::string told(const storage::buffer& batches) {
  std::string text;
  auto left = batches.bytes();
  while (!left.empty()) {
    auto header = storage::parse_batch_header(left);
    REQUIRE(header.has_value());
    auto batch = left.first(header->size_bytes());
    CHECK(
        storage::batch_crc(*header, batch.subspan(storage::batch_header_bytes))
        == header->crc);
    CHECK(header->leader_epoch == 4);
    REQUIRE(storage::for_each_record(
        batch, plenty, [&](const storage::record_view& x) {
          text += std::string(*x.value) + "@" + std::to_string(x.offset) + " ";
          return true;
        }));
    text += "|";
    left = left.subspan(batch.size());
  }
  return text;
}

} // namespace

TEST_CASE("views: what all of them let pass is not copied") {
  auto batches = joined(some_batches(3));
  auto x = seen_by(without({}), batches);
  CHECK(x.health == stage_health::well);
  CHECK_FALSE(x.changed);
  CHECK(x.batches.empty());
  CHECK(x.seen_bytes == batches.size());
}

TEST_CASE("views: hidden records are holes, hidden batches are headers") {
  for (auto with :
       {storage::codec::none, storage::codec::gzip, storage::codec::snappy,
        storage::codec::lz4, storage::codec::zstd}) {
    auto batches = joined(some_batches(4, with));
    auto x = seen_by(without({"2", "4", "5"}), batches);
    CHECK(x.changed);
    CHECK(x.seen_bytes == batches.size());
    CHECK(told(x.batches) == "0@0 1@1 |3@3 ||6@6 7@7 |");
    auto all =
        seen_by(without({"0", "1", "2", "3", "4", "5", "6", "7"}), batches);
    CHECK(told(all.batches) == "||||");
    CHECK(all.batches.size() == 4 * storage::batch_header_bytes);
    auto last = storage::parse_batch_header(
        all.batches.bytes().last(storage::batch_header_bytes));
    REQUIRE(last.has_value());
    CHECK(last->next_offset() == 8);
  }
}

TEST_CASE("views: they may change what is seen") {
  auto x = seen_by(
      [](staged_record& each) {
        CHECK(each.topic() == "t");
        CHECK(each.partition() == 3);
        if (*each.value() == "1")
          each.set_value("***");
        return pass_record();
      },
      joined(some_batches(2)));
  CHECK(told(x.batches) == "0@0 ***@1 |2@2 3@3 |");
}

TEST_CASE("views: of a batch that is cut off nothing is seen") {
  auto parts = some_batches(2);
  auto batches = joined(parts);
  auto cut = batches.slice(0, batches.size() - 1);
  auto unchanged = seen_by(without({}), cut);
  CHECK_FALSE(unchanged.changed);
  CHECK(unchanged.seen_bytes == parts[0].size());
  auto changed = seen_by(without({"1"}), cut);
  CHECK(told(changed.batches) == "0@0 |");
  auto nothing = seen_by(without({"1"}), batches.slice(0, 40));
  CHECK(nothing.health == stage_health::well);
  CHECK(nothing.seen_bytes == 0);
}

TEST_CASE("views: the broker's own markers are no records of theirs") {
  storage::batch_builder marker;
  marker.base_offset(2).leader_epoch(4).attributes(0x30);
  marker.add(1, "k", "marker").producer(7, 0, 0);
  auto x = seen_by(without({"0", "1", "marker"}),
                   joined({some_batches(1)[0], marker.build()}));
  CHECK(told(x.batches) == "|marker@2 |");
}

TEST_CASE("views: one that throws, refuses or routes has failed") {
  auto batches = joined(some_batches(1));
  auto why = [&](record_stage view) {
    auto x = seen_by(std::move(view), batches);
    CHECK(x.health == stage_health::failed);
    CHECK(x.batches.empty());
    return x.why.message;
  };
  CHECK(why([](staged_record&) -> stage_verdict {
          throw std::runtime_error("out of sight");
        })
        == "stage 'v' failed: out of sight");
  for (const auto& verdict :
       {route_record("other"), dead_letter("dead"), reject_record("no")})
    CHECK(why([verdict](staged_record&) {
            return verdict;
          }).find("pass or drop only")
          != std::string::npos);
}

TEST_CASE("views: what they make of a fetch has a bound") {
  auto x = seen_by(
      [](staged_record& each) {
        each.set_value(std::string(10 << 20, 'x'));
        return pass_record();
      },
      joined(some_batches(10)));
  CHECK(x.health == stage_health::failed);
  CHECK(x.why.message.find("64 MiB") != std::string::npos);
}

TEST_CASE("views: damage is not hidden behind a new checksum") {
  auto batch = some_batches(1)[0];
  std::vector<std::byte> bytes(batch.bytes().begin(), batch.bytes().end());
  // In the key of the second record, which then is another one.
  bytes[bytes.size() - 4] ^= std::byte{1};
  auto damaged = storage::buffer::copy_of(bytes);
  CHECK(seen_by(without({"0"}), damaged).health == stage_health::failed);
  CHECK_FALSE(seen_by(without({}), damaged).changed);
}
