// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

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
//   9 partition_changed        id uuid, partition i32, one of partitions,
//                              partition_epoch i32, adding nodes,
//                              removing nodes
//  10 node_removed             node i32
//  11 voters_replaced          count u32, each: id i32, host text, port u16
//  12 leader_began             epoch i32, leader i32
//
// A node that has a cluster listener is written as version 2 of type 2, which
// goes on with: cluster_host text, cluster_port u16, incarnation uuid,
// flags u8 (1 fenced, 2 leaving).
//
//   partitions  count u32, each: leader i32, leader_epoch i32,
//               replicas nodes, isr nodes
//   nodes       count u32, each i32
//   configs     count u32, each: key text, value text; keys ascending
//   text        length u32, bytes
//
// Integers are big-endian. A layout never changes: what needs other fields gets
// a new version or a new type.
namespace troupe::cluster {

inline constexpr uint8_t first_version = 1;
inline constexpr uint8_t clustered_node_version = 2;
inline constexpr uint8_t fenced_flag = 1;
inline constexpr uint8_t leaving_flag = 2;
inline constexpr size_t partition_bytes_min = 16;
inline constexpr size_t voter_bytes_min = 10;
inline constexpr size_t config_bytes_min = 8;

enum class record_type : uint8_t {
  cluster_created = 1,
  node_registered,
  topic_created,
  topic_deleted,
  partitions_added,
  topic_configs_replaced,
  broker_configs_replaced,
  producer_ids_allocated,
  partition_changed,
  node_removed,
  voters_replaced,
  leader_began,
};

} // namespace troupe::cluster
