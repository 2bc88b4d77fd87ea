// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/partition.h>

#include <caf/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace troupe::actors {

/// Where one client goes on reading: for each partition the range that came
/// with its last slice. A consumer that reads on is served from it, on its own
/// lane; only at the end of a range the partition is asked (ADR 0009). One
/// thread.
class sequential_reads {
public:
  /// Partitions of one client that are remembered; with more of them the rest
  /// is asked for each time.
  static constexpr size_t partitions_max = 64;

  /// The slice at `from` if that is where the last one ended and nothing has
  /// changed since; without a ticket.
  std::optional<read_finished> find(caf::actor_id partition,
                                    storage::offset_t from, uint32_t bytes_max,
                                    cluster::leader_epoch_t claimed);

  /// Takes over what came with a slice; forgets the partition when nothing
  /// did.
  void remember(caf::actor_id partition, read_finished& x);

  size_t size() const noexcept { return places_.size(); }

private:
  struct place {
    read_ahead ahead;
    uint64_t position = 0;
  };

  std::unordered_map<caf::actor_id, place> places_;
};

} // namespace troupe::actors
