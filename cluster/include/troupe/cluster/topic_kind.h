// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// The configuration that names a topic's kind; chosen when it is created.
inline constexpr std::string_view kind_key = "troupe.kind";

/// How a topic hands on what was produced to it (docs/kinds.md).
enum class topic_kind : uint8_t {
  /// Kafka's: a record is visible where it was appended, at once.
  log,
  /// When its time has come.
  delayed,
  /// Urgent ones first.
  priority,
  /// Until it is acknowledged.
  queue,
  /// As a program decides, see `troupe::partition_kind`.
  custom,
};

/// The word for it in `troupe.kind`.
std::string_view to_string(topic_kind x) noexcept;

/// What a topic's overrides say; anything unknown counts as a log.
topic_kind kind_of(const config_map& overrides) noexcept;

/// Topics with this beginning belong to the broker: nobody else creates them.
inline constexpr std::string_view reserved_prefix = "__troupe.";

/// What a companion of a topic is there for.
enum class companion_role : uint8_t {
  /// Holds what was produced to the topic. Hidden.
  inbox,
  /// Takes the acknowledgements of a queue.
  acknowledgements,
  /// Holds what a queue gave up.
  dead_letters,
};

/// The companion's name: `__troupe.inbox.T`, `T.acks`, `T.dead`.
std::string companion_name(std::string_view topic, companion_role role);

/// The companions of a topic of that kind. Each has as many partitions as the
/// topic; partition n of one belongs to partition n of the other.
std::vector<companion_role> companions_of(topic_kind x);

/// The longest name of a topic of that kind: its companions' names must be
/// names, too.
size_t name_size_max(topic_kind x);

} // namespace troupe::cluster

#pragma GCC visibility pop
