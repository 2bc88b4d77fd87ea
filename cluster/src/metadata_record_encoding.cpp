// SPDX-License-Identifier: Apache-2.0
#include <metadata_record_layout.h>
#include <record_bytes.h>
#include <troupe/cluster/metadata_record.h>

#include <variant>

namespace troupe::cluster {

namespace {

bool clustered(const node_registration& x) {
  return x.cluster_port != 0 || !x.cluster_host.empty()
         || !x.incarnation.is_nil() || x.fenced || x.leaving;
}

void write_nodes(record_writer& to, const std::vector<node_id>& nodes) {
  to.u32(static_cast<uint32_t>(nodes.size()));
  for (auto node : nodes)
    to.i32(node);
}

void write_partition(record_writer& to, const partition_registration& x) {
  to.i32(x.leader);
  to.i32(x.leader_epoch);
  write_nodes(to, x.replicas);
  write_nodes(to, x.isr);
}

void write_partitions(record_writer& to,
                      const std::vector<partition_registration>& partitions) {
  to.u32(static_cast<uint32_t>(partitions.size()));
  for (const auto& x : partitions)
    write_partition(to, x);
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

  void begin(record_type type, uint8_t version = first_version) {
    to.u8(version);
    to.u8(static_cast<uint8_t>(type));
  }
  void operator()(const cluster_created& x) {
    begin(record_type::cluster_created);
    to.text(x.cluster_id);
  }
  void operator()(const node_registered& x) {
    bool whole = clustered(x.node);
    begin(record_type::node_registered,
          whole ? clustered_node_version : first_version);
    to.i32(x.node.id);
    to.text(x.node.host);
    to.u16(x.node.port);
    to.text(x.node.rack);
    if (!whole)
      return;
    to.text(x.node.cluster_host);
    to.u16(x.node.cluster_port);
    to.id(x.node.incarnation);
    to.u8(static_cast<uint8_t>((x.node.fenced ? fenced_flag : 0)
                               | (x.node.leaving ? leaving_flag : 0)));
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
  void operator()(const partition_changed& x) {
    begin(record_type::partition_changed);
    to.id(x.id);
    to.i32(x.partition);
    write_partition(to, x.state);
    to.i32(x.state.partition_epoch);
    write_nodes(to, x.state.adding);
    write_nodes(to, x.state.removing);
  }
  void operator()(const node_removed& x) {
    begin(record_type::node_removed);
    to.i32(x.node);
  }
  void operator()(const voters_replaced& x) {
    begin(record_type::voters_replaced);
    to.u32(static_cast<uint32_t>(x.voters.size()));
    for (const auto& voter : x.voters) {
      to.i32(voter.id);
      to.text(voter.host);
      to.u16(voter.port);
    }
  }
  void operator()(const leader_began& x) {
    begin(record_type::leader_began);
    to.i32(x.epoch);
    to.i32(x.leader);
  }
};

} // namespace

std::vector<std::byte> encode(const metadata_record& x) {
  record_writer to;
  std::visit(field_writer{to}, x);
  return to.take();
}

} // namespace troupe::cluster
