// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstddef>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// From where a mover reads when it begins again. Durable once its owner has
/// stored it; an older one is as good, it only makes for more to read.
struct mover_position {
  /// All of the inbox below is finished: it is never needed again.
  storage::offset_t inbox = 0;
  /// Whatever was moved of the inbox from there on lies in the topic from here
  /// on.
  storage::offset_t topic = 0;
  /// The same of a queue's acknowledgements.
  storage::offset_t acknowledgements = 0;

  bool operator==(const mover_position&) const = default;
};

/// Remembers how far topic and acknowledgements were when the inbox had been
/// read so far, at a bounded number of places: what is finished later of the
/// inbox lies behind.
class mover_marks {
public:
  /// Places remembered.
  static constexpr size_t marks_max = 64;

  /// `first` as it was stored.
  explicit mover_marks(const mover_position& first);

  /// Nothing of the inbox from `x.inbox` on was moved or acknowledged before
  /// `x`. Not below what was added before. Most of them are not kept.
  void add(const mover_position& x);

  /// Where to begin again when all of the inbox below `finished_end` is
  /// finished; it never goes back, and neither may the argument.
  mover_position at(storage::offset_t finished_end);

private:
  /// Not empty, ascending.
  std::vector<mover_position> marks_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
