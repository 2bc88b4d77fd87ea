// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/inspect_controller.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

/// A value that may be absent: whether it is there, then it or a default.
template <class T>
struct optional_field {
  bool present = false;
  T value = {};

  explicit optional_field(const std::optional<T>& x)
      : present(x.has_value()), value(x.value_or(T{})) {}
  optional_field() = default;

  std::optional<T> take() {
    return present ? std::optional<T>{std::move(value)} : std::nullopt;
  }
};

template <class Inspector, class T>
caf::error inspect(Inspector& f, optional_field<T>& x) {
  return f(x.present, x.value);
}

/// Key and value of a configuration of a new topic.
struct config_field {
  std::string name;
  optional_field<std::string> value;
};

template <class Inspector>
caf::error inspect(Inspector& f, config_field& x) {
  return f(x.name, x.value);
}

} // namespace

caf::error inspect(caf::serializer& f, new_topic& x) {
  std::vector<config_field> configs;
  for (const auto& [name, value] : x.configs)
    configs.push_back({name, optional_field<std::string>{value}});
  return f(x.name, x.num_partitions, x.replication_factor, x.assignments,
           configs);
}

caf::error inspect(caf::deserializer& f, new_topic& x) {
  std::vector<config_field> configs;
  auto failed =
      f(x.name, x.num_partitions, x.replication_factor, x.assignments, configs);
  x.configs.clear();
  for (auto& y : configs)
    x.configs.emplace_back(std::move(y.name), y.value.take());
  return failed;
}

caf::error inspect(caf::serializer& f, more_partitions& x) {
  optional_field<std::vector<std::vector<node_id>>> assignments{x.assignments};
  return f(x.topic, x.count, assignments);
}

caf::error inspect(caf::deserializer& f, more_partitions& x) {
  optional_field<std::vector<std::vector<node_id>>> assignments;
  auto failed = f(x.topic, x.count, assignments);
  x.assignments = assignments.take();
  return failed;
}

caf::error inspect(caf::serializer& f, topic_reference& x) {
  optional_field<std::string> name{x.name};
  return f(name, x.id);
}

caf::error inspect(caf::deserializer& f, topic_reference& x) {
  optional_field<std::string> name;
  auto failed = f(name, x.id);
  x.name = name.take();
  return failed;
}

caf::error inspect(caf::serializer& f, reassignment& x) {
  optional_field<std::vector<node_id>> replicas{x.replicas};
  return f(x.name, replicas);
}

caf::error inspect(caf::deserializer& f, reassignment& x) {
  optional_field<std::vector<node_id>> replicas;
  auto failed = f(x.name, replicas);
  x.replicas = replicas.take();
  return failed;
}

caf::error inspect(caf::serializer& f, quorum_description::replica& x) {
  optional_field<int64_t> silent_ms{x.silent_ms};
  optional_field<int64_t> behind_ms{x.behind_ms};
  return f(x.id, x.voter, x.end_offset, silent_ms, behind_ms);
}

caf::error inspect(caf::deserializer& f, quorum_description::replica& x) {
  optional_field<int64_t> silent_ms;
  optional_field<int64_t> behind_ms;
  auto failed = f(x.id, x.voter, x.end_offset, silent_ms, behind_ms);
  x.silent_ms = silent_ms.take();
  x.behind_ms = behind_ms.take();
  return failed;
}

caf::error inspect(caf::serializer& f, config_change& x) {
  optional_field<std::string> value{x.value};
  return f(x.name, x.operation, value);
}

caf::error inspect(caf::deserializer& f, config_change& x) {
  optional_field<std::string> value;
  auto failed = f(x.name, x.operation, value);
  x.value = value.take();
  return failed;
}

} // namespace troupe::cluster
