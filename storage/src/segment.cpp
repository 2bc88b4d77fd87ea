// SPDX-License-Identifier: Apache-2.0
#include "segment.h"

#include "header_reader.h"
#include "segment_names.h"

#include <troupe/storage/assert.h>

namespace troupe::storage {

segment::segment(file_system& fs, const std::string& directory,
                 offset_t base_offset, timestamp_ms now,
                 std::string_view suffix)
    : fs_(fs), base_offset_(base_offset), created_ms_(now),
      path_(segment_path(directory, base_offset, log_suffix).append(suffix)),
      offsets_(fs,
               segment_path(directory, base_offset, offset_index_suffix)
                   .append(suffix),
               base_offset),
      times_(fs,
             segment_path(directory, base_offset, time_index_suffix)
                 .append(suffix),
             base_offset) {}

result<std::unique_ptr<segment>>
segment::create(file_system& fs, const std::string& directory,
                offset_t base_offset, timestamp_ms now) {
  std::unique_ptr<segment> x{new segment{fs, directory, base_offset, now, {}}};
  if (auto done = x->begin_empty(); !done)
    return failure(std::move(done.error()));
  return x;
}

result<std::unique_ptr<segment>>
segment::create_cleaned(file_system& fs, const std::string& directory,
                        offset_t base_offset) {
  std::unique_ptr<segment> x{
      new segment{fs, directory, base_offset, no_timestamp, cleaned_suffix}};
  if (auto done = x->begin_empty(); !done)
    return failure(std::move(done.error()));
  return x;
}

result<void> segment::begin_empty() {
  auto source = fs_.open(path_, open_mode::create);
  if (!source)
    return failure(std::move(source.error()));
  if (auto done = (*source)->truncate(0); !done)
    return done;
  source_ = std::move(*source);
  writable_ = true;
  attached_ = true;
  largest_ = time_index::entry{};
  return {};
}

result<std::unique_ptr<segment>>
segment::open(file_system& fs, const std::string& directory,
              offset_t base_offset, timestamp_ms now) {
  std::unique_ptr<segment> x{new segment{fs, directory, base_offset, now, {}}};
  auto source = x->source();
  if (!source)
    return failure(std::move(source.error()));
  auto size = (*source)->size();
  if (!size)
    return failure(std::move(size.error()));
  x->size_ = *size;
  return x;
}

result<std::unique_ptr<segment>>
segment::open_part(file_system& fs, const std::string& directory,
                   offset_t base_offset, uint64_t size_bytes) {
  std::unique_ptr<segment> x{
      new segment{fs, directory, base_offset, no_timestamp, {}}};
  if (auto source = x->source(); !source)
    return failure(std::move(source.error()));
  x->size_ = size_bytes;
  return x;
}

result<std::shared_ptr<file>> segment::source() {
  if (source_ == nullptr) {
    auto opened = fs_.open(path_, open_mode::read);
    if (!opened)
      return failure(std::move(opened.error()));
    source_ = std::move(*opened);
    writable_ = false;
  }
  return source_;
}

result<void> segment::open_writable() {
  if (writable_)
    return {};
  auto opened = fs_.open(path_, open_mode::write);
  if (!opened)
    return failure(std::move(opened.error()));
  source_ = std::move(*opened);
  writable_ = true;
  return {};
}

result<offset_t> segment::make_active() {
  if (auto done = open_writable(); !done)
    return failure(std::move(done.error()));
  if (!attached_)
    if (auto done = attach_indexes(read_mode::blocking); !done)
      return failure(std::move(done.error()));
  return walk_tail();
}

result<offset_t> segment::walk_tail() {
  auto entry = offsets_.last();
  if (!entry)
    return failure(std::move(entry.error()));
  largest_ = times_.last().value_or(time_index::entry{});
  bytes_since_entry_ = 0;
  uint64_t position = *entry ? (*entry)->position : 0;
  auto next = base_offset_;
  header_reader reader{*source_, size_, read_mode::blocking};
  for (auto first = true; position < size_; first = false) {
    auto read = reader.at(position);
    if (!read)
      return failure(std::move(read.error()));
    auto& header = read->header;
    auto continues = first && *entry ? header.last_offset() == (*entry)->offset
                     : gaps_         ? header.base_offset >= next
                                     : header.base_offset == next;
    if (!continues)
      return failure(errc::corrupt_log,
                     "no batch of offset " + std::to_string(next) + " at "
                         + std::to_string(position) + " of " + path_);
    if (header.max_timestamp > largest_->timestamp)
      largest_ = {header.max_timestamp, header.last_offset()};
    position += header.size_bytes();
    bytes_since_entry_ += static_cast<int64_t>(header.size_bytes());
    next = header.next_offset();
  }
  if ((*entry && next == base_offset_) || largest_->offset >= next)
    return failure(errc::corrupt_log, "indexes reach beyond " + path_);
  return next;
}

result<void> segment::write(std::span<const std::span<const std::byte>> parts,
                            uint64_t size) {
  ASSERT(writable_);
  if (auto done = repair_tail(); !done)
    return done;
  if (auto done = source_->write(size_, parts); !done) {
    torn_ = !source_->truncate(size_);
    return done;
  }
  size_ += size;
  return {};
}

result<void> segment::repair_tail() {
  if (!torn_)
    return {};
  if (auto done = source_->truncate(size_); !done)
    return done;
  torn_ = false;
  return {};
}

result<void> segment::trim(uint64_t position) {
  if (auto done = open_writable(); !done)
    return done;
  if (auto done = source_->truncate(position); !done)
    return done;
  size_ = position;
  torn_ = false;
  return source_->sync();
}

result<void> segment::truncate(offset_t end, uint64_t position) {
  if (auto done = offsets_.truncate_to(end); !done)
    return done;
  if (auto done = times_.truncate_to(end); !done)
    return done;
  largest_.reset();
  first_timestamp_.reset();
  return trim(position);
}

result<timestamp_ms> segment::first_timestamp() {
  if (!first_timestamp_ && size_ > 0) {
    auto from = source();
    if (!from)
      return failure(std::move(from.error()));
    auto read = header_reader{**from, size_, read_mode::blocking}.at(0);
    // A damaged batch has no time; the segment has an age all the same.
    if (!read && read.error().code != errc::corrupt_log)
      return failure(std::move(read.error()));
    first_timestamp_ = read ? read->header.max_timestamp : no_timestamp;
  }
  return first_timestamp_.value_or(no_timestamp);
}

void segment::release() {
  source_.reset();
  writable_ = false;
  offsets_.table().release();
  times_.table().release();
}

std::array<const std::string*, 3> segment::paths_of_files() const {
  return {&path_, &offsets_.table().path(), &times_.table().path()};
}

result<void> segment::mark_deleted(std::vector<std::string>& paths) {
  // The log file first: an index without a log is swept up at the next open.
  for (auto* path : paths_of_files()) {
    auto target = *path + std::string{deleted_suffix};
    auto done = fs_.rename(*path, target);
    if (done)
      paths.push_back(std::move(target));
    else if (path == &path_)
      return done;
  }
  return {};
}

result<void> segment::remove() {
  if (auto done = fs_.remove(path_); !done)
    return done;
  // An index without a log is swept up at the next open, if it has to stay.
  static_cast<void>(fs_.remove(offsets_.table().path()));
  static_cast<void>(fs_.remove(times_.table().path()));
  return {};
}

} // namespace troupe::storage
