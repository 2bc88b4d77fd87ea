// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/consumer_group_fixture.h>
#include <tests/cluster/group_fixture.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

inline constexpr int32_t consumer_session_ms = 45000;

/// A coordinator that knows topics "t" with 4 partitions and "u" with 2.
struct consumer_coordinator_fixture : group_fixture {
  explicit consumer_coordinator_fixture(group_config config = {})
      : group_fixture(std::move(config)) {
    tell_topics();
  }

  void tell_topics() {
    std::vector<group_topic> all{{"t", id_of("t"), 4}, {"u", id_of("u"), 2}};
    core().know_topics(std::make_shared<const group_topics>(std::move(all), 1));
  }

  consumer_heartbeat_answer send(consumer_heartbeat_request x) {
    auto asked = ticket();
    take(core().consumer_heartbeat(asked, std::move(x), now()));
    return answer<consumer_heartbeat_answer>(asked);
  }

  consumer_heartbeat_answer enter_as(const std::string& member) {
    return send(join_as(member, {"t"}));
  }

  consumer_heartbeat_answer beat(const std::string& member, int32_t epoch) {
    consumer_heartbeat_request x;
    x.group_id = "g";
    x.member_id = member;
    x.client_id = "client";
    x.client_host = "/127.0.0.1";
    x.member_epoch = epoch;
    return send(std::move(x));
  }

  void come_back() {
    restart();
    tell_topics();
  }

  consumer_group_description described() {
    return core().consumer_describe("g");
  }
};

} // namespace troupe::cluster::test
