// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/partition_kind.h>

namespace troupe {

using storage::offset_t;
using storage::timestamp_ms;

void partition_kind::acknowledged(const storage::record_view&, timestamp_ms) {}

void partition_kind::acknowledgements_read_to(offset_t) {}

std::string_view partition_kind::fault_of(const storage::record_view&) const {
  return {};
}

consumer_news partition_kind::watches() const {
  return consumer_news::nothing;
}

std::string_view partition_kind::watched_group() const {
  return {};
}

void partition_kind::consumed(offset_t, timestamp_ms) {}

bool partition_kind::awaits_consumers() const {
  return false;
}

std::optional<timestamp_ms> partition_kind::next_wake() const {
  return std::nullopt;
}

} // namespace troupe
