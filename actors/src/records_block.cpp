// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/records_block.h>

namespace troupe {

result<void> records_block::for_each(
    const std::function<bool(const storage::record_view&)>& visit) const {
  auto rest = batches.bytes();
  bool go_on = true;
  while (go_on && !rest.empty()) {
    auto header = storage::parse_batch_header(rest);
    if (!header)
      return failure(header.error());
    if (header->size_bytes() > rest.size())
      return failure(storage::errc::corrupt_batch, "a batch is cut off");
    auto batch = rest.first(header->size_bytes());
    rest = rest.subspan(header->size_bytes());
    // Markers of transactions are not records.
    if (header->control())
      continue;
    auto done = storage::for_each_record(
        batch, decompressed_bytes_max, [&](const storage::record_view& x) {
          go_on = x.offset < begin_offset || visit(x);
          return go_on;
        });
    if (!done)
      return done;
  }
  return {};
}

} // namespace troupe
