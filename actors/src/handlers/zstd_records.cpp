// SPDX-License-Identifier: Apache-2.0
#include "zstd_records.h"

#include <troupe/storage/record_batch.h>

#include <array>
#include <cstdint>

namespace troupe::actors::handlers {

bool keep_before_zstd(storage::file_slice& records) {
  std::array<std::byte, storage::batch_header_bytes> bytes;
  uint32_t position = 0;
  while (position + bytes.size() <= records.size) {
    auto read = records.source->read_nowait(records.position + position, bytes);
    if (!read || read->size < bytes.size())
      return true;
    auto header = storage::parse_batch_header(bytes);
    if (!header)
      return true;
    if (header->codec_bits() == static_cast<uint8_t>(storage::codec::zstd)) {
      records.size = position;
      return position > 0;
    }
    position += static_cast<uint32_t>(header->size_bytes());
  }
  return true;
}

} // namespace troupe::actors::handlers
