// SPDX-License-Identifier: Apache-2.0
#include "segment_scan.h"

#include "header_reader.h"

#include <algorithm>
#include <optional>

namespace troupe::storage {

namespace {

constexpr size_t window_bytes_max = 256 << 10;
/// The CRC covers everything from the attributes on.
constexpr size_t crc_begin = 21;
constexpr size_t magic_position = 16;

class scanner {
public:
  scanner(file& source, const scan_bounds& bounds, const fenced_ranges& known)
      : source_(source), bounds_(bounds), size_(bounds.size), known_(known),
        window_(std::min<uint64_t>(bounds.size, window_bytes_max)) {}

  result<scan_result>
  run(const std::function<void(const scanned_batch&)>& visit);

private:
  /// Bytes at `position`, at least `wanted` unless the file ends before.
  result<std::span<const std::byte>> view(uint64_t position, size_t wanted);

  /// The batch at `position` if it is good.
  result<std::optional<batch_header>>
  check(uint64_t position, offset_t low, offset_t high);
  result<uint32_t> crc_of(uint64_t begin, uint64_t end);

  struct resync {
    uint64_t position = 0;
    batch_header header;
  };
  /// The next good batch with a base offset in [low, high].
  result<std::optional<resync>>
  find_batch(uint64_t position, offset_t low, offset_t high);

  result<std::optional<resync>> resync_from(uint64_t position, offset_t offset);

  file& source_;
  const scan_bounds bounds_;
  uint64_t size_;
  const fenced_ranges& known_;
  std::vector<std::byte> window_;
  uint64_t window_position_ = 0;
  size_t window_bytes_ = 0;
  /// Why the last `check` said no.
  std::string reason_;
};

result<std::span<const std::byte>>
scanner::view(uint64_t position, size_t wanted) {
  auto end = window_position_ + window_bytes_;
  auto needed = std::min<uint64_t>(wanted, size_ - position);
  if (position < window_position_ || position + needed > end) {
    auto into = std::span{window_}.first(
        std::min<uint64_t>(window_.size(), size_ - position));
    auto read = source_.read(position, into);
    if (!read)
      return failure(std::move(read.error()));
    window_position_ = position;
    window_bytes_ = *read;
  }
  auto skip = position - window_position_;
  return std::span<const std::byte>{window_}.subspan(skip,
                                                     window_bytes_ - skip);
}

result<uint32_t> scanner::crc_of(uint64_t begin, uint64_t end) {
  uint32_t crc = 0;
  while (begin < end) {
    auto bytes = view(begin, 1);
    if (!bytes)
      return failure(std::move(bytes.error()));
    if (bytes->empty())
      break; // shorter than it was a moment ago: the CRC will not match
    auto part = bytes->first(std::min<uint64_t>(bytes->size(), end - begin));
    crc = crc32c(part, crc);
    begin += part.size();
  }
  return crc;
}

result<std::optional<batch_header>>
scanner::check(uint64_t position, offset_t low, offset_t high) {
  auto bytes = view(position, batch_header_bytes);
  if (!bytes)
    return failure(std::move(bytes.error()));
  auto header = parse_batch_header(*bytes);
  auto bad = [this](std::string why) {
    reason_ = std::move(why);
    return std::optional<batch_header>{};
  };
  if (!header)
    return bad(std::move(header.error().message));
  if (!is_plausible(*header))
    return bad("impossible offsets");
  if (header->size_bytes() > size_ - position)
    return bad("batch is cut off");
  auto end_max = bounds_.gaps_until;
  if (header->base_offset < low || header->base_offset > high
      || (header->base_offset > low && end_max != no_offset
          && header->next_offset() > end_max))
    return bad("base offset " + std::to_string(header->base_offset)
               + " does not continue at " + std::to_string(low));
  auto end = position + header->size_bytes();
  auto crc = crc_of(position + crc_begin, end);
  if (!crc)
    return failure(std::move(crc.error()));
  if (*crc != header->crc)
    return bad("CRC does not match");
  return *header;
}

result<std::optional<scanner::resync>>
scanner::find_batch(uint64_t position, offset_t low, offset_t high) {
  while (position + batch_header_bytes <= size_) {
    auto bytes = view(position, batch_header_bytes);
    if (!bytes)
      return failure(std::move(bytes.error()));
    if (bytes->size() < batch_header_bytes)
      break;
    // Every batch has its magic byte in the same place: look for those only.
    auto magics =
        bytes->subspan(magic_position, bytes->size() - batch_header_bytes + 1);
    auto magic = std::find(magics.begin(), magics.end(), std::byte{2});
    position += static_cast<uint64_t>(magic - magics.begin());
    if (magic == magics.end())
      continue;
    auto header = check(position, low, high);
    if (!header)
      return failure(std::move(header.error()));
    if (*header)
      return resync{position, **header};
    ++position;
  }
  return std::nullopt;
}

result<std::optional<scanner::resync>>
scanner::resync_from(uint64_t position, offset_t offset) {
  auto limit = known_.passable_to(offset, bounds_.resync_to);
  // Base offsets are not in the CRC: beyond what was synced, a torn one may
  // look like any other.
  if (offset >= limit)
    return std::nullopt;
  return find_batch(position, offset, limit);
}

result<scan_result>
scanner::run(const std::function<void(const scanned_batch&)>& visit) {
  scan_result found{0, bounds_.base_offset, {}, {}};
  while (found.end_position < size_) {
    auto position = found.end_position;
    auto header = check(position, found.next_offset,
                        std::max(found.next_offset, bounds_.gaps_until - 1));
    if (!header)
      return failure(std::move(header.error()));
    auto after_damage = false;
    if (!*header) {
      auto why = std::move(reason_);
      auto next = resync_from(position + 1, found.next_offset);
      if (!next)
        return failure(std::move(next.error()));
      if (!*next) {
        found.stopped_by = std::move(why);
        return found;
      }
      found.damages.push_back({bounds_.base_offset, position, (*next)->position,
                               found.next_offset, (*next)->header.base_offset});
      position = (*next)->position;
      *header = (*next)->header;
      after_damage = true;
    }
    visit({**header, position, after_damage});
    found.end_position = position + (*header)->size_bytes();
    found.next_offset = (*header)->next_offset();
  }
  return found;
}

} // namespace

result<scan_result>
scan_segment(file& source, const scan_bounds& bounds,
             const fenced_ranges& known,
             const std::function<void(const scanned_batch&)>& visit) {
  return scanner{source, bounds, known}.run(visit);
}

} // namespace troupe::storage
