// SPDX-License-Identifier: Apache-2.0
#include "simulated_metadata.h"

#include "simulated_cluster.h"

#include <algorithm>
#include <utility>

namespace troupe::simulation {

namespace {

constexpr int64_t voters_interval_ms = 200;
constexpr size_t voters_max = 3;
constexpr uint32_t check_bytes = 1 << 20;

actors::problem not_controller(const std::string& why) {
  return cluster::decision{cluster::refusal::not_controller, why};
}

} // namespace

simulated_metadata::simulated_metadata(simulated_cluster& world, node_id self)
    : world_(world), self_(self),
      controller_(world.config_of(self), world.network().below(1u << 30)) {}

void simulated_metadata::start() {
  cluster::metadata_log_options options;
  options.directory = "/metadata";
  options.now = world_.network().now().wall_ms;
  options.snapshot_records = world_.snapshot_records;
  auto opened = cluster::metadata_log::open(world_.disk(self_), options);
  if (!opened) {
    world_.violation("the metadata of node " + std::to_string(self_)
                     + " does not open: " + opened.error().message);
    return;
  }
  log_ = std::move(*opened);
  core_.emplace(world_.quorum_config_of(self_), *log_,
                world_.network().below(1u << 30));
  core_->set_contacts(world_.ids(), world_.network().now());
  core_->start(world_.network().now());
  settle();
}

void simulated_metadata::receive(node_id from,
                                 const cluster::quorum_message& x) {
  if (!core_)
    return;
  core_->receive(from, x, world_.network().now());
  settle();
}

void simulated_metadata::suspect(node_id id) {
  if (!core_)
    return;
  core_->suspect(id, world_.network().now());
  if (upkeep_)
    upkeep_->sessions().suspect(id, world_.network().now_ms());
  settle();
}

void simulated_metadata::settle() {
  take_effects();
  look_at_office();
  consider_voters();
  while (run_round())
    take_effects();
  arm();
}

void simulated_metadata::take_effects() {
  for (bool flushed = true; flushed;) {
    auto effects = core_->take_effects();
    for (auto& x : effects.messages)
      world_.post(self_, x.to, std::move(x.message));
    if (effects.truncated_to && proposed_
        && *effects.truncated_to < proposed_->end_offset)
      forget_proposal("another leader decided otherwise");
    if (effects.log_replaced)
      forget_proposal("what became of it is not known");
    flushed = effects.flush_wanted;
    if (flushed)
      core_->flush(world_.network().now());
  }
  if (const auto& error = core_->storage_error())
    world_.violation("the quorum of node " + std::to_string(self_)
                     + " failed: " + error->message);
  check_agreed();
  if (proposed_ && proposed_->end_offset <= core_->high_watermark())
    std::exchange(proposed_, std::nullopt)->done({});
  if (told_image_ != log_->image()) {
    told_image_ = log_->image();
    world_.network().at(self_, 0, [this] { world_.image_changed(self_); });
  }
}

void simulated_metadata::forget_proposal(const std::string& why) {
  if (proposed_)
    std::exchange(proposed_, std::nullopt)
        ->done({actors::errc::timed_out, why});
}

void simulated_metadata::look_at_office() {
  if (core_->ready() && !upkeep_)
    upkeep_.emplace(world_.config_of(self_).cluster, *image(),
                    world_.network().now_ms());
  if (core_->ready() || !upkeep_)
    return;
  upkeep_.reset();
  for (auto& x : std::exchange(questions_, {}))
    x.done(not_controller("this node decides no more"));
}

void simulated_metadata::decide(metadata_question x) {
  if (!upkeep_) {
    x.done(not_controller("another node decides"));
    return;
  }
  questions_.push_back(std::move(x));
  settle();
}

void simulated_metadata::heartbeat(
    const cluster::node_heartbeat& x,
    std::function<void(const actors::problem&)> done) {
  decide({[this, x](const cluster::metadata_image& image) {
            return controller_
                .heartbeat(image, x, upkeep_->sessions(),
                           world_.network().now_ms())
                .decided;
          },
          std::move(done)});
}

/// One decision at a time, each on what the one before made.
bool simulated_metadata::run_round() {
  if (!upkeep_ || proposed_)
    return false;
  if (questions_.empty()) {
    auto wanted =
        upkeep_->tick(controller_, *image(), world_.network().now_ms());
    return !wanted.records.empty()
           && carry_out(wanted, [](const actors::problem&) {});
  }
  auto x = std::move(questions_.front());
  questions_.pop_front();
  auto decided = x.decide(*image());
  if (decided.records.empty())
    x.done(actors::problem{decided.verdict});
  else
    carry_out(decided, std::move(x.done));
  return true;
}

/// False when the quorum does not take it now.
bool simulated_metadata::carry_out(
    const cluster::outcome& x,
    std::function<void(const actors::problem&)> done) {
  auto end =
      core_->propose(x.records, image()->end_offset, world_.network().now());
  if (end)
    proposed_ = proposal{*end, std::move(done)};
  else
    done(not_controller(std::string{to_string(end.error())}));
  return end.has_value();
}

/// As the actor does: up to three nodes that are in service vote.
void simulated_metadata::consider_voters() {
  auto now = world_.network().now();
  if (!upkeep_ || now.steady_ms < voters_due_ms_)
    return;
  voters_due_ms_ = now.steady_ms + voters_interval_ms;
  if (log_->voters().size() >= voters_max)
    return;
  for (const auto& x : core_->describe(now).replicas) {
    auto node = image()->nodes.find(x.id);
    if (x.voter || node == image()->nodes.end() || node->second.fenced)
      continue;
    if (core_->add_voter(
            {x.id, node->second.cluster_host, node->second.cluster_port},
            now)) {
      take_effects();
      return;
    }
  }
}

/// Everything that is agreed on here is what was agreed on everywhere.
void simulated_metadata::check_agreed() {
  auto end = core_->high_watermark();
  checked_end_ = std::max(checked_end_, log_->start_offset());
  while (checked_end_ < end) {
    auto bytes = log_->read(checked_end_, check_bytes);
    if (!bytes || bytes->empty()) {
      world_.violation("agreed metadata cannot be read");
      return;
    }
    checked_end_ = world_.metadata_agreed(self_, *bytes, end);
  }
}

void simulated_metadata::arm() {
  auto next = core_->next_deadline_ms();
  if (upkeep_)
    next = std::min({next, upkeep_->next_deadline_ms(), voters_due_ms_});
  next = std::max(next, world_.network().now_ms() + 1);
  if (armed_ms_ > world_.network().now_ms() && armed_ms_ <= next)
    return;
  armed_ms_ = next;
  world_.network().at(
      self_, std::min<int64_t>(next - world_.network().now_ms(), 60'000),
      [this, number = ++armed_number_] { tick(number); });
}

void simulated_metadata::tick(uint64_t number) {
  if (number != armed_number_)
    return;
  armed_ms_ = -1;
  core_->tick(world_.network().now());
  if (upkeep_)
    upkeep_->sessions().look(world_.network().now_ms());
  settle();
}

} // namespace troupe::simulation
