// SPDX-License-Identifier: Apache-2.0
#include "built_in_kinds.h"

#include <troupe/actors/ranked_kind.h>
#include <troupe/cluster/kind_config.h>

namespace troupe {

using storage::offset_t;
using storage::timestamp_ms;

namespace {

cluster::windowed_inbox inbox_of(const partition_kind_settings& x) {
  auto config = cluster::make_kind_config(x.configs).priority;
  return {{config.window, config.pending_max}, x.from, x.inbox_end};
}

} // namespace

ranked_kind::ranked_kind(const partition_kind_settings& x)
    : inbox_(inbox_of(x)),
      group_(cluster::make_kind_config(x.configs).priority.group) {}

void ranked_kind::found(offset_t inbox_offset, int32_t, offset_t) {
  inbox_.found(inbox_offset);
}

void ranked_kind::scanned(offset_t topic_end, timestamp_ms) {
  inbox_.scanned(topic_end);
}

bool ranked_kind::wants_more() const {
  return inbox_.wants_more();
}

offset_t ranked_kind::read_end() const {
  return inbox_.read_end();
}

void ranked_kind::take(const storage::record_view& record) {
  inbox_.take(record.offset, rank_of(record));
}

void ranked_kind::skip_to(offset_t end) {
  inbox_.skip_to(end);
}

consumer_news ranked_kind::watches() const {
  return consumer_news::committed;
}

std::string_view ranked_kind::watched_group() const {
  return group_;
}

void ranked_kind::consumed(offset_t topic_offset, timestamp_ms) {
  inbox_.consumed(topic_offset);
}

bool ranked_kind::awaits_consumers() const {
  return inbox_.awaits_consumers();
}

std::vector<cluster::queue_step>
ranked_kind::decide(timestamp_ms, size_t count_max) {
  return actors::deliveries_of(inbox_.release(count_max));
}

void ranked_kind::appended(offset_t base, timestamp_ms) {
  inbox_.appended(base);
}

bool ranked_kind::idle() const {
  return inbox_.pending() == 0;
}

cluster::mover_position ranked_kind::position() {
  return inbox_.position();
}

} // namespace troupe
