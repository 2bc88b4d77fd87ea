// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"
#include "refusal.h"

#include <troupe/actors/records_block.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace gateway {

/// How records are written for a client.
enum class page_format : uint8_t {
  /// `{"records":[...],"next_offset":N,"high_watermark":N}`
  json,
  /// Records only, one after the other, integers big-endian:
  ///
  ///   offset i64, timestamp i64, key, value, count of headers u32, headers
  ///
  /// where key and value are i32 length (-1: none) and bytes, and a header is
  /// a key and a value.
  binary,
};

/// Some records in a row, encoded.
struct page {
  std::string bytes;
  size_t records = 0;
  /// Where the next page begins.
  troupe::storage::offset_t next_offset = 0;
  /// Of the partition when it was read; none: not known.
  std::optional<troupe::storage::offset_t> high_watermark;
  /// Where the block ends from which the records are: before it there are more.
  troupe::storage::offset_t block_end = 0;
};

/// How large a page may become.
struct page_bounds {
  /// It is full with the record that would make it larger; one is in it always.
  size_t page_bytes_max = 0;
  /// One record, encoded. A page that would begin with a larger one is refused
  /// with MESSAGE_TOO_LARGE.
  size_t record_bytes_max = 0;
};

/// The records of `block` from `from` on, as many as go into a page.
outcome<page> encode_page(const troupe::records_block& block,
                          troupe::storage::offset_t from, page_format format,
                          const page_bounds& bounds);

/// What somebody is told who waited for records at `at`, where the partition
/// ends, and got none.
page empty_page(troupe::storage::offset_t at, page_format format);

/// What binary pages cannot say is in headers.
answer to_answer(page x, page_format format);

} // namespace gateway
