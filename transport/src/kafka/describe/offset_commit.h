// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/offset_commit.h>

namespace troupe::kafka {

void describe(auto& f, of<offset_commit_request::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("committed_offset", x.committed_offset);
  f.field("committed_leader_epoch", x.committed_leader_epoch, since(6));
  f.field("commit_timestamp", x.commit_timestamp, versions(1, 1));
  f.field("committed_metadata", x.committed_metadata);
}

void describe(auto& f, of<offset_commit_request::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<offset_commit_request> auto& x) {
  f.field("group_id", x.group_id);
  f.field("generation_id_or_member_epoch", x.generation_id_or_member_epoch,
          since(1));
  f.field("member_id", x.member_id, since(1));
  f.field("group_instance_id", x.group_instance_id, since(7));
  f.field("retention_time_ms", x.retention_time_ms, versions(2, 4));
  f.field("topics", x.topics);
}

void describe(auto& f, of<offset_commit_response::partition> auto& x) {
  f.field("partition_index", x.partition_index);
  f.field("error_code", x.error_code);
}

void describe(auto& f, of<offset_commit_response::topic> auto& x) {
  f.field("name", x.name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<offset_commit_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms, since(3));
  f.field("topics", x.topics);
}

} // namespace troupe::kafka
