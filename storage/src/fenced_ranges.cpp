// SPDX-License-Identifier: Apache-2.0
#include "fenced_ranges.h"

#include <algorithm>
#include <sstream>

namespace troupe::storage {

void fenced_ranges::add(const damaged_range& x) {
  auto by_offset = [](const damaged_range& a, const damaged_range& b) {
    return a.offset_begin < b.offset_begin;
  };
  auto place = std::lower_bound(ranges_.begin(), ranges_.end(), x, by_offset);
  if (place == ranges_.end() || *place != x)
    ranges_.insert(place, x);
}

const damaged_range* fenced_ranges::find(offset_t offset) const {
  for (auto& x : ranges_)
    if (x.offset_begin <= offset && offset < x.offset_end)
      return &x;
  return nullptr;
}

const damaged_range*
fenced_ranges::next(offset_t segment, uint64_t position) const {
  for (auto& x : ranges_)
    if (x.segment == segment && x.position_end > position)
      return &x;
  return nullptr;
}

offset_t fenced_ranges::passable_to(offset_t offset, offset_t otherwise) const {
  auto* known = find(offset);
  return known == nullptr ? otherwise : std::max(known->offset_end, otherwise);
}

void fenced_ranges::truncate_to(offset_t end) {
  std::erase_if(ranges_, [&](auto& x) { return x.offset_end > end; });
}

void fenced_ranges::forget_before(offset_t segment) {
  std::erase_if(ranges_, [&](auto& x) { return x.segment < segment; });
}

void fenced_ranges::forget_segment(offset_t segment) {
  std::erase_if(ranges_, [&](auto& x) { return x.segment == segment; });
}

result<fenced_ranges>
fenced_ranges::load(file_system& fs, const std::string& directory) {
  auto path = directory + "/" + std::string{file_name};
  fenced_ranges loaded;
  auto content = read_file(fs, path, file_bytes_max);
  if (!content && content.error().code == errc::not_found)
    return loaded;
  if (!content)
    return failure(std::move(content.error()));
  std::istringstream in{std::string{
      reinterpret_cast<const char*>(content->data()), content->size()}};
  damaged_range x;
  while (in >> x.segment >> x.position_begin >> x.position_end >> x.offset_begin
         >> x.offset_end)
    loaded.add(x);
  return loaded;
}

result<void>
fenced_ranges::save(file_system& fs, const std::string& directory) const {
  auto path = directory + "/" + std::string{file_name};
  if (ranges_.empty())
    return fs.remove(path);
  std::string text;
  for (auto& x : ranges_)
    text += std::to_string(x.segment) + " " + std::to_string(x.position_begin)
            + " " + std::to_string(x.position_end) + " "
            + std::to_string(x.offset_begin) + " "
            + std::to_string(x.offset_end) + "\n";
  return replace_file(fs, path, std::as_bytes(std::span{text}));
}

} // namespace troupe::storage
