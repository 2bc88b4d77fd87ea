// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"
#include "timestamp_search_state.h"

#include <algorithm>
#include <utility>

namespace troupe::storage {

result<std::unique_ptr<timestamp_search>>
log::search_timestamps(offset_t limit) {
  auto& x = *state_;
  if (x.closed)
    return failure(errc::closed, "log " + x.options.directory + " is closed");
  limit = std::min(limit, x.end_offset);
  // Else it would be walked from its beginning: no harm on a full disk.
  static_cast<void>(x.active().write_out_indexes());
  auto search =
      std::make_unique<timestamp_search::state>(timestamp_search::state{
          .fs = x.fs,
          .directory = x.options.directory,
          .parts = {},
          .fences = x.fences,
          .start_offset = x.start_offset,
          .limit = limit,
          .gaps = x.gaps,
          .decompressed_bytes_max = x.options.config.decompressed_bytes_max});
  for (auto i = x.segment_at(x.start_offset);
       i < x.segments.size() && x.segments[i]->base_offset() < limit; ++i) {
    auto& in = *x.segments[i];
    search->parts.push_back({in.base_offset(), x.segment_end(i),
                             in.size_bytes(), i + 1 == x.segments.size(),
                             in.indexes_written_out(), in.known_largest(),
                             nullptr});
  }
  return std::make_unique<timestamp_search>(std::move(search));
}

} // namespace troupe::storage
