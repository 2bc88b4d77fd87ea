// SPDX-License-Identifier: Apache-2.0
#include "metrics_actor.h"

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// Who is slower has other things to do; the look comes again.
constexpr std::chrono::seconds answer_timeout{2};
/// Partitions asked at a time.
constexpr size_t asked_max = 64;

} // namespace

metrics_actor::behavior_type
metrics(metrics_actor::stateful_pointer<metrics_state> self,
        metrics_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
      [&state](const collect_metrics&) { return state.on_collect_metrics(); },
  };
}

caf::result<metrics_collected> metrics_state::on_collect_metrics() {
  auto promise = self->make_response_promise<metrics_collected>();
  waiting_.push_back(promise);
  if (waiting_.size() == 1)
    begin_round();
  return promise;
}

void metrics_state::begin_round() {
  lag_ = cluster::group_lag{config_.lags};
  complete_ = false;
  routes_ = config_.routes->get();
  ask_commits({});
}

void metrics_state::ask_commits(list_commits page) {
  self->request(config_.commits, answer_timeout, std::move(page))
      .then([this](const commits_listed& x) { take_commits(x); },
            [this](const caf::error&) { ask_high_watermarks(); });
}

void metrics_state::take_commits(const commits_listed& x) {
  for (const auto& commit : x.commits)
    lag_.add(commit);
  if (x.next && !lag_.full())
    return ask_commits(*x.next);
  complete_ = !x.next && lag_.left_out() == 0;
  ask_high_watermarks();
}

void metrics_state::ask_high_watermarks() {
  to_ask_ = lag_.partitions();
  asked_ = 0;
  for (size_t i = 0; i < asked_max; ++i)
    ask_next_high_watermark();
  if (asked_ == 0)
    ask_peers();
}

void metrics_state::ask_next_high_watermark() {
  while (!to_ask_.empty()) {
    auto name = std::move(to_ask_.back());
    to_ask_.pop_back();
    auto replica = replica_of(name);
    if (replica == nullptr)
      continue;
    ++asked_;
    self->request(replica, answer_timeout, describe_partition{})
        .then(
            [this, name](const partition_description& x) {
              if (x.why.ok())
                lag_.know_high_watermark(name, x.high_watermark);
              high_watermark_answered();
            },
            [this](const caf::error&) { high_watermark_answered(); });
    return;
  }
}

void metrics_state::high_watermark_answered() {
  --asked_;
  ask_next_high_watermark();
  if (asked_ == 0)
    ask_peers();
}

void metrics_state::ask_peers() {
  if (config_.membership == nullptr)
    return end_round({});
  self->request(config_.membership, answer_timeout, describe_peers{})
      .then([this](peers_description& x) { end_round(std::move(x.peers)); },
            [this](const caf::error&) { end_round({}); });
}

void metrics_state::end_round(std::vector<peer_description> peers) {
  metrics_collected answer;
  answer.lags = lag_.report();
  answer.lags_complete = complete_;
  answer.peers = std::move(peers);
  routes_.reset();
  for (auto& x : std::exchange(waiting_, {}))
    x.deliver(answer);
}

partition_actor
metrics_state::replica_of(const storage::topic_partition& x) const {
  auto route = routes_->find(x.topic);
  auto index = static_cast<size_t>(x.partition);
  if (route == nullptr || x.partition < 0 || index >= route->partitions.size())
    return {};
  return route->partitions[index].actor;
}

} // namespace troupe::actors
