// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/group_lag.h>

#include <algorithm>
#include <set>

namespace troupe::cluster {

namespace {

/// Bytes of the character that begins with `lead`, and the range of its second
/// byte, which keeps out what a shorter form could say, surrogates and what
/// lies beyond the last character.
struct utf8_shape {
  size_t size = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xBF;
};

constexpr utf8_shape shape_of(uint8_t lead) noexcept {
  if (lead < 0x80)
    return {.size = 1};
  if (lead >= 0xC2 && lead <= 0xDF)
    return {.size = 2};
  if (lead >= 0xE0 && lead <= 0xEF)
    return {.size = 3,
            .second_min = static_cast<uint8_t>(lead == 0xE0 ? 0xA0 : 0x80),
            .second_max = static_cast<uint8_t>(lead == 0xED ? 0x9F : 0xBF)};
  if (lead >= 0xF0 && lead <= 0xF4)
    return {.size = 4,
            .second_min = static_cast<uint8_t>(lead == 0xF0 ? 0x90 : 0x80),
            .second_max = static_cast<uint8_t>(lead == 0xF4 ? 0x8F : 0xBF)};
  return {};
}

constexpr bool within(char c, uint8_t min, uint8_t max) noexcept {
  auto byte = static_cast<uint8_t>(c);
  return byte >= min && byte <= max;
}

} // namespace

bool is_utf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    auto shape = shape_of(static_cast<uint8_t>(bytes.front()));
    if (shape.size == 0 || shape.size > bytes.size())
      return false;
    if (shape.size > 1 && !within(bytes[1], shape.second_min, shape.second_max))
      return false;
    for (size_t i = 2; i < shape.size; ++i)
      if (!within(bytes[i], 0x80, 0xBF))
        return false;
    bytes.remove_prefix(shape.size);
  }
  return true;
}

void group_lag::add(const offset_commit& x) {
  std::pair key{x.group, x.partition};
  bool taken = x.group.size() <= bounds_.group_bytes_max && is_utf8(x.group)
               && (!full() || offsets_.contains(key));
  if (taken)
    offsets_.insert_or_assign(std::move(key), x.offset);
  else
    ++left_out_;
}

std::vector<storage::topic_partition> group_lag::partitions() const {
  std::set<storage::topic_partition> named;
  for (const auto& [key, offset] : offsets_)
    named.insert(key.second);
  return {named.begin(), named.end()};
}

void group_lag::know_high_watermark(const storage::topic_partition& partition,
                                    storage::offset_t high_watermark) {
  high_watermarks_.insert_or_assign(partition, high_watermark);
}

std::vector<group_lag::series> group_lag::report() const {
  std::vector<series> xs;
  for (const auto& [key, offset] : offsets_) {
    auto known = high_watermarks_.find(key.second);
    if (known == high_watermarks_.end())
      continue;
    auto lag = std::max<int64_t>(known->second - offset, 0);
    xs.push_back({key.first, key.second, lag});
  }
  return xs;
}

} // namespace troupe::cluster
