// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../session.h"

#include <troupe/transport/kafka/api_key.h>

/// One function per Kafka API, in `handlers/<api>.cpp`. A handler decodes the
/// body; when that fails it returns the error and the session hangs up, as
/// Kafka does. Otherwise it has replied or will reply exactly once.
namespace troupe::actors::handlers {

using handler = result<void> (*)(session_state&, request_ptr);

/// Null when the API has no handler.
handler find(kafka::api_key key) noexcept;

result<void> produce(session_state& session, request_ptr x);
result<void> fetch(session_state& session, request_ptr x);
result<void> list_offsets(session_state& session, request_ptr x);
result<void> metadata(session_state& session, request_ptr x);
result<void> offset_commit(session_state& session, request_ptr x);
result<void> offset_fetch(session_state& session, request_ptr x);
result<void> join_group(session_state& session, request_ptr x);
result<void> heartbeat(session_state& session, request_ptr x);
result<void> leave_group(session_state& session, request_ptr x);
result<void> sync_group(session_state& session, request_ptr x);
result<void> describe_groups(session_state& session, request_ptr x);
result<void> list_groups(session_state& session, request_ptr x);
result<void> consumer_group_heartbeat(session_state& session, request_ptr x);
result<void> consumer_group_describe(session_state& session, request_ptr x);
result<void> delete_groups(session_state& session, request_ptr x);
result<void> offset_delete(session_state& session, request_ptr x);
result<void> find_coordinator(session_state& session, request_ptr x);
result<void> api_versions(session_state& session, request_ptr x);
result<void> create_topics(session_state& session, request_ptr x);
result<void> delete_topics(session_state& session, request_ptr x);
result<void> delete_records(session_state& session, request_ptr x);
result<void> init_producer_id(session_state& session, request_ptr x);
result<void> offset_for_leader_epoch(session_state& session, request_ptr x);
result<void> describe_acls(session_state& session, request_ptr x);
result<void> describe_configs(session_state& session, request_ptr x);
result<void> alter_configs(session_state& session, request_ptr x);
result<void> incremental_alter_configs(session_state& session, request_ptr x);
result<void> describe_log_dirs(session_state& session, request_ptr x);
result<void> create_partitions(session_state& session, request_ptr x);
result<void>
alter_partition_reassignments(session_state& session, request_ptr x);
result<void>
list_partition_reassignments(session_state& session, request_ptr x);
result<void> elect_leaders(session_state& session, request_ptr x);
result<void> describe_quorum(session_state& session, request_ptr x);
result<void> unregister_broker(session_state& session, request_ptr x);
result<void> describe_cluster(session_state& session, request_ptr x);
result<void> describe_producers(session_state& session, request_ptr x);
result<void> describe_topic_partitions(session_state& session, request_ptr x);

/// An ApiVersions request of a version that we do not speak: error 35 in a v0
/// body (KIP-511), never a closed connection.
void refuse_api_versions(session_state& session, const request& x);

} // namespace troupe::actors::handlers
