// SPDX-License-Identifier: Apache-2.0
#include "stage_pipeline.h"

#include "built_in_stages.h"

#include <troupe/cluster/kind_headers.h>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr size_t plenty = 1 << 20;

/// Three records: a=1, b=2, (no key)=3 with the header card.
storage::buffer three(storage::codec with = storage::codec::none) {
  storage::batch_builder x(with);
  std::vector<storage::record_field> headers{
      {"card", "4711"}, {"other", "o"}, {"card", "4712"}};
  x.add(100, "a", "1").add(200, "b", "2").add(300, std::nullopt, "3", headers);
  x.producer(9, 0, 30);
  return x.build();
}

reconfigure_stages named(std::vector<std::string> names) {
  reconfigure_stages x;
  x.config.names = std::move(names);
  x.config.dead_topic = "t.dead";
  return x;
}

/// What one stage makes of a batch.
batch_staged run(record_stage stage, const storage::buffer& batch = three()) {
  stage_factories factories;
  factories["s"] = [=](const stage_settings&) { return stage; };
  auto made = stage_chain::make(named({"s"}), factories, "t");
  REQUIRE(made.has_value());
  return stage_one_batch(*made, {"t", 2}, batch, "t.dead");
}

std::string values(const storage::buffer& batch) {
  std::string text;
  REQUIRE(storage::for_each_record(
      batch.bytes(), plenty, [&](const storage::record_view& x) {
        text += std::to_string(x.offset) + ":"
                + std::string(x.value.value_or("-")) + " ";
        return true;
      }));
  return text;
}

bool is_policy(const problem& x) {
  const auto* code = std::get_if<cluster::refusal>(&x.code);
  return code != nullptr && *code == cluster::refusal::policy_violation;
}

} // namespace

TEST_CASE("stages: what they leave alone goes on as the same bytes") {
  auto sent = three(storage::codec::zstd);
  auto x = run([](staged_record&) { return pass_record(); }, sent);
  CHECK(x.why.ok());
  CHECK_FALSE(x.changed);
  CHECK(x.batch.data() == sent.data());
  CHECK(x.elsewhere.empty());
}

TEST_CASE("stages: a changed record is in the batch, with its codec") {
  for (auto with :
       {storage::codec::none, storage::codec::gzip, storage::codec::snappy,
        storage::codec::lz4, storage::codec::zstd}) {
    auto x = run(
        [](staged_record& each) {
          if (each.key() && *each.key() == "b")
            each.set_value("two");
          return pass_record();
        },
        three(with));
    CHECK(x.changed);
    CHECK(values(x.batch) == "0:1 1:two 2:3 ");
    auto header = *storage::parse_batch_header(x.batch.bytes());
    CHECK(header.codec_bits() == static_cast<uint8_t>(with));
    CHECK(header.base_sequence == 30);
  }
}

TEST_CASE("stages: dropped records leave their offsets and numbers behind") {
  auto x = run([](staged_record& each) {
    return each.key() ? pass_record() : drop_record();
  });
  CHECK(values(x.batch) == "0:1 1:2 ");
  CHECK(storage::parse_batch_header(x.batch.bytes())->last_sequence() == 32);
  auto none = run([](staged_record&) { return drop_record(); });
  CHECK(none.why.ok());
  CHECK(values(none.batch).empty());
  CHECK(storage::parse_batch_header(none.batch.bytes())->last_sequence() == 32);
}

TEST_CASE("stages: routed records and dead letters go elsewhere whole") {
  auto x = run([](staged_record& each) {
    CHECK(each.topic() == "t");
    CHECK(each.partition() == 2);
    if (!each.key())
      return dead_letter("no key");
    return *each.key() == "a" ? route_record("other") : pass_record();
  });
  CHECK(values(x.batch) == "1:2 ");
  REQUIRE(x.elsewhere.size() == 2);
  CHECK(x.elsewhere[0].topic == "other");
  CHECK(x.elsewhere[0].partition == 2);
  CHECK(x.elsewhere[0].key == "a");
  CHECK(x.elsewhere[0].value == "1");
  CHECK(x.elsewhere[0].timestamp == 100);
  CHECK(x.elsewhere[1].topic == "t.dead");
  CHECK_FALSE(x.elsewhere[1].key.has_value());
  REQUIRE(x.elsewhere[1].headers.size() == 4);
  CHECK(x.elsewhere[1].headers[0].second == "4711");
  CHECK(x.elsewhere[1].headers[3].first == cluster::reason_header);
  CHECK(x.elsewhere[1].headers[3].second == "no key");
}

TEST_CASE("stages: one refused record refuses its batch and names itself") {
  auto x = run([](staged_record& each) {
    if (!each.key())
      return reject_record("no key");
    return route_record("other");
  });
  const auto* code = std::get_if<storage::errc>(&x.why.code);
  REQUIRE(code != nullptr);
  CHECK(*code == storage::errc::invalid_record);
  REQUIRE(x.failures.size() == 1);
  CHECK(x.failures[0].batch_index == 2);
  CHECK(x.failures[0].message == "no key");
  CHECK(x.elsewhere.empty());
}

TEST_CASE("stages: what one throws ends in its answer") {
  auto x = run([](staged_record&) -> stage_verdict {
    throw std::runtime_error("out of ideas");
  });
  CHECK(x.health == stage_health::failed);
  CHECK(is_policy(x.why));
  CHECK(x.why.message == "stage 's' failed: out of ideas");
  auto odd = run([](staged_record&) -> stage_verdict { throw 7; });
  CHECK(odd.health == stage_health::failed);
}

TEST_CASE("stages: what one makes of a batch has a bound") {
  auto of_a_record = run([](staged_record& each) {
    for (int i = 0; i < 1'000; ++i)
      each.set_value(std::string(1 << 20, 'x'));
    CHECK(each.overflowed());
    CHECK(each.value()->size() == 1 << 20);
    return pass_record();
  });
  CHECK(of_a_record.health == stage_health::failed);
  CHECK(of_a_record.why.message.find("on one record") != std::string::npos);
  CHECK(of_a_record.batch.empty());
  auto large = [](staged_record& each) {
    each.set_value(std::string(30 << 20, 'x'));
    return pass_record();
  };
  auto of_a_batch = run(large);
  CHECK(of_a_batch.health == stage_health::failed);
  CHECK(of_a_batch.why.message.find("of one batch") != std::string::npos);
  auto elsewhere = run([large](staged_record& each) {
    large(each);
    return route_record("other");
  });
  CHECK(elsewhere.health == stage_health::failed);
  CHECK(elsewhere.elsewhere.empty());
}

TEST_CASE("stages: long words are cut") {
  std::string words(1 << 20, 'w');
  auto refused = run([&](staged_record&) { return reject_record(words); });
  REQUIRE(refused.failures.size() == 3);
  CHECK(refused.failures[0].message.size() == stage_text_bytes_max);
  auto dead = run([&](staged_record&) { return dead_letter(words); });
  REQUIRE(dead.elsewhere.size() == 3);
  CHECK(dead.elsewhere[0].headers.back().second->size()
        == stage_text_bytes_max);
  auto failed = run([&](staged_record&) -> stage_verdict {
    throw std::runtime_error(words);
  });
  CHECK(failed.why.message.size() < stage_text_bytes_max + 100);
}

TEST_CASE("stages: those that cannot be made say why") {
  auto why = [](const stage_factories& factories) {
    auto made = stage_chain::make(named({"s"}), factories, "t");
    REQUIRE_FALSE(made.has_value());
    CHECK(is_policy(made.error()));
    return made.error().message;
  };
  CHECK(why({}).find("does not know") != std::string::npos);
  CHECK(why({{"s", [](const auto&) { return record_stage{}; }}})
            .find("made nothing")
        != std::string::npos);
  CHECK(why({{"s",
              [](const auto&) -> record_stage {
                throw std::runtime_error("no licence");
              }}})
            .find("no licence")
        != std::string::npos);
}

TEST_CASE("stages: each sees what the one before it left") {
  stage_factories factories;
  factories["add"] = [](const stage_settings&) {
    return [](staged_record& x) {
      x.set_value(std::string(*x.value()) + "+");
      return *x.value() == "2+" ? drop_record() : pass_record();
    };
  };
  auto made = stage_chain::make(named({"add", "add"}), factories, "t");
  REQUIRE(made.has_value());
  CHECK(values(stage_one_batch(*made, {"t", 0}, three(), "").batch)
        == "0:1++ 2:3++ ");
}

TEST_CASE("stages: what is no sound batch is left to the partition") {
  auto never = [](staged_record&) -> stage_verdict {
    FAIL_CHECK("a stage was asked");
    return pass_record();
  };
  auto sound = three();
  std::vector<std::byte> bytes(sound.bytes().begin(), sound.bytes().end());
  bytes.back() ^= std::byte{1};
  for (const auto& bad : {storage::buffer::copy_of(bytes), storage::buffer{},
                          sound.slice(0, 70)}) {
    auto x = run(never, bad);
    CHECK(x.why.ok());
    CHECK_FALSE(x.changed);
    CHECK(x.batch.size() == bad.size());
  }
}

TEST_CASE("stages: mask-headers and require-key are built in") {
  auto config = named({"mask-headers"});
  config.settings["troupe.stages.mask.headers"] = "secret, card";
  auto mask = stage_chain::make(config, built_in_stages(), "t");
  REQUIRE(mask.has_value());
  auto masked =
      stage_one_batch(*mask, {"t", 0}, three(storage::codec::lz4), "");
  REQUIRE(storage::for_each_record(masked.batch.bytes(), plenty,
                                   [&](const storage::record_view& x) {
                                     if (x.headers.empty())
                                       return true;
                                     REQUIRE(x.headers.size() == 2);
                                     CHECK(x.headers[0].key == "card");
                                     CHECK(x.headers[0].value == "***");
                                     CHECK(x.headers[1].key == "other");
                                     return true;
                                   }));
  auto keys = stage_chain::make(named({"require-key"}), built_in_stages(), "t");
  REQUIRE(keys.has_value());
  auto refused = stage_one_batch(*keys, {"t", 0}, three(), "");
  REQUIRE(refused.failures.size() == 1);
  CHECK(refused.failures[0].batch_index == 2);
}
