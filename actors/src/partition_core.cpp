// SPDX-License-Identifier: Apache-2.0
#include "partition_core.h"

#include <troupe/cluster/epoch_check.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

constexpr int16_t acks_all = -1;

/// Whether the same batch may be taken a moment later.
bool passes(const problem& x) {
  if (const auto* ours = std::get_if<errc>(&x.code))
    return *ours == errc::not_enough_replicas;
  const auto* theirs = std::get_if<storage::errc>(&x.code);
  return theirs != nullptr
         && (*theirs == storage::errc::disk_full
             || *theirs == storage::errc::busy);
}

} // namespace

partition_core::partition_core(std::unique_ptr<storage::log> log,
                               const partition_core_config& config,
                               const cluster::partition_registration& x,
                               const partition_time& now)
    : log_(std::move(log)), config_(config),
      role_(role_for(x, config.high_watermark, now)), in_sync_(x.isr) {
  show_offsets();
}

std::variant<cluster::leader_replication, cluster::follower_replication>
partition_core::role_for(const cluster::partition_registration& x,
                         storage::offset_t high_watermark,
                         const partition_time& now) const {
  auto end = log_->end_offset();
  high_watermark = std::clamp(high_watermark, log_->start_offset(), end);
  if (x.leader != config_.self)
    return follower_role{x, high_watermark, end};
  return leader_role{config_.self,
                     waits_for_sync(),
                     x,
                     {end, log_->recovery_point(), high_watermark},
                     now.steady_ms};
}

cluster::leader_epoch_t partition_core::epoch() const noexcept {
  return std::visit([](const auto& x) { return x.epoch(); }, role_);
}

problem partition_core::why_not_leading() const {
  return refuse(storage::no_leader_epoch, read_source::leader);
}

storage::offset_t partition_core::high_watermark() const noexcept {
  return std::visit([](const auto& x) { return x.high_watermark(); }, role_);
}

problem partition_core::refuse() const {
  if (closed())
    return {errc::unknown_partition, "the partition is closed"};
  if (failed_)
    return {errc::partition_offline, reason_};
  return {};
}

problem partition_core::refuse(cluster::leader_epoch_t claimed,
                               read_source source) const {
  if (auto why = refuse(); !why.ok())
    return why;
  if (!leads() && source == read_source::leader)
    return {errc::not_leader, "another node leads the partition"};
  switch (cluster::check_epoch(claimed, epoch())) {
  case cluster::epoch_check::ok:
    return {};
  case cluster::epoch_check::fenced:
    return {errc::fenced_leader_epoch, "the leader epoch is out of date"};
  case cluster::epoch_check::unknown:
    return {errc::unknown_leader_epoch, "the leader epoch is not known yet"};
  }
  return {errc::internal, "an epoch check without a case"};
}

problem partition_core::note(storage::error x) {
  if (x.code == storage::errc::io || x.code == storage::errc::poisoned)
    fail(to_string(x));
  return problem{std::move(x)};
}

void partition_core::show_offsets() {
  auto order = std::memory_order_release;
  live_->high_watermark.store(high_watermark(), order);
  live_->log_start_offset.store(log_->start_offset(), order);
}

void partition_core::begin_reign() {
  // What another leader took instead, only its log can tell.
  refused_.clear();
  live_->reign.fetch_add(1, std::memory_order_release);
}

append_finished partition_core::append(const storage::buffer& batch,
                                       int16_t acks,
                                       const partition_time& now) {
  return append(batch, acks, storage::append_origin::client, now);
}

append_finished partition_core::append_staged(const storage::buffer& batch,
                                              int16_t acks,
                                              const partition_time& now) {
  return append(batch, acks, storage::append_origin::staged, now);
}

append_finished partition_core::append(const storage::buffer& batch,
                                       int16_t acks,
                                       storage::append_origin origin,
                                       const partition_time& now) {
  append_finished answer;
  answer.why = refuse(storage::no_leader_epoch, read_source::leader);
  if (!answer.why.ok())
    return answer;
  // What is no batch the log refuses.
  auto header = storage::parse_batch_header(batch.bytes());
  if (header && !refused_.empty())
    answer.why = refused_.judge(*header, now.steady_ms);
  if (!answer.why.ok())
    return answer;
  write(batch, acks, origin, now, answer);
  // A late copy of what was taken before is missed by nobody.
  if (header && passes(answer.why) && log_->is_next_of_producer(*header))
    refused_.note(*header, answer.why, now.steady_ms);
  return answer;
}

void partition_core::write(const storage::buffer& batch, int16_t acks,
                           storage::append_origin origin,
                           const partition_time& now, append_finished& answer) {
  if (acks == acks_all && too_few_in_sync()) {
    answer.why = {errc::not_enough_replicas,
                  "fewer replicas are in sync than min.insync.replicas"};
    return;
  }
  storage::append_options how{
      .leader_epoch = epoch(), .now = now.wall_ms, .origin = origin};
  auto appended = log_->append(batch, how, &answer.failures);
  if (!appended) {
    answer.why = note(std::move(appended.error()));
    return;
  }
  answer.info = *appended;
  answer.log_start_offset = log_->start_offset();
  leader()->appended(log_->end_offset(), now.steady_ms);
  show_offsets();
}

bool partition_core::too_few_in_sync() const noexcept {
  return leads()
         && static_cast<int64_t>(leader()->in_sync_count())
                < config_.min_insync_replicas;
}

storage::offset_t
partition_core::acknowledged_end(int16_t acks) const noexcept {
  return acks == acks_all || !leads() ? high_watermark() : leader()->own_end();
}

partition_core::read_outcome
partition_core::read(storage::offset_t from, uint32_t bytes_max,
                     cluster::leader_epoch_t claimed, read_source source) {
  read_outcome outcome;
  auto& answer = outcome.answer;
  answer.why = refuse(claimed, source);
  if (!answer.why.ok())
    return outcome;
  auto found =
      log_->read(from, bytes_max, high_watermark(), storage::read_mode::nowait);
  if (!found) {
    answer.why = note(std::move(found.error()));
    return outcome;
  }
  answer.records = std::move(found->records);
  answer.first_batch_bytes = found->first_batch_bytes;
  answer.high_watermark = high_watermark();
  answer.last_stable_offset = high_watermark();
  answer.log_start_offset = log_->start_offset();
  answer.more = found->more;
  if (found->ahead != nullptr)
    answer.ahead = {std::move(found->ahead), live_, live_->reign, epoch()};
  outcome.cold = found->cold;
  return outcome;
}

void partition_core::fail(std::string reason) {
  if (failed_)
    return;
  failed_ = true;
  reason_ = std::move(reason);
  begin_reign();
  if (!closed())
    log_->poison();
}

std::unique_ptr<storage::log> partition_core::release() {
  begin_reign();
  return std::move(log_);
}

} // namespace troupe::actors
