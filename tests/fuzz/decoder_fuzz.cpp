// SPDX-License-Identifier: Apache-2.0
// Two bytes choose API and version, the rest is a request body. What decodes
// must encode, decode again and then give the same bytes.
#include <troupe/storage/assert.h>
#include <troupe/storage/buffer.h>
#include <troupe/transport/kafka/api_table.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/messages/alter_configs.h>
#include <troupe/transport/kafka/messages/alter_partition_reassignments.h>
#include <troupe/transport/kafka/messages/api_versions.h>
#include <troupe/transport/kafka/messages/consumer_group_describe.h>
#include <troupe/transport/kafka/messages/consumer_group_heartbeat.h>
#include <troupe/transport/kafka/messages/create_partitions.h>
#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/delete_groups.h>
#include <troupe/transport/kafka/messages/delete_records.h>
#include <troupe/transport/kafka/messages/delete_topics.h>
#include <troupe/transport/kafka/messages/describe_acls.h>
#include <troupe/transport/kafka/messages/describe_cluster.h>
#include <troupe/transport/kafka/messages/describe_configs.h>
#include <troupe/transport/kafka/messages/describe_groups.h>
#include <troupe/transport/kafka/messages/describe_log_dirs.h>
#include <troupe/transport/kafka/messages/describe_producers.h>
#include <troupe/transport/kafka/messages/describe_quorum.h>
#include <troupe/transport/kafka/messages/describe_topic_partitions.h>
#include <troupe/transport/kafka/messages/elect_leaders.h>
#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/find_coordinator.h>
#include <troupe/transport/kafka/messages/heartbeat.h>
#include <troupe/transport/kafka/messages/incremental_alter_configs.h>
#include <troupe/transport/kafka/messages/init_producer_id.h>
#include <troupe/transport/kafka/messages/join_group.h>
#include <troupe/transport/kafka/messages/leave_group.h>
#include <troupe/transport/kafka/messages/list_groups.h>
#include <troupe/transport/kafka/messages/list_offsets.h>
#include <troupe/transport/kafka/messages/list_partition_reassignments.h>
#include <troupe/transport/kafka/messages/metadata.h>
#include <troupe/transport/kafka/messages/offset_commit.h>
#include <troupe/transport/kafka/messages/offset_delete.h>
#include <troupe/transport/kafka/messages/offset_fetch.h>
#include <troupe/transport/kafka/messages/offset_for_leader_epoch.h>
#include <troupe/transport/kafka/messages/produce.h>
#include <troupe/transport/kafka/messages/sync_group.h>
#include <troupe/transport/kafka/messages/unregister_broker.h>
#include <troupe/transport/kafka/request_header.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

using namespace troupe;
using namespace troupe::kafka;

namespace {

std::vector<std::byte> joined(const transport::chunks& xs) {
  std::vector<std::byte> out;
  for (const auto& x : xs) {
    auto bytes = std::get<storage::buffer>(x).bytes();
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

template <class Request>
void try_request(const storage::buffer& body, int16_t version) {
  auto x = decode_request<Request>(body, 0, version);
  if (!x)
    return;
  auto written = joined(encode_request(*x, version, 1, "fuzz"));
  auto frame =
      storage::buffer::copy_of(std::span<const std::byte>{written}.subspan(4));
  size_t position = 0;
  auto header = parse_request_header(frame, &position);
  ASSERT(header.has_value());
  auto again = decode_request<Request>(frame, position, version);
  ASSERT(again.has_value());
  ASSERT(joined(encode_request(*again, version, 1, "fuzz")) == written);
}

using try_function = void (*)(const storage::buffer&, int16_t);

/// In the order of `api_table()`.
constexpr auto tries = std::to_array<try_function>({
    try_request<produce_request>,
    try_request<fetch_request>,
    try_request<list_offsets_request>,
    try_request<metadata_request>,
    try_request<offset_commit_request>,
    try_request<offset_fetch_request>,
    try_request<find_coordinator_request>,
    try_request<join_group_request>,
    try_request<heartbeat_request>,
    try_request<leave_group_request>,
    try_request<sync_group_request>,
    try_request<describe_groups_request>,
    try_request<list_groups_request>,
    try_request<api_versions_request>,
    try_request<create_topics_request>,
    try_request<delete_topics_request>,
    try_request<delete_records_request>,
    try_request<init_producer_id_request>,
    try_request<offset_for_leader_epoch_request>,
    try_request<describe_acls_request>,
    try_request<describe_configs_request>,
    try_request<alter_configs_request>,
    try_request<describe_log_dirs_request>,
    try_request<create_partitions_request>,
    try_request<delete_groups_request>,
    try_request<elect_leaders_request>,
    try_request<incremental_alter_configs_request>,
    try_request<alter_partition_reassignments_request>,
    try_request<list_partition_reassignments_request>,
    try_request<offset_delete_request>,
    try_request<describe_quorum_request>,
    try_request<describe_cluster_request>,
    try_request<describe_producers_request>,
    try_request<unregister_broker_request>,
    try_request<consumer_group_heartbeat_request>,
    try_request<consumer_group_describe_request>,
    try_request<describe_topic_partitions_request>,
});

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  if (size < 2)
    return 0;
  ASSERT(tries.size() == api_table().size());
  auto index = input[0] % tries.size();
  const auto& info = api_table()[index];
  auto count = info.max_version - info.min_version + 1;
  auto version = static_cast<int16_t>(info.min_version + input[1] % count);
  auto bytes = std::as_bytes(std::span{input, size}).subspan(2);
  tries[index](storage::buffer::copy_of(bytes), version);
  size_t position = 0;
  static_cast<void>(
      parse_request_header(storage::buffer::copy_of(bytes), &position));
  return 0;
}
