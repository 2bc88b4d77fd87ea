// SPDX-License-Identifier: Apache-2.0
#include "moved_records.h"

#include <troupe/storage/log_config.h>

#include <charconv>

namespace troupe::actors {

namespace {

std::string to_text(const cluster::mover_position& x) {
  return std::to_string(x.inbox) + '-' + std::to_string(x.topic) + '-'
         + std::to_string(x.acknowledgements);
}

std::string delivery_of(int32_t partition, const moved_record& x) {
  return to_string(cluster::delivery_id{partition, x.offset, x.attempt});
}

/// With the position on the first of them, unless that is empty.
storage::buffer build(int32_t partition, const std::string& position,
                      const std::vector<moved_record>& records) {
  storage::batch_builder builder;
  for (const auto& x : records) {
    std::vector<storage::record_field> headers;
    headers.reserve(x.headers.size() + 3);
    for (const auto& [key, value] : x.headers)
      headers.push_back({key, value});
    if (builder.records_count() == 0 && !position.empty())
      headers.push_back({position_header, position});
    auto id = delivery_of(partition, x);
    headers.push_back({cluster::delivery_header, id});
    if (!x.fault.empty())
      headers.push_back({cluster::reason_header, x.fault});
    builder.add(x.timestamp, x.key, x.value, headers);
  }
  return builder.build();
}

/// Cuts a number that is not negative off `text`, with the dash behind it.
bool cut_number(std::string_view& text, storage::offset_t& into) {
  const auto* end = text.data() + text.size();
  auto [rest, fault] = std::from_chars(text.data(), end, into);
  if (fault != std::errc{} || into < 0)
    return false;
  text.remove_prefix(static_cast<size_t>(rest - text.data()));
  if (text.starts_with('-'))
    text.remove_prefix(1);
  return true;
}

} // namespace

moved_record copy_of(const storage::record_view& x, std::string_view fault) {
  moved_record copy;
  copy.offset = x.offset;
  copy.timestamp = x.timestamp;
  copy.key = x.key;
  copy.value = x.value;
  copy.headers.reserve(x.headers.size());
  for (const auto& header : x.headers)
    copy.headers.emplace_back(header.key, header.value);
  copy.fault = fault;
  return copy;
}

size_t content_bytes(const storage::record_view& x) noexcept {
  auto bytes = x.key.value_or("").size() + x.value.value_or("").size();
  for (const auto& header : x.headers)
    bytes += header.key.size() + header.value.value_or("").size();
  return bytes;
}

storage::buffer build_moved(int32_t partition,
                            const cluster::mover_position& position,
                            const std::vector<moved_record>& records) {
  return build(partition, to_text(position), records);
}

storage::buffer build_dead_letters(int32_t partition,
                                   const std::vector<moved_record>& records) {
  return build(partition, {}, records);
}

storage::buffer build_acceptances(int32_t partition, storage::timestamp_ms now,
                                  const std::vector<moved_record>& records) {
  storage::batch_builder builder;
  for (const auto& x : records)
    builder.add(now, std::nullopt, delivery_of(partition, x));
  return builder.build();
}

std::optional<cluster::mover_position> parse_position(std::string_view text) {
  cluster::mover_position x;
  if (!cut_number(text, x.inbox) || !cut_number(text, x.topic)
      || !cut_number(text, x.acknowledgements) || !text.empty())
    return std::nullopt;
  return x;
}

std::optional<cluster::mover_position>
last_position(std::span<const std::byte> batches) {
  constexpr auto bytes_max = storage::log_config{}.decompressed_bytes_max;
  std::optional<cluster::mover_position> found;
  auto look = [&](const storage::record_view& record) {
    auto text = cluster::find_header(record, position_header);
    found = text ? parse_position(*text) : std::nullopt;
    return false;
  };
  auto walked =
      for_each_batch(batches, [&](const auto&, std::span<const std::byte> x) {
        found.reset();
        return storage::for_each_record(x, static_cast<size_t>(bytes_max), look)
            .has_value();
      });
  return walked ? found : std::nullopt;
}

result<void>
for_each_batch(std::span<const std::byte> batches,
               const std::function<bool(const storage::batch_header&,
                                        std::span<const std::byte>)>& visit) {
  while (!batches.empty()) {
    auto header = storage::parse_batch_header(batches);
    if (!header)
      return failure(std::move(header.error()));
    if (header->size_bytes() > batches.size())
      return failure(storage::errc::corrupt_log, "a batch is cut off");
    if (!visit(*header, batches.first(header->size_bytes())))
      return {};
    batches = batches.subspan(header->size_bytes());
  }
  return {};
}

} // namespace troupe::actors
