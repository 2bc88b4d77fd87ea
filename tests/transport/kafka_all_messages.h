// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/describe/alter_configs.h"
#include "kafka/describe/alter_partition_reassignments.h"
#include "kafka/describe/api_versions.h"
#include "kafka/describe/consumer_group_describe.h"
#include "kafka/describe/consumer_group_heartbeat.h"
#include "kafka/describe/create_partitions.h"
#include "kafka/describe/create_topics.h"
#include "kafka/describe/delete_groups.h"
#include "kafka/describe/delete_records.h"
#include "kafka/describe/delete_topics.h"
#include "kafka/describe/describe_acls.h"
#include "kafka/describe/describe_cluster.h"
#include "kafka/describe/describe_configs.h"
#include "kafka/describe/describe_groups.h"
#include "kafka/describe/describe_log_dirs.h"
#include "kafka/describe/describe_producers.h"
#include "kafka/describe/describe_quorum.h"
#include "kafka/describe/describe_topic_partitions.h"
#include "kafka/describe/elect_leaders.h"
#include "kafka/describe/fetch.h"
#include "kafka/describe/find_coordinator.h"
#include "kafka/describe/heartbeat.h"
#include "kafka/describe/incremental_alter_configs.h"
#include "kafka/describe/init_producer_id.h"
#include "kafka/describe/join_group.h"
#include "kafka/describe/leave_group.h"
#include "kafka/describe/list_groups.h"
#include "kafka/describe/list_offsets.h"
#include "kafka/describe/list_partition_reassignments.h"
#include "kafka/describe/metadata.h"
#include "kafka/describe/offset_commit.h"
#include "kafka/describe/offset_delete.h"
#include "kafka/describe/offset_fetch.h"
#include "kafka/describe/offset_for_leader_epoch.h"
#include "kafka/describe/produce.h"
#include "kafka/describe/sync_group.h"
#include "kafka/describe/unregister_broker.h"

#include <troupe/transport/kafka/api_table.h>

#include <cstdint>

namespace troupe::kafka {

/// The two messages of one API.
template <class Request, class Response>
struct message_pair {
  using request = Request;
  using response = Response;
};

/// Calls `f(message_pair<...>{}, info)` for every API that we speak.
template <class F>
void for_each_api(F f) {
  auto call =
      [&]<class Request, class Response>(message_pair<Request, Response> pair) {
        static_assert(Request::api == Response::api);
        f(pair, *find_api(static_cast<int16_t>(Request::api)));
      };
  call(message_pair<produce_request, produce_response>{});
  call(message_pair<fetch_request, fetch_response>{});
  call(message_pair<list_offsets_request, list_offsets_response>{});
  call(message_pair<metadata_request, metadata_response>{});
  call(message_pair<offset_commit_request, offset_commit_response>{});
  call(message_pair<offset_fetch_request, offset_fetch_response>{});
  call(message_pair<find_coordinator_request, find_coordinator_response>{});
  call(message_pair<join_group_request, join_group_response>{});
  call(message_pair<heartbeat_request, heartbeat_response>{});
  call(message_pair<leave_group_request, leave_group_response>{});
  call(message_pair<sync_group_request, sync_group_response>{});
  call(message_pair<describe_groups_request, describe_groups_response>{});
  call(message_pair<list_groups_request, list_groups_response>{});
  call(message_pair<api_versions_request, api_versions_response>{});
  call(message_pair<create_topics_request, create_topics_response>{});
  call(message_pair<delete_topics_request, delete_topics_response>{});
  call(message_pair<delete_records_request, delete_records_response>{});
  call(message_pair<init_producer_id_request, init_producer_id_response>{});
  call(message_pair<offset_for_leader_epoch_request,
                    offset_for_leader_epoch_response>{});
  call(message_pair<describe_acls_request, describe_acls_response>{});
  call(message_pair<describe_configs_request, describe_configs_response>{});
  call(message_pair<alter_configs_request, alter_configs_response>{});
  call(message_pair<describe_log_dirs_request, describe_log_dirs_response>{});
  call(message_pair<create_partitions_request, create_partitions_response>{});
  call(message_pair<delete_groups_request, delete_groups_response>{});
  call(message_pair<elect_leaders_request, elect_leaders_response>{});
  call(message_pair<incremental_alter_configs_request,
                    incremental_alter_configs_response>{});
  call(message_pair<alter_partition_reassignments_request,
                    alter_partition_reassignments_response>{});
  call(message_pair<list_partition_reassignments_request,
                    list_partition_reassignments_response>{});
  call(message_pair<offset_delete_request, offset_delete_response>{});
  call(message_pair<describe_quorum_request, describe_quorum_response>{});
  call(message_pair<describe_cluster_request, describe_cluster_response>{});
  call(message_pair<describe_producers_request, describe_producers_response>{});
  call(message_pair<unregister_broker_request, unregister_broker_response>{});
  call(message_pair<consumer_group_heartbeat_request,
                    consumer_group_heartbeat_response>{});
  call(message_pair<consumer_group_describe_request,
                    consumer_group_describe_response>{});
  call(message_pair<describe_topic_partitions_request,
                    describe_topic_partitions_response>{});
}

} // namespace troupe::kafka
