// SPDX-License-Identifier: Apache-2.0
#include "log_survey.h"

#include <limits>

namespace troupe::storage {

namespace {

using segments_view = std::span<const std::unique_ptr<segment>>;

/// Does segment `i` continue the ones before it?
bool continues(log_survey& found, segments_view segments, size_t i,
               offset_t recovery_point, const fenced_ranges& known) {
  auto base = segments[i]->base_offset();
  if (base == found.end_offset)
    return true;
  if (base > found.end_offset
      && base <= known.passable_to(found.end_offset, recovery_point)) {
    auto& previous = *segments[found.last];
    found.damages.push_back({previous.base_offset(), previous.size_bytes(),
                             previous.size_bytes(), found.end_offset, base});
    found.end_offset = base;
    return true;
  }
  found.notes.push_back("segment " + std::to_string(base)
                        + " does not continue at offset "
                        + std::to_string(found.end_offset)
                        + "; it was removed with all after it");
  found.keep = i;
  return false;
}

/// Takes in what segment `i` holds; a bad end cuts the log or is fenced.
void take_in(log_survey& found, segments_view segments, size_t i,
             const scan_result& scanned, offset_t recovery_point,
             const fenced_ranges& known) {
  auto& x = *segments[i];
  found.last = i;
  found.bytes_scanned += x.size_bytes();
  found.damages.insert(found.damages.end(), scanned.damages.begin(),
                       scanned.damages.end());
  found.end_offset = scanned.next_offset;
  if (scanned.stopped_by.empty())
    return;
  auto next =
      i + 1 < segments.size() ? segments[i + 1]->base_offset() : no_offset;
  if (next >= found.end_offset
      && next <= known.passable_to(found.end_offset, recovery_point)) {
    if (next == found.end_offset) {
      found.trims.emplace_back(i, scanned.end_position);
      return;
    }
    found.damages.push_back({x.base_offset(), scanned.end_position,
                             x.size_bytes(), found.end_offset, next});
    found.end_offset = next;
    return;
  }
  found.notes.push_back(
      "segment " + std::to_string(x.base_offset()) + " was cut at position "
      + std::to_string(scanned.end_position) + ", offset "
      + std::to_string(found.end_offset) + ": " + scanned.stopped_by);
  found.keep = i + 1;
  found.cut = true;
  found.cut_position = scanned.end_position;
}

} // namespace

result<log_survey> survey_log(segments_view segments, offset_t recovery_point,
                              const fenced_ranges& known,
                              int64_t index_interval_bytes) {
  log_survey found;
  // The segment that ends at the recovery point is read too: its indexes may
  // not have been synced.
  while (found.first + 1 < segments.size()
         && segments[found.first + 1]->base_offset() < recovery_point)
    ++found.first;
  // An empty one tells nothing about where offsets go on.
  while (found.first > 0 && segments[found.first]->size_bytes() == 0)
    --found.first;
  found.keep = segments.size();
  found.end_offset = segments[found.first]->base_offset();
  for (auto i = found.first; i < found.keep; ++i) {
    if (!continues(found, segments, i, recovery_point, known))
      break;
    auto end = i + 1 < segments.size() ? segments[i + 1]->base_offset()
                                       : std::numeric_limits<offset_t>::max();
    auto scanned =
        segments[i]->rebuild(recovery_point, known, index_interval_bytes, end);
    if (!scanned)
      return failure(std::move(scanned.error()));
    take_in(found, segments, i, *scanned, recovery_point, known);
  }
  return found;
}

} // namespace troupe::storage
