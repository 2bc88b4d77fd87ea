// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstddef>
#include <map>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// A set of offsets that mostly follow each other. Memory grows with the number
/// of gaps, not of offsets.
class offset_ranges {
public:
  /// Does nothing when it is there.
  void insert(storage::offset_t x);
  /// Takes the logarithm of the number of runs.
  bool contains(storage::offset_t x) const noexcept;
  /// Forgets all of them.
  void clear() noexcept { ends_.clear(); }
  /// There is no offset in it.
  bool empty() const noexcept { return ends_.empty(); }
  /// The largest offset; `no_offset` of an empty set.
  storage::offset_t last() const noexcept;
  /// Runs of offsets without a gap.
  size_t runs() const noexcept { return ends_.size(); }

private:
  /// First offset of each run, and the end of the run.
  std::map<storage::offset_t, storage::offset_t> ends_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
