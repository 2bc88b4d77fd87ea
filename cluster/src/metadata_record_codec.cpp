// SPDX-License-Identifier: Apache-2.0
// A record is `version u8, type u8` and then the fields of its type:
//
//   1 cluster_created          cluster_id text
//   2 node_registered          id i32, host text, port u16, rack text
//   3 topic_created            id uuid, name text, partitions, configs
//   4 topic_deleted            id uuid
//   5 partitions_added         id uuid, partitions
//   6 topic_configs_replaced   id uuid, configs
//   7 broker_configs_replaced  node i32, configs
//   8 producer_ids_allocated   next_producer_id i64
//
//   partitions  count u32, each: leader i32, leader_epoch i32,
//               replicas nodes, isr nodes
//   nodes       count u32, each i32
//   configs     count u32, each: key text, value text; keys ascending
//   text        length u32, bytes
//
// Integers are big-endian. A layout never changes: what needs other fields gets
// a new version or a new type.
#include <record_bytes.h>
#include <troupe/cluster/metadata_record.h>

#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr uint8_t record_version = 1;
constexpr size_t partition_bytes_min = 16;
constexpr size_t config_bytes_min = 8;

enum class record_type : uint8_t {
  cluster_created = 1,
  node_registered,
  topic_created,
  topic_deleted,
  partitions_added,
  topic_configs_replaced,
  broker_configs_replaced,
  producer_ids_allocated,
};

void write_nodes(record_writer& to, const std::vector<node_id>& nodes) {
  to.u32(static_cast<uint32_t>(nodes.size()));
  for (auto node : nodes)
    to.i32(node);
}

void write_partitions(record_writer& to,
                      const std::vector<partition_registration>& partitions) {
  to.u32(static_cast<uint32_t>(partitions.size()));
  for (const auto& x : partitions) {
    to.i32(x.leader);
    to.i32(x.leader_epoch);
    write_nodes(to, x.replicas);
    write_nodes(to, x.isr);
  }
}

void write_configs(record_writer& to, const config_map& configs) {
  to.u32(static_cast<uint32_t>(configs.size()));
  for (const auto& [key, value] : configs) {
    to.text(key);
    to.text(value);
  }
}

struct field_writer {
  record_writer& to;

  void begin(record_type type) {
    to.u8(record_version);
    to.u8(static_cast<uint8_t>(type));
  }
  void operator()(const cluster_created& x) {
    begin(record_type::cluster_created);
    to.text(x.cluster_id);
  }
  void operator()(const node_registered& x) {
    begin(record_type::node_registered);
    to.i32(x.node.id);
    to.text(x.node.host);
    to.u16(x.node.port);
    to.text(x.node.rack);
  }
  void operator()(const topic_created& x) {
    begin(record_type::topic_created);
    to.id(x.topic.id);
    to.text(x.topic.name);
    write_partitions(to, x.topic.partitions);
    write_configs(to, x.topic.configs);
  }
  void operator()(const topic_deleted& x) {
    begin(record_type::topic_deleted);
    to.id(x.id);
  }
  void operator()(const partitions_added& x) {
    begin(record_type::partitions_added);
    to.id(x.id);
    write_partitions(to, x.partitions);
  }
  void operator()(const topic_configs_replaced& x) {
    begin(record_type::topic_configs_replaced);
    to.id(x.id);
    write_configs(to, x.configs);
  }
  void operator()(const broker_configs_replaced& x) {
    begin(record_type::broker_configs_replaced);
    to.i32(x.node);
    write_configs(to, x.configs);
  }
  void operator()(const producer_ids_allocated& x) {
    begin(record_type::producer_ids_allocated);
    to.i64(x.next_producer_id);
  }
};

std::vector<node_id> read_nodes(record_reader& from) {
  auto count = from.count(sizeof(node_id));
  std::vector<node_id> nodes;
  nodes.reserve(count);
  for (uint32_t i = 0; i < count; ++i)
    nodes.push_back(from.i32());
  return nodes;
}

std::vector<partition_registration> read_partitions(record_reader& from) {
  auto count = from.count(partition_bytes_min);
  std::vector<partition_registration> partitions;
  partitions.reserve(count);
  for (uint32_t i = 0; i < count && from.ok(); ++i) {
    partition_registration x;
    x.leader = from.i32();
    x.leader_epoch = from.i32();
    x.replicas = read_nodes(from);
    x.isr = read_nodes(from);
    partitions.push_back(std::move(x));
  }
  return partitions;
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

node_registration read_node(record_reader& from) {
  node_registration x;
  x.id = from.i32();
  x.host = from.text();
  x.port = from.u16();
  x.rack = from.text();
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
result<metadata_record> read_fields(uint8_t type, record_reader& from) {
  switch (record_type{type}) {
  case record_type::cluster_created:
    return cluster_created{from.text()};
  case record_type::node_registered:
    return node_registered{read_node(from)};
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
  }
  return failure(storage::errc::unsupported_format,
                 "cannot read metadata record of unknown type "
                     + std::to_string(type));
}

} // namespace

std::vector<std::byte> encode(const metadata_record& x) {
  record_writer to;
  std::visit(field_writer{to}, x);
  return to.take();
}

result<metadata_record>
decode_metadata_record(std::span<const std::byte> bytes) {
  record_reader from{bytes};
  auto version = from.u8();
  auto type = from.u8();
  if (!from.ok())
    return failure(storage::errc::corrupt_log,
                   "cannot read metadata record: shorter than its header");
  if (version != record_version)
    return failure(storage::errc::unsupported_format,
                   "cannot read metadata record of unknown version "
                       + std::to_string(version));
  auto record = read_fields(type, from);
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
