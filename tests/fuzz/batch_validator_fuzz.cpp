// SPDX-License-Identifier: Apache-2.0
// What a client sends as a batch: the first byte chooses how it is looked at,
// the rest are the bytes.
#include "storage/src/producer_table.h"

#include <troupe/storage/assert.h>
#include <troupe/storage/batch_validator.h>
#include <troupe/storage/record_batch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace troupe::storage;

namespace {

constexpr size_t decompressed_bytes_max = 1 << 20;
constexpr timestamp_ms now = 1700000000000;

enum choice : uint8_t {
  compact = 1,
  /// Almost no input has a true CRC, so give it one.
  mend = 2,
  log_append_time = 4,
};

/// Makes length and CRC true, to get beyond the first checks.
void mend_header(std::vector<std::byte>& batch) {
  if (batch.size() < batch_header_bytes)
    return;
  auto whole = std::span<const std::byte>{batch};
  batch[16] = std::byte{2};
  for (size_t i = 8; i < 12; ++i)
    batch[i] = static_cast<std::byte>((batch.size() - batch_prefix_bytes)
                                      >> (8 * (11 - i)));
  auto header = parse_batch_header(whole);
  ASSERT(header.has_value());
  header->crc = batch_crc(*header, whole.subspan(batch_header_bytes));
  auto head = encode_batch_header(*header);
  std::copy(head.begin(), head.end(), batch.begin());
}

void read_records(std::span<const std::byte> batch) {
  int64_t visited = 0;
  auto walked =
      for_each_record(batch, decompressed_bytes_max, [&](const record_view& x) {
        ++visited;
        ASSERT(!x.key || x.key->size() <= decompressed_bytes_max);
        return true;
      });
  auto header = parse_batch_header(batch);
  ASSERT(!walked || (header && visited == header->records_count));
}

void validate(std::span<const std::byte> batch, uint8_t choices) {
  log_config config;
  config.cleanup_compact = (choices & compact) != 0;
  config.log_append_time = (choices & log_append_time) != 0;
  config.decompressed_bytes_max = decompressed_bytes_max;
  std::vector<record_failure> failures;
  auto header = validate_batch(batch, config, now, &failures);
  ASSERT(failures.size() <= 100);
  if (!header)
    return;
  ASSERT(failures.empty());
  ASSERT(header->size_bytes() == batch.size());
  ASSERT(header->records_count > 0);
  ASSERT(header->next_offset() == header->base_offset + header->records_count);
  producer_table table;
  ASSERT(table.check(*header).has_value());
  table.update(*header);
  auto again = table.check(*header);
  ASSERT(!header->has_producer()
         || (again && again->what == producer_table::verdict::duplicate));
}

void unpack(std::span<const std::byte> packed) {
  for (auto with : {codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    auto plain = decompress(with, packed, decompressed_bytes_max);
    ASSERT(!plain || plain->size() <= decompressed_bytes_max);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto input = std::as_bytes(std::span{data, size});
  if (input.empty())
    return 0;
  auto choices = data[0];
  std::vector<std::byte> batch(input.begin() + 1, input.end());
  if ((choices & mend) != 0)
    mend_header(batch);
  validate(batch, choices);
  read_records(batch);
  unpack(batch);
  static_cast<void>(producer_table::decode(batch).has_value());
  return 0;
}
