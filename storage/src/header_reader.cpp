// SPDX-License-Identifier: Apache-2.0
#include "header_reader.h"

#include <algorithm>
#include <limits>
#include <string>

namespace troupe::storage {

bool is_plausible(const batch_header& x) noexcept {
  constexpr auto offset_max = std::numeric_limits<offset_t>::max()
                              - std::numeric_limits<int32_t>::max() - 1;
  return x.base_offset >= 0 && x.base_offset <= offset_max
         && x.last_offset_delta >= 0;
}

result<header_reader::header_read> header_reader::at(uint64_t position) {
  if (position + batch_header_bytes > end_)
    return failure(errc::corrupt_log, "no room for a batch at "
                                          + std::to_string(position) + " of "
                                          + source_.path());
  if (position < chunk_position_
      || position + batch_header_bytes > chunk_position_ + chunk_bytes_) {
    auto filled = fill(position);
    if (!filled)
      return failure(std::move(filled.error()));
    if (!*filled)
      return header_read{{}, true};
  }
  auto header = parse_batch_header(std::span{chunk_}.subspan(
      position - chunk_position_, batch_header_bytes));
  if (!header || !is_plausible(*header)
      || position + header->size_bytes() > end_)
    return failure(errc::corrupt_log, "no batch at " + std::to_string(position)
                                          + " of " + source_.path());
  return header_read{*header, false};
}

result<bool> header_reader::fill(uint64_t position) {
  // Whoever reads on where it stopped wants just one header.
  auto wanted = first_ ? batch_header_bytes : chunk_.size();
  first_ = false;
  auto into =
      std::span{chunk_}.first(std::min<uint64_t>(wanted, end_ - position));
  chunk_position_ = position;
  chunk_bytes_ = 0;
  if (mode_ == read_mode::nowait) {
    auto read = source_.read_nowait(position, into);
    if (!read)
      return failure(std::move(read.error()));
    chunk_bytes_ = read->size;
    if (chunk_bytes_ < batch_header_bytes && !read->resident)
      return false;
  } else {
    auto read = source_.read(position, into);
    if (!read)
      return failure(std::move(read.error()));
    chunk_bytes_ = *read;
  }
  if (chunk_bytes_ < batch_header_bytes)
    return failure(errc::corrupt_log, source_.path() + " has become shorter");
  return true;
}

} // namespace troupe::storage
