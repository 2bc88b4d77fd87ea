// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "consumer_actor.h"
#include "group_member_core.h"
#include "lane_hosted.h"
#include "processed_offsets.h"
#include "published.h"
#include "routing.h"

#include <troupe/actors/consumer_options.h>
#include <troupe/actors/group_consumer_interfaces.h>
#include <troupe/actors/interfaces.h>
#include <troupe/actors/messages/consume_group.h>
#include <troupe/cluster/broker_config.h>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::actors {

/// From callers that are no actors: `then` runs once on the member's lane;
/// never when the member ended before.
struct commit_and_tell {
  std::function<void(const offsets_committed&)> then;
};
/// Likewise.
struct leave_and_tell {
  std::function<void(const group_left&)> then;
};

/// Something may be overdue (the member to itself).
struct member_time {
  /// When it was to come; only the last one that was armed counts.
  int64_t at_ms = 0;
};

/// What a member of a group is beside its public interface.
using group_member_body_actor = group_client_actor::extend<
    // group_consumer_actor
    reacts_to<request_blocks>, reacts_to<records_processed>,
    reacts_to<release_partitions>,
    replies_to<commit_offsets>::with<offsets_committed>,
    replies_to<leave_group>::with<group_left>,
    // The same for threads.
    reacts_to<commit_and_tell>, reacts_to<leave_and_tell>,
    // From itself.
    reacts_to<member_time>>;

/// What a member is given at birth.
struct group_member_config {
  /// With a group.
  consumer_options options;
  std::string member_id;
  cluster::node_id self = cluster::no_node;
  cluster::broker_config broker;
  std::shared_ptr<published<routing>> routes;
  group_coordinator_actor coordinator;
  metadata_service_actor controller;
  /// Reads what this member has; it ends with it.
  consumer_body_actor consumer;
  group_subscriber_actor subscriber;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct group_member_state;
using group_member_pointer =
    lane_pointer<group_member_body_actor, group_member_state>;

/// Everything but what the cores decide: the coordinator's tickets, whom to
/// tell, timers.
struct group_member_state {
  static inline const char* name = "group_member";

  explicit group_member_state(group_member_pointer self) : self(self) {}

  void open(group_member_config config);

  void on_group_answered(const group_answered& x);
  void on_offsets_fetched(const offsets_fetched& x);
  void on_request_blocks(const request_blocks& x);
  void on_records_processed(const records_processed& x);
  void on_release_partitions(const release_partitions& x);
  caf::result<offsets_committed> on_commit_offsets();
  void on_commit_and_tell(const commit_and_tell& x);
  caf::result<group_left> on_leave_group(const leave_group& x);
  void on_leave_and_tell(const leave_and_tell& x);
  void on_member_time(const member_time& x);
  /// At once: says good-bye and waits for nobody.
  void end(const problem& why);

private:
  using hearer = std::function<void(const problem&)>;
  using partition_list = group_member_core::partition_list;

  struct pending_commit {
    std::vector<cluster::offset_commit> what;
    int64_t deadline_ms = 0;
    /// When it is sent again; none: it is under way.
    std::optional<int64_t> retry_at_ms;
    hearer then;
  };

  void turn();
  /// Whether this node coordinates the group. Makes the topic that groups are
  /// kept in when there is none.
  bool find_coordinator();
  void make_offsets_topic(const routing& routes);
  void beat();
  void heard(const cluster::consumer_heartbeat_answer& x);
  void lost(const partition_list& what);
  /// A partition whose replica went elsewhere would be read by nobody.
  void check_replicas();
  void arm();
  std::optional<int64_t> wake_at_ms() const;
  bool commits_by_itself() const;

  // group_member_partitions.cpp
  /// Then, no block follows.
  void stop_reading(const partition_list& what, std::function<void()> then);
  void follow_assignment();
  void revoke(const group_member_core::change& x);
  void commit_revoked();
  /// Asks where partitions that are new begin.
  void begin_some();
  void begin(const storage::topic_partition& what, storage::offset_t from);
  void begun(const storage::topic_partition& what, storage::offset_t from,
             const subscribed& answer);
  void give_up_begin(const storage::topic_partition& what, problem why);
  void begin_later();
  void forget_begins(const partition_list& what);

  // group_member_commits.cpp
  void commit(std::vector<cluster::offset_commit> what, hearer then);
  void commit_all(hearer then);
  void send(ticket_t ticket, pending_commit& x);
  void heard(ticket_t ticket, const cluster::commit_answer& answer);
  void commit_if_due();
  void tick_commits();
  void fail_commits(const problem& why);

  // group_member_end.cpp
  /// Commits first when `orderly` and commits are automatic.
  void finish(problem why, bool orderly);
  void give_back(bool orderly);
  void say_farewell();
  void done();

  group_member_pointer self;
  group_member_config config_;
  std::optional<group_member_core> core_;
  processed_offsets offsets_;
  ticket_t next_ticket_ = 1;
  /// 0: none is under way, as below.
  ticket_t heartbeat_ticket_ = 0;
  bool has_coordinator_ = false;
  /// Partitions were lost, and the subscriber does not know yet.
  bool clearing_ = false;
  bool making_topic_ = false;
  int64_t make_again_at_ms_ = 0;

  /// Partitions that are not read yet.
  std::set<storage::topic_partition> to_begin_;
  /// Those whose offsets the last question was about.
  std::set<storage::topic_partition> asked_for_;
  ticket_t fetch_ticket_ = 0;
  int64_t fetch_due_ms_ = 0;
  int64_t begin_at_ms_ = 0;

  std::map<ticket_t, pending_commit> commits_;
  int64_t next_commit_ms_ = 0;
  bool committing_ = false;

  bool finishing_ = false;
  problem finish_why_;
  std::vector<std::function<void(const group_left&)>> leavers_;
  ticket_t farewell_ticket_ = 0;
  int64_t farewell_due_ms_ = 0;

  std::optional<int64_t> armed_for_ms_;
};

group_member_body_actor::behavior_type
group_member(group_member_pointer self, group_member_config config);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::commit_and_tell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::leave_and_tell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::member_time)
