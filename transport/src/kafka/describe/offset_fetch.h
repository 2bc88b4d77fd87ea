// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/offset_fetch.h>

namespace troupe::kafka {

void describe(auto& f, of<offset_fetch_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partition_indexes", x.partition_indexes);
}

void describe(auto& f, of<offset_fetch_request::group> auto& x) {
  f.field("group_id", x.group_id);
  f.field("member_id", x.member_id, since(9));
  f.field("member_epoch", x.member_epoch, since(9));
  f.field("topics", x.topics);
}

void describe(auto& f, of<offset_fetch_request> auto& x) {
  constexpr field_rule topics_rule{.last = 7, .first_nullable = 2};
  f.field("group_id", x.group_id, versions(0, 7));
  f.field("topics", x.topics, topics_rule);
  f.field("groups", x.groups, since(8));
  f.field("require_stable", x.require_stable, since(7));
}

void describe(auto& f, of<offset_fetch_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("committed_offset", x.committed_offset);
  f.field("committed_leader_epoch", x.committed_leader_epoch, since(5));
  f.field("metadata", x.metadata);
  f.field("error_code", x.error_code);
}

void describe(auto& f, of<offset_fetch_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<offset_fetch_response::group> auto& x) {
  f.field("group_id", x.group_id);
  f.field("topics", x.topics);
  f.field("error_code", x.error_code);
}

void describe(auto& f, of<offset_fetch_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(3));
  f.field("topics", x.topics, versions(0, 7));
  f.field("error_code", x.error_code, versions(2, 7));
  f.field("groups", x.groups, since(8));
}

} // namespace troupe::kafka
