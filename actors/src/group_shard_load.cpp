// SPDX-License-Identifier: Apache-2.0
#include "group_shard.h"

#include <troupe/storage/assert.h>
#include <troupe/storage/record_batch.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

/// Nobody but us writes here, and we do not compress: more is damage.
constexpr size_t decompressed_bytes_max = 256 * 1024 * 1024;

} // namespace

result<void> group_shard::open(const storage::uuid& topic_id,
                               storage::offset_t log_start,
                               storage::offset_t log_end) {
  ASSERT(phase_ == phase::closed);
  if (auto from = offsets_.open(topic_id, log_start, log_end); !from)
    return failure(std::move(from.error()));
  topic_id_ = topic_id;
  log_start_ = log_start;
  unproven_ = next_offset() > log_start
              && offsets_.leader_epoch() != storage::no_leader_epoch;
  phase_ = phase::following;
  return {};
}

result<void> group_shard::lead(storage::leader_epoch_t epoch, uint64_t seed) {
  ASSERT(phase_ == phase::following);
  leader_epoch_ = epoch;
  seed_ = seed;
  phase_ = phase::loading;
  make_groups();
  return load_groups();
}

void group_shard::make_groups() {
  groups_.emplace(config_, seed_);
  if (topics_ != nullptr)
    groups_->know_topics(topics_);
}

void group_shard::know_topics(
    std::shared_ptr<const cluster::group_topics> topics) {
  topics_ = std::move(topics);
  if (groups_)
    groups_->know_topics(topics_);
}

result<void> group_shard::load_groups() {
  for (const auto& prefix : cluster::group_key_prefixes()) {
    std::string_view wanted{reinterpret_cast<const char*>(prefix.data()),
                            prefix.size()};
    auto done = offsets_.scan(wanted, [this](auto key, auto value) {
      load_record(key, value);
      return true;
    });
    if (!done)
      return done;
  }
  return {};
}

void group_shard::load_record(std::string_view key,
                              std::optional<std::string_view> value) {
  if (!groups_)
    return;
  std::optional<std::span<const std::byte>> bytes;
  if (value)
    bytes = std::as_bytes(std::span{*value});
  // What cannot be read is kept in the view: a newer version's record, which
  // is no reason to forget all others.
  auto record =
      cluster::decode_group_record(std::as_bytes(std::span{key}), bytes);
  if (record)
    groups_->load(*record);
}

result<void> group_shard::load(std::span<const std::byte> batches) {
  ASSERT(phase_ == phase::following || phase_ == phase::loading);
  // Compaction took the batch that would prove the view.
  if (batches.empty())
    unproven_ = false;
  while (!batches.empty()) {
    auto header = storage::parse_batch_header(batches);
    if (!header)
      return failure(std::move(header.error()));
    if (header->size_bytes() > batches.size())
      return failure(storage::errc::corrupt_batch,
                     "a batch of " + to_string(name_) + " is cut off");
    if (unproven_) {
      auto before = next_offset();
      if (auto done = prove(*header); !done)
        return done;
      // These batches come too late for a view that begins anew.
      if (next_offset() != before)
        return {};
    }
    auto batch = batches.first(header->size_bytes());
    batches = batches.subspan(header->size_bytes());
    if (auto done = load_batch(batch, *header); !done)
      return done;
  }
  return {};
}

result<void> group_shard::prove(const storage::batch_header& first) {
  unproven_ = false;
  if (first.base_offset >= next_offset()
      || first.leader_epoch == offsets_.leader_epoch())
    return {};
  if (phase_ == phase::loading)
    make_groups();
  return offsets_.begin_anew(topic_id_, log_start_);
}

result<void> group_shard::load_batch(std::span<const std::byte> bytes,
                                     const storage::batch_header& x) {
  if (!x.control()) {
    auto read = storage::for_each_record(
        bytes, decompressed_bytes_max, [&](const storage::record_view& record) {
          if (!record.key || record.offset < next_offset())
            return true;
          std::optional<std::string> value;
          if (record.value)
            value.emplace(*record.value);
          offsets_.put(std::string{*record.key}, std::move(value));
          load_record(*record.key, record.value);
          return true;
        });
    if (!read)
      return read;
  }
  // The first batch may begin, and even end, before what was asked for.
  if (x.next_offset() > next_offset())
    offsets_.advance(x.next_offset(), x.leader_epoch);
  return offsets_.full() ? offsets_.update() : result<void>{};
}

void group_shard::loaded(cluster::group_time now) {
  ASSERT(phase_ == phase::loading);
  phase_ = phase::serving;
  take(groups_->loaded(now));
}

} // namespace troupe::actors
