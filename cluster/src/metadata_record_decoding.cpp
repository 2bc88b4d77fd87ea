// SPDX-License-Identifier: Apache-2.0
#include <metadata_record_layout.h>
#include <record_bytes.h>
#include <troupe/cluster/metadata_record.h>

#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

std::vector<node_id> read_nodes(record_reader& from) {
  auto count = from.count(sizeof(node_id));
  std::vector<node_id> nodes;
  nodes.reserve(count);
  for (uint32_t i = 0; i < count; ++i)
    nodes.push_back(from.i32());
  return nodes;
}

partition_registration read_partition(record_reader& from) {
  partition_registration x;
  x.leader = from.i32();
  x.leader_epoch = from.i32();
  x.replicas = read_nodes(from);
  x.isr = read_nodes(from);
  return x;
}

std::vector<partition_registration> read_partitions(record_reader& from) {
  auto count = from.count(partition_bytes_min);
  std::vector<partition_registration> partitions;
  partitions.reserve(count);
  for (uint32_t i = 0; i < count && from.ok(); ++i)
    partitions.push_back(read_partition(from));
  return partitions;
}

partition_changed read_change(record_reader& from) {
  partition_changed x;
  x.id = from.id();
  x.partition = from.i32();
  x.state = read_partition(from);
  x.state.partition_epoch = from.i32();
  x.state.adding = read_nodes(from);
  x.state.removing = read_nodes(from);
  return x;
}

voters_replaced read_voters(record_reader& from) {
  auto count = from.count(voter_bytes_min);
  voters_replaced x;
  x.voters.reserve(count);
  for (uint32_t i = 0; i < count && from.ok(); ++i)
    x.voters.push_back({from.i32(), from.text(), from.u16()});
  return x;
}

config_map read_configs(record_reader& from) {
  auto count = from.count(config_bytes_min);
  config_map configs;
  for (uint32_t i = 0; i < count && from.ok(); ++i) {
    auto key = from.text();
    auto value = from.text();
    if (!configs.empty() && key <= configs.rbegin()->first)
      from.fail();
    configs.emplace_hint(configs.end(), std::move(key), std::move(value));
  }
  return configs;
}

node_registration read_node(uint8_t version, record_reader& from) {
  node_registration x;
  x.id = from.i32();
  x.host = from.text();
  x.port = from.u16();
  x.rack = from.text();
  if (version < clustered_node_version)
    return x;
  x.cluster_host = from.text();
  x.cluster_port = from.u16();
  x.incarnation = from.id();
  auto flags = from.u8();
  if ((flags & ~(fenced_flag | leaving_flag)) != 0)
    from.fail();
  x.fenced = (flags & fenced_flag) != 0;
  x.leaving = (flags & leaving_flag) != 0;
  return x;
}

topic_image read_topic(record_reader& from) {
  topic_image x;
  x.id = from.id();
  x.name = from.text();
  x.partitions = read_partitions(from);
  x.configs = read_configs(from);
  return x;
}

/// The braces of the initialisers evaluate left to right, as the fields lie.
result<metadata_record>
read_fields(uint8_t version, uint8_t type, record_reader& from) {
  switch (record_type{type}) {
  case record_type::cluster_created:
    return cluster_created{from.text()};
  case record_type::node_registered:
    return node_registered{read_node(version, from)};
  case record_type::topic_created:
    return topic_created{read_topic(from)};
  case record_type::topic_deleted:
    return topic_deleted{from.id()};
  case record_type::partitions_added:
    return partitions_added{from.id(), read_partitions(from)};
  case record_type::topic_configs_replaced:
    return topic_configs_replaced{from.id(), read_configs(from)};
  case record_type::broker_configs_replaced:
    return broker_configs_replaced{from.i32(), read_configs(from)};
  case record_type::producer_ids_allocated:
    return producer_ids_allocated{from.i64()};
  case record_type::partition_changed:
    return read_change(from);
  case record_type::node_removed:
    return node_removed{from.i32()};
  case record_type::voters_replaced:
    return read_voters(from);
  case record_type::leader_began:
    return leader_began{from.i32(), from.i32()};
  }
  return failure(storage::errc::unsupported_format,
                 "cannot read metadata record of unknown type "
                     + std::to_string(type));
}

} // namespace

result<metadata_record>
decode_metadata_record(std::span<const std::byte> bytes) {
  record_reader from{bytes};
  auto version = from.u8();
  auto type = from.u8();
  if (!from.ok())
    return failure(storage::errc::corrupt_log,
                   "cannot read metadata record: shorter than its header");
  auto newest = record_type{type} == record_type::node_registered
                    ? clustered_node_version
                    : first_version;
  if (version < first_version || version > newest)
    return failure(storage::errc::unsupported_format,
                   "cannot read metadata record of unknown version "
                       + std::to_string(version));
  auto record = read_fields(version, type, from);
  if (!record)
    return record;
  if (!from.ok())
    return failure(storage::errc::corrupt_log,
                   "cannot read metadata record of type " + std::to_string(type)
                       + ": its fields are damaged");
  if (from.bytes_left() != 0)
    return failure(storage::errc::corrupt_log,
                   "cannot read metadata record of type " + std::to_string(type)
                       + ": bytes follow its last field");
  return record;
}

} // namespace troupe::cluster
