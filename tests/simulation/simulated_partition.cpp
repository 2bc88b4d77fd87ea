// SPDX-License-Identifier: Apache-2.0
#include "simulated_partition.h"

#include "simulated_cluster.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::simulation {

namespace {

constexpr int64_t segment_bytes = 4096;

} // namespace

simulated_partition::simulated_partition(
    simulated_cluster& world, node_id self, storage::topic_partition name,
    const cluster::topic_image& topic, const cluster::partition_registration& x)
    : world_(world), self_(self), name_(std::move(name)), topic_id_(topic.id),
      registration_(x) {
  open(topic);
  if (core_ == nullptr)
    return;
  if (core_->leads()) {
    world_.began_to_lead(self_, name_, *core_);
    sync_soon();
  } else {
    follow();
  }
}

std::string simulated_partition::directory() const {
  return "/data/" + to_string(name_);
}

actors::partition_time simulated_partition::now() const {
  auto x = world_.network().now();
  return {x.wall_ms, x.steady_ms};
}

/// As the keeper of the logs does: what is found is made durable before it
/// counts.
void simulated_partition::open(const cluster::topic_image& topic) {
  storage::log_options options;
  options.directory = directory();
  options.name = name_;
  options.topic_id = topic_id_;
  options.config.segment_bytes = segment_bytes;
  options.now = now().wall_ms;
  if (auto known = world_.checkpoints(self_).find(name_);
      known != world_.checkpoints(self_).end()
      && known->second.offsets.topic_id == topic_id_)
    options.checkpoint = known->second;
  auto mark =
      options.checkpoint ? options.checkpoint->offsets.high_watermark : 0;
  auto opened = storage::log::open(world_.disk(self_), std::move(options));
  if (!opened) {
    world_.violation("node " + std::to_string(self_) + " cannot open "
                     + to_string(name_) + ": " + opened.error().message);
    return;
  }
  auto plan = opened->value->plan_sync();
  if (auto ok = storage::run_sync(world_.disk(self_), plan); !ok)
    world_.violation("a sync failed: " + ok.error().message);
  opened->value->synced_up_to(plan.end_offset);
  actors::partition_core_config config;
  config.self = self_;
  config.level = world_.durability_level;
  config.high_watermark = std::min(mark, opened->value->end_offset());
  config.min_insync_replicas = cluster::min_insync_replicas(
      topic.configs, *world_.image_of(self_), self_, {});
  core_ = std::make_unique<actors::partition_core>(
      std::move(opened->value), config, registration_, now());
  lives_ =
      cluster::eligible_lives(registration_, world_.image_of(self_)->nodes);
  core_->lives_changed(lives_);
  save_checkpoint();
}

void simulated_partition::save_checkpoint() {
  world_.checkpoints(self_)[name_] =
      core_->log().checkpoint(core_->high_watermark());
}

void simulated_partition::erase() {
  if (core_ == nullptr)
    return;
  refuse_all();
  ++pull_number_;
  auto log = core_->release();
  static_cast<void>(log->close(0));
  log.reset();
  core_.reset();
  world_.checkpoints(self_).erase(name_);
  if (auto gone = world_.disk(self_).remove_all(directory()); !gone)
    world_.violation("a log cannot be removed: " + gone.error().message);
}

void simulated_partition::check_failure() {
  if (core_->failed())
    world_.violation("node " + std::to_string(self_) + " lost "
                     + to_string(name_) + ": " + core_->failure_reason());
}

void simulated_partition::change_role(
    const cluster::partition_registration& x) {
  if (core_ == nullptr)
    return;
  bool leads = x.leader == self_;
  auto lives = cluster::eligible_lives(x, world_.image_of(self_)->nodes);
  bool same_lives = std::exchange(lives_, lives) == lives;
  if (x == registration_ && (!leads || same_lives))
    return;
  auto before = std::exchange(registration_, x);
  bool new_reign =
      leads ? core_->become_leader(x, now()) : core_->become_follower(x);
  if (new_reign) {
    refuse_all();
    if (leads)
      world_.began_to_lead(self_, name_, *core_);
  }
  if (leads) {
    ++pull_number_;
    core_->lives_changed(lives_);
    sync_soon();
    high_watermark_moved();
    propose_isr();
  } else if (before.leader_epoch != x.leader_epoch
             || before.leader != x.leader) {
    follow();
  }
}

// -- appends ------------------------------------------------------------------

void simulated_partition::append(const storage::buffer& batch, appended done) {
  constexpr int16_t acks_all = -1;
  auto finished = core_->append(batch, acks_all, now());
  check_failure();
  if (!finished.why.ok()) {
    done(finished);
    return;
  }
  appends_.push_back({std::move(finished), std::move(done)});
  sync_soon();
  high_watermark_moved();
}

void simulated_partition::sync_soon() {
  if (!core_->waits_for_sync() || std::exchange(sync_due_, true))
    return;
  world_.later(self_, name_, world_.network().below_ms(6),
               [](simulated_partition& x) {
                 x.sync_due_ = false;
                 x.sync();
                 x.high_watermark_moved();
               });
}

void simulated_partition::sync() {
  auto plan = core_->log().plan_sync();
  if (auto ok = storage::run_sync(world_.disk(self_), plan); !ok)
    world_.violation("a sync failed: " + ok.error().message);
  core_->synced(plan.end_offset);
}

void simulated_partition::high_watermark_moved() {
  if (!core_->leads())
    return;
  world_.records_agreed(self_, name_, *core_);
  auto mark = core_->high_watermark();
  auto waits = [mark](const parked_append& x) {
    return x.finished.info.next_offset > mark;
  };
  auto done = std::stable_partition(appends_.begin(), appends_.end(), waits);
  std::vector<parked_append> finished{std::make_move_iterator(done),
                                      std::make_move_iterator(appends_.end())};
  appends_.erase(done, appends_.end());
  for (auto& x : finished)
    x.done(x.finished);
  auto end = core_->log().end_offset();
  std::vector<parked_pull> pulls;
  for (auto i = pulls_.begin(); i != pulls_.end();) {
    bool news = i->second.request.fetch_offset < end
                || told_high_watermark_[i->first] < mark;
    if (news)
      pulls.push_back(std::move(i->second));
    i = news ? pulls_.erase(i) : std::next(i);
  }
  for (auto& x : pulls)
    serve(std::move(x), false);
}

/// Whoever waits for the reign that ended waits in vain.
void simulated_partition::refuse_all() {
  for (auto& x : std::exchange(appends_, {})) {
    x.finished.why = {actors::errc::not_leader, "the reign ended"};
    x.done(x.finished);
  }
  for (auto& [id, x] : std::exchange(pulls_, {}))
    x.answer({core_->refusal_of(x.request), {}});
  told_high_watermark_.clear();
}

void simulated_partition::look_around() {
  if (core_ == nullptr)
    return;
  if (world_.network().chance(100))
    save_checkpoint();
  if (!core_->leads())
    return;
  std::vector<parked_pull> over;
  for (auto i = pulls_.begin(); i != pulls_.end();) {
    bool late = i->second.until_ms <= now().steady_ms;
    if (late)
      over.push_back(std::move(i->second));
    i = late ? pulls_.erase(i) : std::next(i);
  }
  for (auto& x : over)
    serve(std::move(x), false);
  propose_isr();
}

} // namespace troupe::simulation
