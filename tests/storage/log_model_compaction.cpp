// SPDX-License-Identifier: Apache-2.0
#include "log_model.h"

#include <algorithm>
#include <set>

namespace troupe::storage::test {

std::string log_model::adopt_batch(std::span<const std::byte> bytes,
                                   std::vector<model_batch>& into) const {
  auto header = *parse_batch_header(bytes);
  auto where = " at " + std::to_string(header.base_offset);
  auto original = std::lower_bound(
      originals_.begin(), originals_.end(), header.base_offset,
      [](auto& x, offset_t offset) { return x.base_offset < offset; });
  if (original == originals_.end()
      || original->base_offset != header.base_offset
      || original->next_offset() != header.next_offset())
    return "a batch that was never appended" + where;
  if (header.leader_epoch != original->epoch
      || header.producer_id != original->producer
      || header.base_sequence != original->sequence)
    return "compaction changed the header" + where;
  auto x = *original;
  x.records.clear();
  x.max_timestamp = header.max_timestamp;
  x.sent = buffer::copy_of(bytes);
  std::string wrong;
  auto done = for_each_record(bytes, 1 << 20, [&](const record_view& each) {
    model_record found;
    found.offset_delta = static_cast<int32_t>(each.offset - x.base_offset);
    found.timestamp = each.timestamp;
    found.key = each.key.value_or("");
    if (each.value)
      found.value = *each.value;
    auto& all = original->records;
    if (std::find(all.begin(), all.end(), found) == all.end())
      wrong = "a record that was never appended" + where;
    x.records.push_back(std::move(found));
    return true;
  });
  if (!done)
    return to_string(done.error()) + where;
  into.push_back(std::move(x));
  return wrong;
}

std::string log_model::check_last_values(const std::vector<model_batch>& found,
                                         bool tombstones_stay) const {
  std::set<offset_t> present;
  for (auto& batch : found)
    for (auto& x : batch.records)
      present.insert(batch.base_offset + x.offset_delta);
  struct last_record {
    offset_t offset;
    bool tombstone;
  };
  std::map<std::string, last_record> last;
  for (auto& batch : originals_)
    for (auto& x : batch.records)
      if (batch.base_offset + x.offset_delta >= start_)
        last[x.key] = {batch.base_offset + x.offset_delta, !x.value};
  for (auto& [key, x] : last)
    if (!present.contains(x.offset) && (!x.tombstone || tombstones_stay))
      return "key " + key + " lost its last value at "
             + std::to_string(x.offset);
  return {};
}

std::string log_model::adopt(log& x, bool tombstones_stay) {
  std::vector<model_batch> found;
  for (auto from = start_; from < end_;) {
    auto read = x.read(from, 1, end_, read_mode::blocking);
    if (!read)
      return "adopt: " + to_string(read.error());
    std::vector<std::byte> bytes(read->records.size);
    auto size = read->records.source->read(read->records.position, bytes);
    if (!size || *size != bytes.size() || bytes.empty())
      return "adopt: no batch for " + std::to_string(from);
    if (auto wrong = adopt_batch(bytes, found); !wrong.empty())
      return wrong;
    from = found.back().next_offset();
  }
  if (auto wrong = check_last_values(found, tombstones_stay); !wrong.empty())
    return wrong;
  std::erase_if(batches_,
                [&](auto& batch) { return batch.next_offset() > start_; });
  batches_.insert(batches_.end(), found.begin(), found.end());
  return {};
}

} // namespace troupe::storage::test
