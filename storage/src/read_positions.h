// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <array>
#include <cstdint>
#include <optional>

namespace troupe::storage {

/// Where the last few reads ended, so that a consumer that reads on needs no
/// search.
class read_positions {
public:
  static constexpr size_t positions_max = 8;

  void remember(offset_t segment, offset_t offset, uint64_t position) {
    for (auto& x : entries_)
      if (x.segment == segment && x.offset == offset)
        return;
    entries_[next_] = {segment, offset, position};
    next_ = (next_ + 1) % entries_.size();
  }

  std::optional<uint64_t> find(offset_t segment, offset_t offset) const {
    for (auto& x : entries_)
      if (x.segment == segment && x.offset == offset)
        return x.position;
    return std::nullopt;
  }

  void clear() { *this = {}; }

private:
  struct entry {
    offset_t segment = no_offset;
    offset_t offset = no_offset;
    uint64_t position = 0;
  };
  std::array<entry, positions_max> entries_;
  size_t next_ = 0;
};

} // namespace troupe::storage
