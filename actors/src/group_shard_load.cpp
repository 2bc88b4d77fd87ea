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
                               storage::offset_t log_end, uint64_t seed) {
  ASSERT(phase_ == phase::closed);
  if (auto from = offsets_.open(topic_id, log_start, log_end); !from)
    return failure(std::move(from.error()));
  groups_.emplace(config_, seed);
  if (topics_ != nullptr)
    groups_->know_topics(topics_);
  phase_ = phase::loading;
  return load_groups();
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
  ASSERT(phase_ == phase::loading);
  while (!batches.empty()) {
    auto header = storage::parse_batch_header(batches);
    if (!header)
      return failure(std::move(header.error()));
    if (header->size_bytes() > batches.size())
      return failure(storage::errc::corrupt_batch,
                     "a batch of " + to_string(name_) + " is cut off");
    auto batch = batches.first(header->size_bytes());
    batches = batches.subspan(header->size_bytes());
    if (!header->control()) {
      auto read = storage::for_each_record(
          batch, decompressed_bytes_max, [&](const storage::record_view& x) {
            if (!x.key || x.offset < next_offset())
              return true;
            std::optional<std::string> value;
            if (x.value)
              value.emplace(*x.value);
            offsets_.put(std::string{*x.key}, std::move(value));
            load_record(*x.key, x.value);
            return true;
          });
      if (!read)
        return read;
    }
    // The first batch may begin before what was asked for.
    offsets_.advance(std::max(next_offset(), header->next_offset()));
    if (offsets_.full())
      if (auto done = offsets_.update(); !done)
        return done;
  }
  return {};
}

void group_shard::loaded(cluster::group_time now) {
  ASSERT(phase_ == phase::loading);
  phase_ = phase::serving;
  take(groups_->loaded(now));
}

} // namespace troupe::actors
