// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe::storage {

/// What one log remembers of its idempotent producers (KIP-98): the epoch and
/// the last five batches of each. Five, because a client keeps at most five
/// requests in flight, so no older batch can come again as a retry.
///
/// Bounded: beyond the bound the producer that was silent for longest (in
/// appends, not in time) is forgotten. `check` and `update` are O(1).
class producer_table {
public:
  static constexpr size_t batches_max = 5;

  enum class verdict : uint8_t { accept, duplicate };

  struct checked {
    verdict what = verdict::accept;
    /// Where the first copy of a duplicate lies; no_offset otherwise.
    offset_t base_offset = no_offset;
    offset_t next_offset = no_offset;
    /// Its largest timestamp.
    timestamp_ms timestamp = no_timestamp;
  };

  producer_table() = default;
  producer_table(producer_table&&) noexcept = default;
  producer_table& operator=(producer_table&&) noexcept = default;
  producer_table(const producer_table&) = delete;
  producer_table& operator=(const producer_table&) = delete;
  ~producer_table() = default;

  /// May this batch be appended now? Fails with invalid_producer_epoch or
  /// out_of_order_sequence. Batches without a producer are always accepted,
  /// and so is any first sequence of a producer that we do not know.
  result<checked> check(const batch_header& h) const;

  /// Remembers an appended batch; `stamped` carries its final offsets.
  void update(const batch_header& stamped);

  /// Forgets producers whose last batch is `expiration_ms` old or older. Walks
  /// them all: for a timer, not for the hot path.
  void expire(timestamp_ms now, int64_t expiration_ms);

  /// Most producers remembered; takes effect at once.
  void set_bound(int64_t producers_max);

  /// Versioned bytes for the offset store.
  std::vector<std::byte> encode() const;
  /// Fails with unsupported_format for a version of the future, and with
  /// corrupt_log when the bytes make no sense. The bound is the default one.
  static result<producer_table> decode(std::span<const std::byte> bytes);

  /// Everything remembered, ascending by producer id.
  std::vector<active_producer> active() const;
  /// Last offset of each producer's last batch below `end`; no_offset when none
  /// of those remembered lies there.
  std::unordered_map<producer_id_t, offset_t> last_offsets(offset_t end) const;
  size_t size() const noexcept { return by_id_.size(); }
  bool empty() const noexcept { return by_id_.empty(); }
  void clear();

private:
  /// One appended batch; its last offset and sequence follow from the delta.
  struct cached_batch {
    offset_t base_offset = 0;
    timestamp_ms timestamp = no_timestamp;
    int32_t last_offset_delta = 0;
    int32_t base_sequence = 0;
  };

  struct producer {
    producer_id_t id = no_producer_id;
    timestamp_ms last_timestamp = no_timestamp;
    producer_epoch_t epoch = -1;
    uint8_t batches_count = 0;
    /// Oldest first; the first `batches_count` are in use.
    std::array<cached_batch, batches_max> batches;

    int32_t last_sequence() const noexcept;
    void remember(const cached_batch& x) noexcept;
  };

  producer& touch(producer_id_t id);
  void enforce_bound();

  /// Idlest first; the map points into it.
  std::list<producer> by_idleness_;
  std::unordered_map<producer_id_t, std::list<producer>::iterator> by_id_;
  size_t producers_max_ = 100000;
};

} // namespace troupe::storage
