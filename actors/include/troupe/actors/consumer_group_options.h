// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe {

/// How a consumer inside the process is a member of a consumer group (KIP-848:
/// the broker assigns). Kafka clients of that protocol may be in the group as
/// well. How long a member may be silent, and how often it is heard of, the
/// broker says (`group.consumer.session.timeout.ms`).
struct consumer_group_options {
  /// Kafka's group.id; 1 to 32,767 bytes.
  std::string group_id;
  /// Names of topics that share their partitions among the members. At least
  /// one.
  std::vector<std::string> topics;
  /// What tools show as the member's client.
  std::string client_id = "troupe";
  /// Until partitions that go to another member must have been given up; half
  /// of it is for the subscriber, the rest for the commit. Who is late loses
  /// all of its partitions. At least 2 ms.
  std::chrono::milliseconds rebalance_timeout{300'000};
  /// Between commits of what was processed, which happen also before partitions
  /// are given up and when the member leaves; 0: only those that are asked for.
  std::chrono::milliseconds auto_commit_interval{5'000};
};

} // namespace troupe

#pragma GCC visibility pop
