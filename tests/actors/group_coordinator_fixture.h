// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partition_fixture.h"
#include "published.h"
#include "routing.h"

#include <troupe/actors/metrics_interfaces.h>
#include <troupe/cluster/group_time.h>
#include <troupe/storage/log_view.h>

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// What a caller of the coordinator was told.
struct group_client_told {
  std::vector<group_answered> answers;
  std::vector<offsets_fetched> fetched;
};

/// A real coordinator over one real partition on a log in memory.
class group_coordinator_fixture : public partition_fixture {
public:
  explicit group_coordinator_fixture(
      cluster::durability level = cluster::durability::page_cache);
  ~group_coordinator_fixture();

  /// Ends the coordinator and starts another on the same log and view.
  void restart();
  void publish(std::shared_ptr<const routing> next);
  /// The offsets topic and the topic "orders" with three partitions.
  std::shared_ptr<const routing> all_topics();
  /// The same, the offsets topic led by `node`.
  std::shared_ptr<const routing>
  offsets_led_by(cluster::node_id node, cluster::leader_epoch_t epoch);

  void
  commit(ticket_t ticket, const std::string& group, storage::offset_t offset);
  void join(ticket_t ticket, const std::string& group);
  /// -1 when there is none.
  storage::offset_t committed(const std::string& group);

  /// Puts a commit into the log beside the coordinator, as replication does.
  void replicate_commit(const std::string& group, storage::offset_t offset);
  /// How far the view on the disk has come.
  storage::offset_t view_end() const;

  const cluster::group_answer& newest() const;
  template <class Answer>
  Answer newest_as() const {
    auto* x = std::get_if<Answer>(&newest().what);
    REQUIRE(x != nullptr);
    return *x;
  }

  cluster::group_time now{1000, 1'700'000'000'000};
  std::shared_ptr<storage::log_view> view = storage::make_memory_log_view();
  std::shared_ptr<published<routing>> routes;
  group_client_told heard;
  group_client_actor caller;
  listing_coordinator_actor coordinator;

private:
  void start();
};

} // namespace troupe::actors
