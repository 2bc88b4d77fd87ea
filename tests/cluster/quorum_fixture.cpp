// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_fixture.h>

#include <iterator>
#include <utility>

namespace troupe::cluster::test {

quorum_fixture::quorum_fixture(std::vector<quorum_voter> voters) {
  if (!voters.empty()) {
    (void)disk_.append_as_leader(voters_replaced{std::move(voters)}, 1, 0);
    (void)disk_.save_election({1, no_node});
    (void)disk_.sync();
  }
}

void quorum_fixture::start() {
  quorum_config config;
  config.self = 1;
  config.cluster_id = "cluster";
  core_.emplace(std::move(config), disk_, 1);
  core_->start(now());
  take();
}

void quorum_fixture::restart() {
  core_.reset();
  disk_.crash(random_);
  forget();
  start();
}

void quorum_fixture::pass(int64_t ms) {
  auto end = now_ms_ + ms;
  while (core_->next_deadline_ms() <= end) {
    now_ms_ = std::max(now_ms_, core_->next_deadline_ms());
    core_->tick(now());
    take();
  }
  now_ms_ = end;
}

void quorum_fixture::hear(node_id from, const quorum_message& x) {
  core_->receive(from, x, now());
  take();
}

void quorum_fixture::take() {
  auto x = core_->take_effects();
  std::move(x.messages.begin(), x.messages.end(),
            std::back_inserter(effects_.messages));
  effects_.leadership_changed |= x.leadership_changed;
  effects_.high_watermark_moved |= x.high_watermark_moved;
  effects_.voters_changed |= x.voters_changed;
  effects_.log_replaced |= x.log_replaced;
  effects_.flush_wanted = x.flush_wanted;
  if (x.truncated_to)
    effects_.truncated_to = x.truncated_to;
}

void quorum_fixture::follow(node_id leader, leader_epoch_t epoch) {
  hear(leader, epoch_begun{epoch, leader});
  CHECK(core().role() == quorum_role::follower);
  CHECK(core().leader() == leader);
}

void quorum_fixture::fetched(node_id leader, leader_epoch_t epoch,
                             const quorum_batches& batches,
                             offset_t high_watermark) {
  auto asked = said_to<quorum_fetch>(leader);
  forget();
  hear(leader, quorum_fetched{asked.fetch_id, epoch, leader, high_watermark,
                              fetched_batches{encode(batches)}});
}

void quorum_fixture::elect() {
  while (core().role() != quorum_role::prospective)
    pass_deadline();
  auto others = disk_.voters();
  auto epoch = core().epoch();
  for (const auto& x : others)
    if (x.id != 1 && core().role() == quorum_role::prospective)
      hear(x.id, vote_answer{vote_kind::pre_vote, epoch, no_node, true});
  REQUIRE(core().role() == quorum_role::candidate);
  for (const auto& x : others)
    if (x.id != 1 && core().role() == quorum_role::candidate)
      hear(x.id, vote_answer{vote_kind::vote, epoch + 1, no_node, true});
  REQUIRE(core().role() == quorum_role::leader);
}

void quorum_fixture::fetch_from(node_id from, offset_t end_offset,
                                leader_epoch_t last_epoch, uint64_t id) {
  hear(from, quorum_fetch{id, core().epoch(), from, end_offset, last_epoch,
                          core().high_watermark()});
}

} // namespace troupe::cluster::test
