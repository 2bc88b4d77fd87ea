// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <troupe/storage/assert.h>

#include <limits>
#include <string_view>
#include <utility>

namespace troupe::cluster {

namespace {

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

storage::buffer encode_batch(const metadata_delta& delta, offset_t base_offset,
                             leader_epoch_t epoch, timestamp_ms now) {
  ASSERT(!delta.empty());
  storage::batch_builder builder;
  builder.base_offset(base_offset).leader_epoch(epoch);
  for (const auto& record : delta)
    builder.add(now, std::nullopt, as_text(encode(record)));
  return builder.build();
}

std::optional<storage::batch_header>
whole_batch(std::span<const std::byte> bytes) {
  auto header = storage::parse_batch_header(bytes);
  if (!header || header->size_bytes() > bytes.size())
    return std::nullopt;
  auto records =
      bytes.first(header->size_bytes()).subspan(storage::batch_header_bytes);
  if (header->crc != storage::batch_crc(*header, records))
    return std::nullopt;
  return *header;
}

result<void>
decode_batch(std::span<const std::byte> batch, metadata_delta& delta) {
  result<void> outcome;
  auto visited = storage::for_each_record(
      batch, std::numeric_limits<int32_t>::max(),
      [&](const storage::record_view& x) {
        auto value = x.value.value_or(std::string_view{});
        auto record = decode_metadata_record(
            std::as_bytes(std::span{value.data(), value.size()}));
        if (!record) {
          record.error().message +=
              " (offset " + std::to_string(x.offset) + ")";
          outcome = failure(std::move(record.error()));
          return false;
        }
        delta.push_back(std::move(*record));
        return true;
      });
  return visited ? outcome : visited;
}

} // namespace troupe::cluster
