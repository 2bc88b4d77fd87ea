// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/record_batch.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// One record of a records area:
///
///   length | attributes | timestamp delta | offset delta | key | value |
///   headers; the length counts what follows it.
void append_record(std::vector<std::byte>& to, int64_t timestamp_delta,
                   int32_t offset_delta,
                   const std::optional<std::string_view>& key,
                   const std::optional<std::string_view>& value,
                   std::span<const record_field> headers);

/// `header`, its length and CRC made to fit, and the `records` behind it; they
/// are at most 2 GiB together.
buffer join_batch(batch_header header, std::span<const std::byte> records);

} // namespace troupe::storage
