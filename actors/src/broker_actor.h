// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "built_in_kinds.h"
#include "copy_pace.h"
#include "disk_placement.h"
#include "lane_hosted.h"
#include "mover_actor.h"
#include "replica_actor.h"
#include "services.h"
#include "topic_desks.h"

#include <troupe/actors/interfaces.h>
#include <troupe/actors/metrics_interfaces.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors {

struct partition_config;

struct broker_actor_config {
  cluster::broker_config config;
  std::vector<data_directory> directories;
  /// Null entries put partitions on CAF's scheduler (deterministic tests).
  std::vector<lane_unit*> lanes;
  std::shared_ptr<published<routing>> routes;
  /// Told that `routes` moved on; may be null.
  group_coordinator_actor groups;
  /// Knows how far consumers have come; null: nobody does.
  consumption_source_actor consumption;
  /// Null: nothing is compacted.
  log_cleaner_actor cleaner;
  /// Kinds of topics that the program brings.
  std::shared_ptr<const partition_kinds> kinds =
      std::make_shared<const partition_kinds>();
  /// Partition directories that are there.
  std::vector<found_log> found;
  /// What the metadata log holds at the start, agreed on or not; null: nothing.
  cluster::image_ptr known;
  /// The stages in front of a topic that has some. Null: none has.
  std::function<stage_desk_actor(const cluster::topic_image&)> open_stages;
  /// The same of its views.
  std::function<view_desk_actor(const cluster::topic_image&)> open_views;
  /// Drawn at this start of the process; nil on a node that is alone.
  storage::uuid incarnation;
  /// This end of the link to a node. Null on a node that is alone.
  std::function<batch_source_actor(cluster::node_id)> link_to;
  /// The controller, once there is one. Null likewise.
  std::function<isr_judge_actor()> controller;
  uint64_t seed = 0;
  std::function<storage::timestamp_ms()> now;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct broker_state {
  static inline const char* name = "broker";

  explicit broker_state(broker_actor::pointer self) : self(self) {}

  void open(broker_actor_config x);

  caf::result<metadata_applied> on_apply_metadata(apply_metadata& x);
  void on_partition_failed(const partition_failed& x);
  void on_housekeeping_due();
  void on_compaction_due();
  void on_replica_check_due();
  void on_serve_newest();
  caf::result<broker_stopped> on_stop_broker();

  broker_actor::pointer self;

private:
  struct hosted {
    storage::uuid topic_id;
    size_t directory = 0;
    /// Null while opening and when offline.
    partition_actor actor;
    /// Where the two live.
    lane_unit* lane = nullptr;
    /// Null while it does not follow.
    replica_actor replica;
    /// Null where the topic is a log; what it still needs of the partition.
    mover_actor mover;
    mover_link_ptr moving;
    /// What the partition was told last.
    cluster::partition_registration registration;
    std::vector<cluster::replica_life> lives;
    /// Not served, and not because its log is being opened.
    bool failed = false;
    /// Its log could not be opened for a reason that may pass.
    bool open_again = false;
  };
  /// Waits until an image that ends there or later is served.
  struct pending {
    storage::offset_t end_offset = 0;
    caf::typed_response_promise<metadata_applied> answer;
  };

  /// Opens and closes logs as the newest image has it, if no other one is in
  /// work.
  void take_newest();
  void answer_applied();
  /// The partition's part in an image, as far as this node may take it.
  cluster::partition_registration
  registration_in(const cluster::metadata_image& image,
                  const storage::topic_partition& name) const;
  bool is_replica(const cluster::partition_registration& x) const;
  bool leads(const hosted& host) const {
    return host.registration.leader == config_.config.id;
  }
  /// Partitions that are open take their part in `image` at once.
  void change_roles();
  void change_role(const storage::topic_partition& name, hosted& host,
                   const cluster::partition_registration& x);
  std::vector<cluster::replica_life>
  lives_in(const cluster::metadata_image& image,
           const cluster::partition_registration& x) const;
  void follow(const storage::topic_partition& name, hosted& host);
  void stop_replica(hosted& host);
  /// Before the partition is there, and when it is.
  void prepare_mover(hosted& host, const cluster::topic_image& topic,
                     partition_config& config);
  void start_mover(const storage::topic_partition& name, hosted& host);
  /// It begins anew, or rests.
  void tell_mover(const hosted& host);
  void stop_mover(hosted& host);
  void arm_replica_check();
  /// Once, with the first image: erases the logs that this node had and has no
  /// more, sets aside those that nobody knew.
  void sort_found(const cluster::metadata_image& image);
  /// Whether the partition was this node's before the start.
  bool existed(const storage::topic_partition& name,
               const storage::uuid& topic_id) const;
  void open_missing(const cluster::metadata_image& image);
  void open_partition(const storage::topic_partition& name,
                      const cluster::topic_image& topic);
  void ask_for_log(const storage::topic_partition& name, const hosted& host,
                   const cluster::topic_image& topic);
  /// One log was opened, or not.
  void finish(const storage::topic_partition& name, const storage::uuid& topic,
              log_opened& x);
  void
  serve(const storage::topic_partition& name, hosted& host, log_opened& opened);
  void open_again();
  void arm_compaction();
  void close_missing(const cluster::metadata_image& image);
  void close(const storage::topic_partition& name, hosted& host);
  /// Tells partitions what their logs' configuration is since `before`.
  void reconfigure(const cluster::metadata_image& before);
  void end_if_done();
  void publish();
  /// Once, when nothing is being opened any more.
  void close_all();
  void mark_directories();
  int32_t min_insync_of(const cluster::topic_image& topic) const;
  storage::log_config log_config_of(const cluster::topic_image& topic) const;

  broker_actor_config config_;
  std::map<storage::topic_partition, hosted> partitions_;
  std::optional<disk_placement> placement_;
  topic_desks<stage_desk_actor> stages_{cluster::stages_key,
                                        cluster::make_stage_config};
  topic_desks<view_desk_actor> views_{cluster::views_key,
                                      cluster::make_view_config};
  /// Of replicas that move to this node; null: without a bound.
  std::shared_ptr<copy_pace> moving_pace_;
  std::deque<pending> waiting_;
  /// Logs that are being opened or erased.
  size_t opening_ = 0;
  size_t next_lane_ = 0;
  /// The newest that came, the one that partitions and clients know, the one
  /// whose logs are being opened and erased (null: none), and the newest one
  /// with which that is done.
  cluster::image_ptr newest_;
  cluster::image_ptr image_;
  cluster::image_ptr in_work_;
  cluster::image_ptr applied_;
  /// Of the image in work: its new logs have been asked for.
  bool opened_missing_ = false;
  bool newest_due_ = false;
  // Stopping.
  caf::typed_response_promise<broker_stopped> stop_promise_;
  size_t closing_ = 0;
  bool stopping_ = false;
  /// A log of the directory could not be closed as it should be.
  std::vector<bool> badly_closed_;
  problem unclean_;
};

broker_actor::behavior_type
broker(broker_actor::stateful_pointer<broker_state> self,
       broker_actor_config config);

} // namespace troupe::actors
