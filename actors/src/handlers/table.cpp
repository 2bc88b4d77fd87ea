// SPDX-License-Identifier: Apache-2.0
#include "handlers.h"

namespace troupe::actors::handlers {

handler find(kafka::api_key key) noexcept {
  using kafka::api_key;
  switch (key) {
  case api_key::produce:
    return produce;
  case api_key::fetch:
    return fetch;
  case api_key::list_offsets:
    return list_offsets;
  case api_key::metadata:
    return metadata;
  case api_key::offset_commit:
    return offset_commit;
  case api_key::offset_fetch:
    return offset_fetch;
  case api_key::join_group:
    return join_group;
  case api_key::heartbeat:
    return heartbeat;
  case api_key::leave_group:
    return leave_group;
  case api_key::sync_group:
    return sync_group;
  case api_key::describe_groups:
    return describe_groups;
  case api_key::list_groups:
    return list_groups;
  case api_key::consumer_group_heartbeat:
    return consumer_group_heartbeat;
  case api_key::consumer_group_describe:
    return consumer_group_describe;
  case api_key::delete_groups:
    return delete_groups;
  case api_key::offset_delete:
    return offset_delete;
  case api_key::find_coordinator:
    return find_coordinator;
  case api_key::api_versions:
    return api_versions;
  case api_key::create_topics:
    return create_topics;
  case api_key::delete_topics:
    return delete_topics;
  case api_key::delete_records:
    return delete_records;
  case api_key::init_producer_id:
    return init_producer_id;
  case api_key::offset_for_leader_epoch:
    return offset_for_leader_epoch;
  case api_key::describe_acls:
    return describe_acls;
  case api_key::describe_configs:
    return describe_configs;
  case api_key::alter_configs:
    return alter_configs;
  case api_key::incremental_alter_configs:
    return incremental_alter_configs;
  case api_key::describe_log_dirs:
    return describe_log_dirs;
  case api_key::create_partitions:
    return create_partitions;
  case api_key::alter_partition_reassignments:
    return alter_partition_reassignments;
  case api_key::list_partition_reassignments:
    return list_partition_reassignments;
  case api_key::elect_leaders:
    return elect_leaders;
  case api_key::describe_quorum:
    return describe_quorum;
  case api_key::unregister_broker:
    return unregister_broker;
  case api_key::describe_cluster:
    return describe_cluster;
  case api_key::describe_producers:
    return describe_producers;
  case api_key::describe_topic_partitions:
    return describe_topic_partitions;
  default:
    return nullptr;
  }
}

} // namespace troupe::actors::handlers
