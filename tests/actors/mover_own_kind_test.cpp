// SPDX-License-Identifier: Apache-2.0
#include "mover_fixture.h"

#include <troupe/actors/ranked_kind.h>

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

using values = mover_fixture::values;
using role = cluster::companion_role;
using cluster::queue_step;
using storage::offset_t;

/// Whatever came last goes first.
class newest_first final : public ranked_kind {
public:
  using ranked_kind::ranked_kind;

private:
  int64_t rank_of(const storage::record_view& record) override {
    return -record.offset;
  }
};

/// What one of the kinds below does wrong.
enum class fault : uint8_t {
  none,
  throws,
  throws_what_is_no_exception,
  names_what_it_was_not_told,
  names_one_twice,
  names_too_many,
  counts_from_zero,
  stands_still,
};

/// Buries what is worth "bad", and delivers the rest at once; with a fault.
class sorting_out final : public partition_kind {
public:
  sorting_out(const partition_kind_settings& x, fault wrong)
      : at_(x.from), read_end_(x.from.inbox), wrong_(wrong) {}

  void
  acknowledged(const storage::record_view&, storage::timestamp_ms) override {
    ++at_.acknowledgements;
  }
  void found(offset_t inbox_offset, int32_t, offset_t) override {
    read_end_ = std::max(read_end_, inbox_offset + 1);
  }
  void scanned(offset_t, storage::timestamp_ms) override {}
  bool wants_more() const override { return true; }
  offset_t read_end() const override { return read_end_; }
  void take(const storage::record_view& record) override {
    if (wrong_ == fault::stands_still)
      return;
    auto what = record.value == "bad" ? queue_step::kind::bury
                                      : queue_step::kind::deliver;
    steps_.push_back({what, record.offset, 1, "not wanted"});
    read_end_ = record.offset + 1;
  }
  void skip_to(offset_t end) override {
    if (wrong_ != fault::stands_still)
      read_end_ = std::max(read_end_, end);
  }
  std::vector<queue_step>
  decide(storage::timestamp_ms, size_t count_max) override {
    auto steps = std::exchange(steps_, {});
    if (steps.empty())
      return {};
    switch (wrong_) {
    case fault::none:
    case fault::stands_still:
      break;
    case fault::throws:
      throw std::runtime_error("no idea");
    case fault::throws_what_is_no_exception:
      throw 7;
    case fault::names_what_it_was_not_told:
      steps.back().offset = read_end_;
      break;
    case fault::names_one_twice:
      steps.push_back(steps.back());
      break;
    case fault::names_too_many:
      steps.resize(count_max + 1, steps.back());
      break;
    case fault::counts_from_zero:
      steps.back().attempt = 0;
      break;
    }
    return steps;
  }
  void appended(offset_t, storage::timestamp_ms) override {}
  bool idle() const override { return steps_.empty(); }
  cluster::mover_position position() override { return at_; }

private:
  cluster::mover_position at_;
  offset_t read_end_;
  fault wrong_;
  std::vector<queue_step> steps_;
};

/// Kinds with these faults, one after the other, and then one without.
partition_kinds sorting(std::deque<fault> faults, int& made) {
  auto left = std::make_shared<std::deque<fault>>(std::move(faults));
  return {{"sorting", [left, &made](const partition_kind_settings& x) {
             auto wrong = fault::none;
             if (!left->empty()) {
               wrong = left->front();
               left->pop_front();
             }
             ++made;
             return std::make_unique<sorting_out>(x, wrong);
           }}};
}

partition_kinds newest() {
  return {{"newest", [](const partition_kind_settings& x) {
             return std::make_unique<newest_first>(x);
           }}};
}

} // namespace

TEST_CASE("mover: a program's own kind orders what waits") {
  mover_fixture x{
      "custom",
      {{"troupe.custom.kind", "newest"}, {"troupe.priority.window", "1"}},
      newest()};
  for (const auto* value : {"a", "b", "c", "d"})
    CHECK(x.produce(value).ok());
  x.wait(500);
  CHECK(x.visible() == values{"a"});
  x.committed.offset = 1;
  x.wait(500);
  CHECK(x.visible() == values{"a", "d"});
  x.restart();
  CHECK(x.produce("e").ok());
  x.wait(500);
  CHECK(x.visible() == values{"a", "d"});
  x.committed.offset = 9;
  x.wait(3'000);
  CHECK(x.visible() == values{"a", "d", "e", "c", "b"});
}

TEST_CASE("mover: a program's own kind may bury, and reads acknowledgements") {
  int made = 0;
  mover_fixture x{
      "custom", {{"troupe.custom.kind", "sorting"}}, sorting({}, made)};
  for (const auto* value : {"good", "bad", "better"})
    CHECK(x.produce(value).ok());
  x.wait(500);
  CHECK(x.visible() == values{"good", "better"});
  auto dead = x.all(x.companion(role::dead_letters));
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].value == "bad");
  CHECK(x.header_of(dead[0], cluster::reason_header) == "not wanted");
  // The broker accepted it, and told the kind.
  CHECK(x.values_of(x.companion(role::acknowledgements)) == values{"0-1-1"});
  CHECK(made == 1);
}

TEST_CASE("mover: a kind that does wrong is made anew, and nothing is lost") {
  for (auto wrong :
       {fault::throws, fault::throws_what_is_no_exception,
        fault::names_what_it_was_not_told, fault::names_one_twice,
        fault::names_too_many, fault::counts_from_zero, fault::stands_still}) {
    CAPTURE(static_cast<int>(wrong));
    int made = 0;
    mover_fixture x{"custom",
                    {{"troupe.custom.kind", "sorting"}},
                    sorting({wrong, wrong}, made)};
    CHECK(x.produce("a").ok());
    CHECK(x.produce("b").ok());
    x.wait(3'000);
    CHECK(x.visible() == values{"a", "b"});
    CHECK(made == 3);
  }
}

TEST_CASE("mover: what nobody knows how to move waits") {
  mover_fixture x{"custom", {{"troupe.custom.kind", "newest"}}};
  CHECK(x.produce("a").ok());
  x.wait(3'000);
  CHECK(x.visible().empty());
  x.config.kinds = std::make_shared<const partition_kinds>(newest());
  x.restart();
  x.wait(500);
  CHECK(x.visible() == values{"a"});
}
