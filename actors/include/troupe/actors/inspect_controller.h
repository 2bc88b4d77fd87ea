// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/inspect.h>
#include <troupe/actors/messages/controller.h>
#include <troupe/actors/messages/metadata.h>
#include <troupe/actors/messages/quorum.h>

#include <caf/deserializer.hpp>
#include <caf/error.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/serializer.hpp>

#pragma GCC visibility push(default)

/// How questions to the controller cross nodes. As with everything that does,
/// no struct in here may change its members.
namespace troupe::cluster {

// With values that may be absent: CAF 0.17 knows only an optional of its own.
caf::error inspect(caf::serializer& f, new_topic& x);
caf::error inspect(caf::deserializer& f, new_topic& x);
caf::error inspect(caf::serializer& f, more_partitions& x);
caf::error inspect(caf::deserializer& f, more_partitions& x);
caf::error inspect(caf::serializer& f, topic_reference& x);
caf::error inspect(caf::deserializer& f, topic_reference& x);
caf::error inspect(caf::serializer& f, config_change& x);
caf::error inspect(caf::deserializer& f, config_change& x);

caf::error inspect(caf::serializer& f, reassignment& x);
caf::error inspect(caf::deserializer& f, reassignment& x);
caf::error inspect(caf::serializer& f, quorum_description::replica& x);
caf::error inspect(caf::deserializer& f, quorum_description::replica& x);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, quorum_voter& x) {
  return f(caf::meta::type_name("quorum_voter"), x.id, x.host, x.port);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, config_alteration& x) {
  return f(caf::meta::type_name("config_alteration"), x.topic, x.node,
           x.is_broker, x.replace_all, x.changes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_registration& x) {
  return f(caf::meta::type_name("node_registration"), x.id, x.host, x.port,
           x.rack, x.cluster_host, x.cluster_port, x.incarnation, x.fenced,
           x.leaving);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, failed_replica& x) {
  return f(caf::meta::type_name("failed_replica"), x.topic_id, x.partition);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_heartbeat& x) {
  return f(caf::meta::type_name("node_heartbeat"), x.node, x.incarnation,
           x.metadata_end_offset, x.knows_fenced, x.wants_to_stop, x.failed);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, isr_alteration& x) {
  return f(caf::meta::type_name("isr_alteration"), x.leader, x.topic_id,
           x.partition, x.leader_epoch, x.partition_epoch, x.isr,
           x.incarnations);
}

} // namespace troupe::cluster

namespace troupe::actors {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, create_topics& x) {
  return f(caf::meta::type_name("create_topics"), x.topics, x.validate_only);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, delete_topics& x) {
  return f(caf::meta::type_name("delete_topics"), x.topics);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, create_partitions& x) {
  return f(caf::meta::type_name("create_partitions"), x.topics,
           x.validate_only);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, alter_configs& x) {
  return f(caf::meta::type_name("alter_configs"), x.resources, x.validate_only);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, alter_reassignments& x) {
  return f(caf::meta::type_name("alter_reassignments"), x.partitions);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, elect_leaders& x) {
  return f(caf::meta::type_name("elect_leaders"), x.partitions, x.type);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remove_node& x) {
  return f(caf::meta::type_name("remove_node"), x.node);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, describe_quorum&) {
  return f(caf::meta::type_name("describe_quorum"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, quorum_described& x) {
  // One by one: `f(x.quorum)` would respect that it is a message of one node.
  auto& y = x.quorum;
  return f(caf::meta::type_name("quorum_described"), x.why, y.self, y.role,
           y.epoch, y.leader, y.high_watermark, y.end_offset, y.voters,
           y.replicas);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, register_node& x) {
  return f(caf::meta::type_name("register_node"), x.node);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, heartbeat_answered& x) {
  return f(caf::meta::type_name("heartbeat_answered"), x.why, x.fenced,
           x.may_stop);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, propose_isr& x) {
  return f(caf::meta::type_name("propose_isr"), x.what);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, isr_judged& x) {
  return f(caf::meta::type_name("isr_judged"), x.why);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, take_producer_ids& x) {
  return f(caf::meta::type_name("take_producer_ids"), x.node);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, producer_ids_taken& x) {
  return f(caf::meta::type_name("producer_ids_taken"), x.why, x.first, x.end);
}

/// Calls the question's own `inspect`: asked on one node it is a message that
/// must not leave it, which `f(x.question)` would respect.
template <class Inspector, class Question>
typename Inspector::result_type inspect(Inspector& f, forwarded<Question>& x) {
  return inspect(f, x.question);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, decided_elsewhere& x) {
  return f(caf::meta::type_name("decided_elsewhere"), x.results, x.end_offset);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, join_cluster& x) {
  return f(caf::meta::type_name("join_cluster"), x.incarnation, x.rack,
           x.cluster_host, x.cluster_port, x.passed_on);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, cluster_joined& x) {
  return f(caf::meta::type_name("cluster_joined"), x.why, x.cluster_id, x.node);
}

} // namespace troupe::actors

#pragma GCC visibility pop
