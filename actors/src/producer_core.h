// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch_queue.h"
#include "local_routes.h"

#include <troupe/actors/messages/produce.h>
#include <troupe/actors/producer_options.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// What a producer decides: what it takes, when which batch leaves, whether it
/// is tried again. Knows no actor; times are milliseconds of a clock that never
/// goes back.
class producer_core {
public:
  explicit producer_core(const producer_options& options);
  producer_core(const producer_core&) = delete;
  producer_core& operator=(const producer_core&) = delete;

  /// Takes it, or says why not; `asked` names it in what comes of it.
  problem take(ticket_t asked, const storage::topic_partition& to,
               const outgoing_record& x, storage::timestamp_ms timestamp,
               int64_t now_ms);
  problem take(ticket_t asked, const storage::topic_partition& to,
               storage::buffer batch, int64_t now_ms);
  /// There would be room for so much.
  bool has_credit(size_t bytes) const noexcept;

  /// How batches leave.
  struct outlet {
    /// Why nothing can be sent to the partition, if so.
    std::function<std::optional<route_refusal>(
        const storage::topic_partition& to)>
        check;
    /// The answer must name the ticket.
    std::function<void(const storage::topic_partition& to, ticket_t ticket,
                       storage::buffer batch)>
        send;
  };
  /// Sends what is due; returns what never will be.
  std::vector<settled_batch> send_due(int64_t now_ms, const outlet& to);
  /// A partition's next batch waits for a producer id.
  bool wants_id(int64_t now_ms) const;
  void give_id(storage::producer_id_t id, int64_t now_ms);

  std::optional<settled_batch> answered(append_finished& x, int64_t now_ms);
  std::vector<settled_batch> expire(int64_t now_ms);
  std::vector<settled_batch> end(const problem& why);
  void flush() noexcept;

  std::optional<int64_t> wake_at_ms(int64_t now_ms) const;
  size_t bytes_taken() const noexcept { return bytes_; }

private:
  /// Queues of partitions that have nothing to send are kept up to here.
  static constexpr size_t idle_queues_max = 1'000;

  using queues = std::map<storage::topic_partition, batch_queue>;

  problem admit(size_t bytes) const;
  batch_queue& queue_of(const storage::topic_partition& to);
  void settled(const settled_batch& x) noexcept;
  void drop_idle();

  producer_options options_;
  queues queues_;
  /// Those that are not empty, and some that have become so.
  std::vector<queues::value_type*> active_;
  /// Where the answers belong.
  std::unordered_map<ticket_t, storage::topic_partition> sent_;
  ticket_t next_ticket_ = 1;
  size_t bytes_ = 0;
};

} // namespace troupe::actors
