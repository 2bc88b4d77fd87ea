// SPDX-License-Identifier: Apache-2.0
#include "log_model.h"

#include <charconv>
#include <optional>

namespace troupe::storage::test {

namespace {

struct placed_batch {
  uint64_t position;
  batch_header header;
};

/// Written out again on purpose: shares nothing with the code under test.
int64_t
integer_at(const std::vector<std::byte>& bytes, size_t position, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i)
    value = value << 8 | static_cast<uint64_t>(bytes[position + i]);
  return width == 4 ? static_cast<int32_t>(value) : static_cast<int64_t>(value);
}

std::optional<batch_header>
batch_at(const std::vector<std::byte>& bytes, uint64_t position) {
  auto left = std::span{bytes}.subspan(position);
  auto header = parse_batch_header(left);
  if (!header || header->size_bytes() > left.size()
      || crc32c(left.first(header->size_bytes()).subspan(21)) != header->crc)
    return std::nullopt;
  return *header;
}

std::optional<std::vector<placed_batch>>
batches_of(const std::vector<std::byte>& bytes, offset_t base,
           offset_t log_start) {
  std::vector<placed_batch> found;
  auto next = base;
  uint64_t torn = 0;
  for (uint64_t at = 0; at < bytes.size();) {
    auto header = batch_at(bytes, at);
    // Offsets are not in the CRC: a torn one may be anything.
    if (!header || header->base_offset < next) {
      ++torn;
      ++at;
      continue;
    }
    if (torn > 0 && header->base_offset > log_start)
      return std::nullopt;
    torn = 0;
    next = header->next_offset();
    found.push_back({at, *header});
    at += header->size_bytes();
  }
  if (torn > 0)
    return std::nullopt;
  return found;
}

std::string check_offset_index(const std::vector<std::byte>& rows,
                               offset_t base,
                               const std::vector<placed_batch>& batches) {
  if (rows.size() % 8 != 0)
    return "offset index has a wrong size";
  size_t next = 0;
  for (size_t at = 0; at < rows.size(); at += 8) {
    auto offset = base + integer_at(rows, at, 4);
    auto position = static_cast<uint64_t>(integer_at(rows, at + 4, 4));
    while (next < batches.size() && batches[next].position < position)
      ++next;
    if (next == batches.size() || batches[next].position != position
        || batches[next].header.last_offset() != offset)
      return "offset index entry " + std::to_string(at / 8)
             + " points at no batch";
    ++next;
  }
  return {};
}

std::string check_time_index(const std::vector<std::byte>& rows, offset_t base,
                             const std::vector<placed_batch>& batches) {
  if (rows.size() % 12 != 0)
    return "time index has a wrong size";
  size_t next = 0;
  timestamp_ms largest = no_timestamp;
  timestamp_ms named = no_timestamp;
  for (size_t at = 0; at < rows.size(); at += 12) {
    named = integer_at(rows, at, 8);
    auto offset = base + integer_at(rows, at + 8, 4);
    while (next < batches.size() && batches[next].header.last_offset() < offset)
      largest = std::max(largest, batches[next++].header.max_timestamp);
    if (next == batches.size() || batches[next].header.last_offset() != offset
        || batches[next].header.max_timestamp != named || largest >= named)
      return "time index entry " + std::to_string(at / 12)
             + " names no largest timestamp";
    largest = named;
  }
  for (auto& x : batches)
    if (x.header.max_timestamp > named)
      return "time index does not end with the largest timestamp";
  return {};
}

} // namespace

std::string check_indexes(fault_file_system& fs, const std::string& directory,
                          bool closed, offset_t log_start) {
  auto names = fs.list(directory);
  if (!names)
    return to_string(names.error());
  std::vector<std::string> stems;
  for (auto& name : *names)
    if (name.ends_with(".log"))
      stems.push_back(name.substr(0, name.size() - 4));
  if (!closed && !stems.empty())
    stems.pop_back();
  for (auto& stem : stems) {
    offset_t base = 0;
    std::from_chars(stem.data(), stem.data() + stem.size(), base);
    auto path = directory + "/" + stem;
    // A roll that failed may leave an empty file, which goes at the next open.
    if (auto indexed = fs.exists(path + ".index");
        indexed && !*indexed && fs.content(path + ".log").empty())
      continue;
    auto batches = batches_of(fs.content(path + ".log"), base, log_start);
    if (!batches)
      return stem + ".log holds something that is no batch";
    for (auto suffix : {".index", ".timeindex"})
      if (auto exists = fs.exists(path + suffix); !exists || !*exists)
        return stem + suffix + " is missing";
    if (auto wrong =
            check_offset_index(fs.content(path + ".index"), base, *batches);
        !wrong.empty())
      return stem + ": " + wrong;
    if (auto wrong =
            check_time_index(fs.content(path + ".timeindex"), base, *batches);
        !wrong.empty())
      return stem + ": " + wrong;
  }
  return {};
}

} // namespace troupe::storage::test
