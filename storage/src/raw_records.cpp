// SPDX-License-Identifier: Apache-2.0
#include "raw_records.h"

#include "byte_reader.h"
#include "varint.h"

namespace troupe::storage {

result<raw_record> take_record(std::span<const std::byte>& area) {
  byte_reader in{area};
  auto size = in.varint();
  auto bytes = in.take(size < 0 ? in.left() + 1 : static_cast<size_t>(size));
  byte_reader body{bytes};
  raw_record x;
  x.attributes = static_cast<std::byte>(body.integer<uint8_t>());
  x.timestamp_delta = body.varlong();
  x.offset_delta = body.varint();
  x.rest = bytes.last(body.left());
  auto key_bytes = body.varint();
  if (key_bytes >= 0) {
    auto key = body.take(static_cast<size_t>(key_bytes));
    x.key = {reinterpret_cast<const char*>(key.data()), key.size()};
  }
  auto value_bytes = body.varint();
  x.has_value = value_bytes >= 0;
  if (x.has_value)
    body.take(static_cast<size_t>(value_bytes));
  if (!in.ok() || !body.ok() || key_bytes < -1 || value_bytes < -1
      || x.offset_delta < 0)
    return failure(errc::corrupt_batch, "read records: a record is malformed");
  x.bytes = area.first(area.size() - in.left());
  area = area.last(in.left());
  return x;
}

void append_record(std::vector<std::byte>& to, const raw_record& x,
                   int64_t timestamp_delta) {
  auto size = 1 + varint_bytes(timestamp_delta) + varint_bytes(x.offset_delta)
              + x.rest.size();
  append_varint(to, static_cast<int64_t>(size));
  to.push_back(x.attributes);
  append_varint(to, timestamp_delta);
  append_varint(to, x.offset_delta);
  to.insert(to.end(), x.rest.begin(), x.rest.end());
}

} // namespace troupe::storage
