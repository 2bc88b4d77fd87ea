// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/assignor_model.h>

#include <doctest/doctest.h>

#include <random>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

/// Draws groups, and changes to them.
class group_source {
public:
  explicit group_source(uint64_t seed) : random_(seed) {
    for (auto i = 1 + below(5); i > 0; --i)
      counts_.push_back(static_cast<int32_t>(below(12)));
  }

  size_t below(size_t bound) { return random_() % bound; }

  const std::vector<int32_t>& counts() const { return counts_; }

  std::vector<size_t> all() const {
    std::vector<size_t> topics;
    for (size_t i = 0; i < counts_.size(); ++i)
      topics.push_back(i);
    return topics;
  }

  std::vector<size_t> some() {
    std::vector<size_t> topics;
    // One number too many: a topic that does not exist.
    for (size_t i = 0; i <= counts_.size(); ++i)
      if (below(2) == 0)
        topics.push_back(i);
    return topics;
  }

  std::string name() { return "m" + std::to_string(random_()); }

  /// Joins, leaves and growing topics; subscriptions are equal or not.
  void change(assignor_model& model, bool equal) {
    switch (below(4)) {
    case 0:
      if (model.member_count() > 0)
        model.remove(model.name(below(model.member_count())));
      break;
    case 1: {
      auto topic = below(counts_.size());
      counts_[topic] += static_cast<int32_t>(below(4));
      model.resize(topic, counts_[topic]);
      break;
    }
    default:
      model.add(name(), equal ? all() : some(), below(3) == 0 ? name() : "");
    }
  }

private:
  std::mt19937_64 random_;
  std::vector<int32_t> counts_;
};

void drive(assignor which, bool equal) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    group_source source{seed};
    assignor_model model{source.counts()};
    for (int step = 0; step < 25; ++step) {
      source.change(model, equal);
      auto given = model.assign(which);
      model.check_complete(given);
      REQUIRE(given == model.assign(which));
      REQUIRE(given == model.assign_reversed(which));
      if (equal && which == assignor::uniform)
        REQUIRE(spread(given) <= 1);
      model.keep(given);
      // Nothing changed, so nothing moves.
      REQUIRE(model.moved(model.assign(which)) == 0);
    }
  }
}

} // namespace

TEST_CASE("uniform assignor: random groups with equal subscriptions") {
  drive(assignor::uniform, true);
}

TEST_CASE("uniform assignor: random groups with different subscriptions") {
  drive(assignor::uniform, false);
}

TEST_CASE("range assignor: random groups with equal subscriptions") {
  drive(assignor::range, true);
}

TEST_CASE("range assignor: random groups with different subscriptions") {
  drive(assignor::range, false);
}
