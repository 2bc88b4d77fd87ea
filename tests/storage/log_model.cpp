// SPDX-License-Identifier: Apache-2.0
#include "log_model.h"
#include "timestamps.h"

#include <algorithm>

namespace troupe::storage::test {

namespace {

std::string text(offset_t x) {
  return std::to_string(x);
}

} // namespace

void model_batch::add(model_record x) {
  x.offset_delta = offsets_count++;
  max_timestamp = std::max(max_timestamp, x.timestamp);
  records.push_back(std::move(x));
}

void log_model::append(model_batch x) {
  end_ = x.next_offset();
  originals_.push_back(x);
  batches_.push_back(std::move(x));
}

size_t log_model::index_of(offset_t offset) const {
  auto at = std::upper_bound(
      batches_.begin(), batches_.end(), offset,
      [](offset_t o, auto& batch) { return o < batch.next_offset(); });
  return static_cast<size_t>(at - batches_.begin());
}

offset_t log_model::boundary_below(offset_t offset) const {
  if (offset >= end_)
    return end_;
  // Nothing is known there: the cut is where it is.
  if (batches_.empty() || offset < batches_.front().base_offset)
    return offset;
  auto i = index_of(offset);
  auto base = batches_[i].base_offset;
  // Between batches: at the end of the one before.
  return base <= offset ? base : batches_[i - 1].next_offset();
}

void log_model::truncate_to(offset_t end) {
  for (auto* each : {&batches_, &originals_})
    while (!each->empty() && each->back().next_offset() > end)
      each->pop_back();
  end_ = end;
  start_ = std::min(start_, end_);
  synced_ = std::min(synced_, end_);
}

std::string log_model::survive_crash(const log& x, offset_t saved_start,
                                     offset_t saved_recovery_point) {
  auto start = x.start_offset();
  auto end = x.end_offset();
  if (start < saved_start)
    return "deleted records are back: start " + text(start) + ", saved "
           + text(saved_start);
  if (start > std::max(start_, saved_start))
    return "start moved up to " + text(start) + " from " + text(start_);
  if (end > end_)
    return "end " + text(end) + " beyond " + text(end_);
  if (end < synced_ && synced_ > start_)
    return "synced records are gone: end " + text(end) + ", synced "
           + text(synced_);
  if (x.recovery_point() < std::min(saved_recovery_point, end))
    return "recovery point moved back";
  if (x.segment_base_offsets().front() == end && boundary_below(end) != end) {
    batches_.clear();
    originals_.clear(); // begun anew at the log start offset
  } else {
    if (boundary_below(end) != end)
      return "end " + text(end) + " inside a batch";
    if (start < end
        && (batches_.empty() || batches_.front().base_offset > start))
      return "start " + text(start) + " before all that is known";
  }
  truncate_to(end);
  start_ = start;
  return {};
}

std::string log_model::check_bounds(const log& x) const {
  if (x.end_offset() != end_)
    return "end is " + text(x.end_offset()) + ", not " + text(end_);
  if (x.start_offset() != start_)
    return "start is " + text(x.start_offset()) + ", not " + text(start_);
  if (x.recovery_point() < start_ || x.recovery_point() > end_)
    return "recovery point " + text(x.recovery_point()) + " outside the log";
  return {};
}

std::string
log_model::compare(size_t i, std::span<const std::byte> bytes) const {
  auto& x = batches_[i];
  auto sent = x.sent.bytes();
  auto header = parse_batch_header(bytes);
  if (!header || header->size_bytes() != sent.size()
      || header->size_bytes() > bytes.size())
    return "no such batch at " + text(x.base_offset);
  auto records =
      bytes.subspan(batch_header_bytes, sent.size() - batch_header_bytes);
  if (header->base_offset != x.base_offset || header->leader_epoch != x.epoch
      || header->max_timestamp != x.max_timestamp
      || header->producer_id != x.producer
      || header->crc != batch_crc(*header, records))
    return "wrong header at " + text(x.base_offset);
  if (!std::ranges::equal(records, sent.subspan(batch_header_bytes)))
    return "wrong records at " + text(x.base_offset);
  return {};
}

std::string log_model::check_read(log& x, offset_t from, uint32_t bytes_max,
                                  offset_t limit) const {
  auto where = "read(" + text(from) + ", " + text(bytes_max) + ", "
               + text(limit) + "): ";
  auto read = x.read(from, bytes_max, limit, read_mode::blocking);
  if (!read)
    return where + to_string(read.error());
  limit = std::min(limit, end_);
  auto i = from < limit ? index_of(from) : batches_.size();
  if (from >= limit || batches_[i].next_offset() > limit)
    return read->records.size == 0 ? "" : where + "something beyond limit";
  std::vector<std::byte> bytes(read->records.size);
  auto size = read->records.source->read(read->records.position, bytes);
  if (!size || *size != bytes.size())
    return where + "slice outside the file";
  if (read->first_batch_bytes != batches_[i].sent.size())
    return where + "wrong size of first batch";
  std::span<const std::byte> left{bytes};
  for (; !left.empty(); ++i) {
    if (i == batches_.size() || batches_[i].next_offset() > limit)
      return where + "goes beyond limit";
    if (auto wrong = compare(i, left); !wrong.empty())
      return where + wrong;
    left = left.subspan(batches_[i].sent.size());
  }
  if (bytes.empty()
      || bytes.size() > std::max<size_t>(bytes_max, read->first_batch_bytes))
    return where + "has " + std::to_string(bytes.size()) + " bytes";
  auto bases = x.segment_base_offsets();
  auto end = batches_[i - 1].next_offset();
  auto stopped = i == batches_.size() || batches_[i].next_offset() > limit
                 || bytes.size() + batches_[i].sent.size() > bytes_max
                 || bytes.size() >= bytes_max / 2
                 || std::ranges::binary_search(bases, end);
  return stopped ? "" : where + "stops early";
}

std::string log_model::check_content(log& x, uint32_t bytes_max) const {
  for (auto from = start_; from < end_;) {
    if (auto wrong = check_read(x, from, bytes_max, end_); !wrong.empty())
      return wrong;
    auto read = x.read(from, bytes_max, end_, read_mode::blocking);
    auto i = index_of(from);
    for (uint64_t seen = 0; seen < read->records.size; ++i)
      seen += batches_[i].sent.size();
    from = batches_[i - 1].next_offset();
  }
  return {};
}

std::string log_model::check_producers(const log& x) const {
  std::map<producer_id_t, const model_batch*> last;
  for (auto& batch : batches_)
    if (batch.producer >= 0)
      last[batch.producer] = &batch;
  for (auto& known : x.active_producers()) {
    auto found = last.find(known.id);
    if (found == last.end())
      continue; // its batches were removed before the model was born
    auto& batch = *found->second;
    auto sequence = batch.sequence + batch.offsets_count - 1;
    // Deleted batches may be torn, and then they are not found again.
    if (known.last_sequence != sequence && batch.base_offset >= start_)
      return "producer " + text(known.id) + " is at "
             + text(known.last_sequence) + ", not at " + text(sequence);
    last.erase(found);
  }
  for (auto& [id, batch] : last)
    if (batch->base_offset >= start_)
      return "producer " + text(id) + " is forgotten";
  return {};
}

std::string
log_model::check_timestamps(log& x, timestamp_ms from, offset_t limit) const {
  std::optional<found_offset> expected;
  std::optional<found_offset> largest;
  for (auto& batch : batches_)
    for (auto& each : batch.records) {
      auto offset = batch.base_offset + each.offset_delta;
      found_offset record{offset, each.timestamp, batch.epoch};
      if (offset < start_)
        continue;
      if (!expected && offset < limit && record.timestamp >= from)
        expected = record;
      if (!largest || record.timestamp > largest->timestamp)
        largest = record;
    }
  auto same = [](auto& a, auto& b) {
    return a.has_value() == b.has_value()
           && (!a
               || (a->offset == b->offset && a->timestamp == b->timestamp
                   && a->leader_epoch == b->leader_epoch));
  };
  auto found = find_timestamp(x, from, limit);
  if (!found || !same(*found, expected))
    return "find_timestamp(" + text(from) + ", " + text(limit) + ") is "
           + (found ? text(*found ? (*found)->offset : -1)
                    : to_string(found.error()))
           + ", not " + text(expected ? expected->offset : -1);
  auto max = find_largest(x);
  if (!max || !same(*max, largest))
    return "find_largest() is "
           + (max ? text(*max ? (*max)->offset : -1) : to_string(max.error()))
           + ", not " + text(largest ? largest->offset : -1);
  return {};
}

std::string log_model::check_epoch(const log& x, offset_t offset) const {
  auto& batch = batches_[index_of(offset)];
  if (batch.base_offset > offset)
    return {}; // compacted away, and its leader with it
  if (x.epoch_of(offset) != batch.epoch)
    return "epoch of " + text(offset) + " is " + text(x.epoch_of(offset))
           + ", not " + text(batch.epoch);
  return {};
}

} // namespace troupe::storage::test
