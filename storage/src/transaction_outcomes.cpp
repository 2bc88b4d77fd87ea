// SPDX-License-Identifier: Apache-2.0
#include "transaction_outcomes.h"

#include "big_endian.h"
#include "raw_records.h"

#include <algorithm>
#include <optional>

namespace troupe::storage {

namespace {

/// The key of a control record: version i16 | type i16.
constexpr int16_t abort_type = 0;
constexpr int16_t commit_type = 1;
constexpr size_t control_key_bytes = 4;

std::optional<int16_t> control_type(std::span<const std::byte> batch) {
  auto area = batch.subspan(batch_header_bytes);
  auto record = take_record(area);
  if (!record || !record->key || record->key->size() < control_key_bytes)
    return std::nullopt;
  auto* key = reinterpret_cast<const std::byte*>(record->key->data());
  return load_big_endian<int16_t>(key + sizeof(int16_t));
}

} // namespace

void transaction_outcomes::note(const batch_header& header,
                                std::span<const std::byte> batch) {
  if (!header.transactional())
    return;
  auto& known = producers_[header.producer_id];
  if (!header.control()) {
    if (known.open_since == no_offset)
      known.open_since = header.base_offset;
    return;
  }
  auto type = control_type(batch);
  if (!type || (*type != abort_type && *type != commit_type))
    return;
  if (*type == abort_type && known.open_since != no_offset)
    known.aborted.push_back({known.open_since, header.base_offset});
  known.open_since = no_offset;
}

transaction_outcomes::outcome
transaction_outcomes::of(const batch_header& x) const {
  if (!x.transactional())
    return outcome::committed;
  auto found = producers_.find(x.producer_id);
  if (found == producers_.end())
    return outcome::committed;
  auto& known = found->second;
  if (known.open_since != no_offset && x.base_offset >= known.open_since)
    return outcome::open;
  auto after = std::upper_bound(
      known.aborted.begin(), known.aborted.end(), x.base_offset,
      [](offset_t offset, auto& span) { return offset < span.begin; });
  if (after == known.aborted.begin() || x.base_offset >= std::prev(after)->end)
    return outcome::committed;
  return outcome::aborted;
}

} // namespace troupe::storage
