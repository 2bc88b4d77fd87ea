// SPDX-License-Identifier: Apache-2.0
#include "producer_table.h"

#include "big_endian.h"
#include "byte_reader.h"

#include <algorithm>
#include <limits>
#include <string>

// Encoded form, integers big-endian:
//   version i16 | producers i32 | per producer, idlest first:
//     id i64 | epoch i16 | last timestamp i64 | batches u8 | per batch:
//       base offset i64 | timestamp i64 | last offset delta i32 |
//       base sequence i32

namespace troupe::storage {

namespace {

constexpr int16_t encoding_version = 1;
constexpr size_t producer_bytes_min = 19;
constexpr int32_t sequence_max = std::numeric_limits<int32_t>::max();

int32_t sequence_after(int32_t x) {
  return x == sequence_max ? 0 : x + 1;
}

tl::unexpected<error> malformed(const char* what) {
  return failure(errc::corrupt_log,
                 std::string{"decode producer table: "} + what);
}

} // namespace

int32_t producer_table::producer::last_sequence() const noexcept {
  // A producer known by markers only has not sent its first sequence yet.
  if (batches_count == 0)
    return -1;
  const auto& last = batches[batches_count - 1];
  batch_header h;
  h.base_sequence = last.base_sequence;
  h.last_offset_delta = last.last_offset_delta;
  return h.last_sequence();
}

void producer_table::producer::remember(const cached_batch& x) noexcept {
  if (batches_count == batches_max) {
    std::move(batches.begin() + 1, batches.end(), batches.begin());
    --batches_count;
  }
  batches[batches_count++] = x;
}

result<producer_table::checked>
producer_table::check(const batch_header& h) const {
  if (!h.has_producer())
    return checked{};
  auto found = by_id_.find(h.producer_id);
  if (found == by_id_.end())
    return checked{};
  const producer& known = *found->second;
  if (h.producer_epoch < known.epoch)
    return failure(errc::invalid_producer_epoch,
                   "producer " + std::to_string(known.id) + ": epoch "
                       + std::to_string(h.producer_epoch) + " is older than "
                       + std::to_string(known.epoch));
  if (h.control())
    return checked{};
  auto same_epoch = h.producer_epoch == known.epoch;
  if (same_epoch)
    for (size_t i = 0; i < known.batches_count; ++i) {
      const auto& x = known.batches[i];
      if (x.base_sequence == h.base_sequence
          && x.last_offset_delta == h.last_offset_delta)
        return checked{verdict::duplicate, x.base_offset,
                       x.base_offset + x.last_offset_delta + 1, x.timestamp};
    }
  auto expected = same_epoch ? sequence_after(known.last_sequence()) : 0;
  if (h.base_sequence != expected)
    return failure(errc::out_of_order_sequence,
                   "producer " + std::to_string(known.id) + ": sequence "
                       + std::to_string(h.base_sequence) + " where "
                       + std::to_string(expected) + " was expected");
  return checked{};
}

void producer_table::update(const batch_header& stamped) {
  if (!stamped.has_producer())
    return;
  auto& known = touch(stamped.producer_id);
  if (known.epoch != stamped.producer_epoch) {
    known.epoch = stamped.producer_epoch;
    known.batches_count = 0;
  }
  known.last_timestamp = stamped.max_timestamp;
  // Markers carry no sequence, and a replayed log may hold other oddities.
  if (!stamped.control() && stamped.base_sequence >= 0
      && stamped.base_offset >= 0
      && stamped.next_offset() > stamped.base_offset)
    known.remember({stamped.base_offset, stamped.max_timestamp,
                    stamped.last_offset_delta, stamped.base_sequence});
  enforce_bound();
}

/// The producer, known from now on, as the least idle one.
producer_table::producer& producer_table::touch(producer_id_t id) {
  auto [found, is_new] = by_id_.try_emplace(id);
  if (is_new) {
    found->second = by_idleness_.emplace(by_idleness_.end());
    found->second->id = id;
  } else {
    by_idleness_.splice(by_idleness_.end(), by_idleness_, found->second);
  }
  return *found->second;
}

void producer_table::enforce_bound() {
  while (by_id_.size() > producers_max_) {
    by_id_.erase(by_idleness_.front().id);
    by_idleness_.pop_front();
  }
}

void producer_table::expire(timestamp_ms now, int64_t expiration_ms) {
  auto last_allowed = now - expiration_ms;
  std::erase_if(by_idleness_, [&](const producer& x) {
    if (x.last_timestamp > last_allowed)
      return false;
    by_id_.erase(x.id);
    return true;
  });
}

void producer_table::set_bound(int64_t producers_max) {
  producers_max_ = static_cast<size_t>(std::max<int64_t>(producers_max, 0));
  enforce_bound();
}

std::vector<std::byte> producer_table::encode() const {
  std::vector<std::byte> bytes;
  bytes.reserve(6 + by_id_.size() * 64);
  append_big_endian(bytes, encoding_version);
  append_big_endian(bytes, static_cast<int32_t>(by_id_.size()));
  for (const auto& x : by_idleness_) {
    append_big_endian(bytes, x.id);
    append_big_endian(bytes, x.epoch);
    append_big_endian(bytes, x.last_timestamp);
    append_big_endian(bytes, x.batches_count);
    for (size_t i = 0; i < x.batches_count; ++i) {
      append_big_endian(bytes, x.batches[i].base_offset);
      append_big_endian(bytes, x.batches[i].timestamp);
      append_big_endian(bytes, x.batches[i].last_offset_delta);
      append_big_endian(bytes, x.batches[i].base_sequence);
    }
  }
  return bytes;
}

result<producer_table>
producer_table::decode(std::span<const std::byte> bytes) {
  byte_reader in{bytes};
  auto version = in.integer<int16_t>();
  if (in.ok() && version != encoding_version)
    return failure(errc::unsupported_format,
                   "decode producer table: version " + std::to_string(version));
  auto count = in.integer<int32_t>();
  if (!in.ok() || count < 0
      || static_cast<size_t>(count) > in.left() / producer_bytes_min)
    return malformed("impossible count");
  producer_table table;
  for (int32_t i = 0; i < count && in.ok(); ++i) {
    producer x;
    x.id = in.integer<int64_t>();
    x.epoch = in.integer<int16_t>();
    x.last_timestamp = in.integer<int64_t>();
    x.batches_count = in.integer<uint8_t>();
    if (x.id < 0 || x.batches_count > batches_max)
      return malformed("impossible producer");
    for (size_t j = 0; j < x.batches_count; ++j) {
      auto& batch = x.batches[j];
      batch.base_offset = in.integer<int64_t>();
      batch.timestamp = in.integer<int64_t>();
      batch.last_offset_delta = in.integer<int32_t>();
      batch.base_sequence = in.integer<int32_t>();
      if (batch.last_offset_delta < 0 || batch.base_sequence < 0
          || batch.base_offset < 0
          || batch.base_offset >= std::numeric_limits<offset_t>::max()
                                      - batch.last_offset_delta)
        return malformed("impossible batch");
    }
    if (table.by_id_.contains(x.id))
      return malformed("a producer twice");
    table.touch(x.id) = x;
  }
  if (!in.ok() || in.left() != 0)
    return malformed("wrong size");
  table.enforce_bound();
  return table;
}

std::vector<active_producer> producer_table::active() const {
  std::vector<active_producer> all;
  all.reserve(by_id_.size());
  for (const auto& x : by_idleness_)
    all.push_back({x.id, x.epoch, x.last_sequence(), x.last_timestamp});
  std::sort(all.begin(), all.end(),
            [](const auto& x, const auto& y) { return x.id < y.id; });
  return all;
}

std::unordered_map<producer_id_t, offset_t>
producer_table::last_offsets(offset_t end) const {
  std::unordered_map<producer_id_t, offset_t> all;
  for (const auto& x : by_idleness_) {
    if (x.batches_count == 0)
      continue;
    auto& last = all.emplace(x.id, no_offset).first->second;
    for (size_t i = 0; i < x.batches_count; ++i) {
      auto offset = x.batches[i].base_offset + x.batches[i].last_offset_delta;
      if (offset < end)
        last = offset;
    }
  }
  return all;
}

void producer_table::clear() {
  by_id_.clear();
  by_idleness_.clear();
}

} // namespace troupe::storage
