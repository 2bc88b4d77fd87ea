// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group_shard.h"
#include "published.h"
#include "routing.h"

#include <troupe/actors/interfaces.h>
#include <troupe/actors/metrics_interfaces.h>
#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/retry_pause.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::actors {

struct group_coordinator_config {
  cluster::broker_config broker;
  std::shared_ptr<storage::log_view> view;
  std::shared_ptr<published<routing>> routes;
  uint64_t seed = 0;
  std::function<cluster::group_time()> now;
};

struct group_coordinator_state {
  static inline const char* name = "group_coordinator";

  explicit group_coordinator_state(listing_coordinator_actor::pointer self)
      : self(self) {}

  void open(group_coordinator_config x);

  void on_join(join_call& x);
  void on_sync(sync_call& x);
  void on_heartbeat(const heartbeat_call& x);
  void on_leave(const leave_call& x);
  void on_consumer_heartbeat(consumer_heartbeat_call& x);
  void on_commit(commit_call& x);
  void on_fetch_offsets(const fetch_offsets& x);
  void on_delete_offsets(const delete_offsets_call& x);
  void on_delete_group(const delete_group_call& x);
  void on_forget_group_calls(const forget_group_calls& x);
  groups_described on_describe_groups(const describe_groups& x);
  consumer_groups_described
  on_describe_consumer_groups(const describe_consumer_groups& x);
  groups_listed on_list_groups();
  void on_append_finished(const append_finished& x);
  void on_read_finished(const read_finished& x);
  void on_records_available(const records_available& x);
  void on_routing_published();
  void on_group_deadline_due();
  void on_view_update_due();
  void on_offsets_expiry_due();
  void on_expire_some_groups();
  void on_reload_due();
  groups_stopped on_stop_groups();
  commits_listed on_list_commits(const list_commits& x);
  found_commit on_find_commit(const find_commit& x);

  listing_coordinator_actor::pointer self;

private:
  /// What this node has to do with an offsets partition.
  struct duty {
    /// Null while no replica of it is open here.
    partition_actor partition;
    storage::uuid topic_id;
    /// Its groups are ours; otherwise the view only keeps abreast.
    bool leads = false;
    /// Another epoch of the same leader may hide one of another leader.
    cluster::leader_epoch_t leader_epoch = -1;
    /// A view without it would miss what compaction takes from the log.
    bool replicates = false;

    bool operator==(const duty&) const = default;
  };

  static constexpr int64_t reload_pause_ms = 100;
  static constexpr int64_t reload_pause_ms_max = 5'000;

  /// One offsets partition.
  struct hosted {
    hosted(storage::topic_partition name, const cluster::group_config& config,
           storage::log_view& view)
        : shard(std::move(name), config, view) {}

    group_shard shard;
    duty held;
    /// As last heard; nothing above is read.
    storage::offset_t high_watermark = 0;
    /// Where the log ended when this node began to lead. What an earlier leader
    /// left there may have been acknowledged: loading ends when it is known to
    /// be committed.
    storage::offset_t log_end = 0;
    /// Of the append, read or watch in flight; others come from an earlier
    /// attempt.
    ticket_t in_flight = 0;
    /// When whoever waits for the append in flight is told that it takes long;
    /// none: there is none.
    std::optional<int64_t> append_deadline_ms;
    /// Given up: when it is loaded again.
    std::optional<int64_t> reload_ms;
    cluster::retry_pause reload_pause{reload_pause_ms, reload_pause_ms_max};
    storage::offset_t load_begin = 0;
    int64_t load_began_ms = 0;
    int64_t progress_told_ms = 0;
  };

  /// A call whose answer has not left.
  struct waiting_call {
    ticket_t client_ticket = 0;
    group_client_actor client;
    std::string group_id;
  };

  /// Why a group cannot be asked now; none: `*to` can.
  cluster::group_error look_up(const std::string& group_id, hosted** to);
  /// Notes the call, then `decide(core, ticket)`; or refuses it.
  template <class Answer, class Request, class Decide>
  void call(const group_call<Request>& x, const std::string& group_id,
            Decide decide);
  template <class Answer>
  void refuse(ticket_t ticket, const group_client_actor& client,
              cluster::group_error error);
  offsets_found find_offsets(const offsets_query& x);

  /// Sends answers, starts the next append, arms the timer.
  void settle(hosted& x);
  ticket_t take_ticket(hosted& x);
  /// Null: the ticket is of an attempt that was given up.
  hosted* in_flight(ticket_t ticket);

  // group_coordinator_timers.cpp
  void arm(int64_t deadline_ms);
  void wait_for_append(hosted& x);
  void append_is_late(hosted& x);
  void reload_later(hosted& x);
  void arm_reload(int64_t when_ms);
  void arm_view_update();

  // group_coordinator_load.cpp
  void follow(const routing& routes);
  void follow_topics(const cluster::metadata_image& image);
  void note_deleted_topics(const routing& before, const routing& now);
  duty duty_for(const topic_route& route, size_t partition) const;
  void change_duty(hosted& x, duty next);
  void start(hosted& x);
  void begin_load(hosted& x, const partition_description& log);
  void tell_progress(hosted& x, int64_t now_ms);
  void read_on(hosted& x);
  void wait_for_records(hosted& x);
  void end_load(hosted& x);
  /// An append was refused or a disk failed: answers everybody, tries again
  /// later.
  void fail(hosted& x, const std::string& reason,
            cluster::group_error error =
                cluster::group_error::coordinator_not_available);
  /// Somebody else's partition now, or nobody's.
  void resign(hosted& x);

  // group_coordinator_commits.cpp
  /// Adds to a page; false: it is full.
  bool list_some(hosted& x, std::optional<std::string>& after,
                 size_t& groups_left, commits_listed& answer);

  // group_coordinator_consumption.cpp
  /// Groups that were seen to commit a partition that somebody asks about.
  struct consumers {
    std::set<std::string> groups;
    bool asked = true;
  };
  hosted* keeper_of(const std::string& group);
  storage::offset_t committed(hosted& x, const std::string& group,
                              const storage::topic_partition& partition);
  void look_for_consumers();
  void look_for_consumers(hosted& x);

  // group_coordinator_expiry.cpp
  void begin_expiry();
  void expire(hosted& x, const std::string& group_id);

  group_coordinator_config config_;
  std::mt19937_64 random_;
  /// Indexed by partition of the offsets topic.
  std::vector<std::unique_ptr<hosted>> partitions_;
  routing_ptr routes_;
  /// What the newest image has for consumer groups.
  std::shared_ptr<const cluster::group_topics> topics_;
  bool stopped_ = false;

  ticket_t next_ticket_ = 1;
  std::unordered_map<ticket_t, waiting_call> calls_;
  /// Tickets by client, for clients that go.
  std::set<std::pair<caf::actor_id, ticket_t>> tickets_of_client_;
  std::unordered_map<ticket_t, size_t> partition_of_ticket_;

  std::optional<int64_t> armed_ms_;
  bool view_update_armed_ = false;
  std::optional<int64_t> reload_armed_ms_;

  std::map<storage::topic_partition, consumers> consumers_;
  int64_t consumers_due_ms_ = 0;

  /// Groups whose offsets are to be looked at.
  std::deque<std::pair<size_t, std::string>> to_expire_;
  /// By name: when they were deleted. What is committed later, by the wall
  /// clock, is of another topic of that name.
  std::map<std::string, storage::timestamp_ms> deleted_topics_;
};

listing_coordinator_actor::behavior_type group_coordinator(
    listing_coordinator_actor::stateful_pointer<group_coordinator_state> self,
    group_coordinator_config config);

} // namespace troupe::actors
