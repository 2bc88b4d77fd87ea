// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <consumer_group_assignor.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster::test {

/// The id of the topic with this number.
storage::uuid topic_id(size_t number);

/// The largest difference between the loads of two members.
size_t spread(const std::vector<partition_assignment>& given);

/// A group to assign partitions to: topics by number, members in the order in
/// which they were added.
class assignor_model {
public:
  explicit assignor_model(std::vector<int32_t> partition_counts);

  void add(std::string id, const std::vector<size_t>& topics,
           std::string instance_id = {});
  void remove(std::string_view id);
  void subscribe(std::string_view id, const std::vector<size_t>& topics);
  void resize(size_t topic, int32_t partition_count);

  std::vector<partition_assignment> assign(assignor which) const;
  /// The same, with the members handed over in reverse.
  std::vector<partition_assignment> assign_reversed(assignor which) const;
  /// Makes `given` what the members were to have.
  void keep(std::vector<partition_assignment> given);
  /// Partitions that a member has in `given` and had not before.
  size_t moved(const std::vector<partition_assignment>& given) const;
  /// Every subscribed partition has exactly one owner, who subscribes to it.
  void check_complete(const std::vector<partition_assignment>& given) const;

  size_t member_count() const noexcept { return members_.size(); }
  const std::string& name(size_t member) const { return members_[member].id; }

private:
  struct member {
    std::string id;
    std::string instance_id;
    std::vector<storage::uuid> topics;
    partition_assignment target;
  };
  group_topics topics() const;
  std::vector<assignor_member> views() const;

  std::vector<int32_t> partition_counts_;
  std::deque<member> members_;
};

} // namespace troupe::cluster::test
