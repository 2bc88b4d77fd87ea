// SPDX-License-Identifier: Apache-2.0
#include "batch_stream.h"

#include "header_reader.h"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::storage {

namespace {

constexpr size_t crc_begin = 21;

tl::unexpected<error>
damaged(const file& in, uint64_t position, const char* why) {
  return failure(errc::corrupt_batch, "compact: " + std::string{why} + " at "
                                          + std::to_string(position) + " of "
                                          + in.path());
}

} // namespace

batch_stream::batch_stream(std::shared_ptr<file> from,
                           const compaction_source& of,
                           std::vector<std::byte>& window,
                           const compaction_pace& pace)
    : from_(std::move(from)), of_(of), window_(window), pace_(pace),
      next_offset_(of.base_offset) {}

result<std::span<const std::byte>> batch_stream::view(size_t wanted) {
  auto end = window_position_ + window_bytes_;
  if (position_ + wanted > end) {
    if (wanted > window_.size())
      window_.resize(wanted);
    auto into = std::span{window_}.first(
        std::min<uint64_t>(window_.size(), of_.size_bytes - position_));
    if (pace_ && !pace_(into.size()))
      return failure(errc::closed, "compaction was told to end");
    auto read = from_->read(position_, into);
    if (!read)
      return failure(std::move(read.error()));
    if (*read < wanted)
      return failure(errc::not_found,
                     "compact: " + from_->path() + " was truncated");
    window_position_ = position_;
    window_bytes_ = *read;
  }
  auto skip = position_ - window_position_;
  return std::span<const std::byte>{window_}.subspan(skip,
                                                     window_bytes_ - skip);
}

result<std::optional<batch_stream::streamed_batch>> batch_stream::next() {
  if (position_ == of_.size_bytes)
    return std::optional<streamed_batch>{};
  if (of_.size_bytes - position_ < batch_header_bytes)
    return damaged(*from_, position_, "no room for a batch");
  auto head = view(batch_header_bytes);
  if (!head)
    return failure(std::move(head.error()));
  auto header = parse_batch_header(*head);
  if (!header || !is_plausible(*header) || header->records_count < 0
      || header->size_bytes() > of_.size_bytes - position_
      || header->base_offset < next_offset_
      || header->next_offset() > of_.end_offset)
    return damaged(*from_, position_, "no batch");
  auto whole = view(header->size_bytes());
  if (!whole)
    return failure(std::move(whole.error()));
  auto bytes = whole->first(header->size_bytes());
  if (crc32c(bytes.subspan(crc_begin)) != header->crc)
    return damaged(*from_, position_, "CRC does not match");
  next_offset_ = header->next_offset();
  position_ += bytes.size();
  return std::optional<streamed_batch>{
      {*header, bytes, position_ == of_.size_bytes}};
}

} // namespace troupe::storage
