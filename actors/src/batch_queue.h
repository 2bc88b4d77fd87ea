// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/partition.h>
#include <troupe/actors/outgoing_record.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/producer_options.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/record_batch.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace troupe::actors {

/// The outcome of one batch, for each of its records.
struct settled_batch {
  /// One per record, in their order; one for a whole batch.
  std::vector<ticket_t> asked;
  problem why;
  storage::offset_t base_offset = storage::no_offset;
  storage::timestamp_ms log_append_time = storage::no_timestamp;
  /// Credit that it gives back.
  size_t bytes = 0;
};

/// What a producer has for one partition: batches in their order, from their
/// first record to their outcome. Knows no actor; times are milliseconds of a
/// clock that never goes back.
class batch_queue {
public:
  explicit batch_queue(const producer_options& options) : options_(&options) {}

  /// Puts the record into the youngest batch, or begins one. `bytes` is what it
  /// counts.
  void add(ticket_t asked, const outgoing_record& x,
           storage::timestamp_ms timestamp, size_t bytes, int64_t now_ms);
  void add(ticket_t asked, storage::buffer batch, int64_t now_ms);

  /// A batch could be sent now, or is only kept from it by its stamp.
  bool due(int64_t now_ms) const { return ready(now_ms) != batches_.end(); }
  /// The next batch to send now, if there is one. Nothing overtakes: a batch
  /// that is tried again goes before younger ones. `ticket` must not be 0.
  std::optional<storage::buffer> send_next(ticket_t ticket, int64_t now_ms);
  /// Nothing can be sent before `give_id`.
  bool wants_id(int64_t now_ms) const;
  void give_id(storage::producer_id_t id) noexcept;

  /// The batch sent with `ticket` has an answer. Nothing: it is tried again,
  /// or nobody waits for it any more.
  std::optional<settled_batch>
  answered(ticket_t ticket, append_finished& x, int64_t now_ms);
  /// There is no partition to send to: the next batch is not delivered.
  std::optional<settled_batch> refuse_next(const problem& why, int64_t now_ms);
  /// There is none yet: the next batch waits.
  void postpone_next(int64_t now_ms);
  /// Batches whose delivery took too long.
  std::vector<settled_batch> expire(int64_t now_ms);
  /// Everything, with `why`.
  std::vector<settled_batch> end(const problem& why);

  /// What is here now lingers no more.
  void flush() noexcept;
  /// When there will be something to do that no answer brings about.
  std::optional<int64_t> wake_at_ms(int64_t now_ms) const;
  bool empty() const noexcept { return batches_.empty(); }

private:
  struct stamp {
    storage::producer_id_t id = storage::no_producer_id;
    int32_t sequence = 0;

    bool operator==(const stamp&) const = default;
  };

  struct pending_batch {
    /// None: it came whole.
    std::optional<storage::batch_builder> records;
    /// Empty until it is sent.
    storage::buffer bytes;
    std::vector<ticket_t> asked;
    /// What each of `records` counts.
    std::vector<size_t> record_bytes;
    size_t credit_bytes = 0;
    std::optional<stamp> stamped;
    /// Not sent before, unless it is sealed.
    int64_t lingers_until_ms = 0;
    /// Not sent again before.
    int64_t retry_at_ms = 0;
    int64_t deadline_ms = 0;
    /// 0: it is not under way.
    ticket_t ticket = 0;
    /// No record is added any more.
    bool sealed = false;
    /// A piece of one that was too large: the next piece must not be there
    /// before it, should it be too large, too.
    bool alone = false;
  };

  pending_batch& begin(int64_t now_ms);
  bool fits(const pending_batch& x, size_t bytes) const noexcept;
  /// Nothing else may be under way with it. A partition that knows nothing of
  /// an id takes any number for its first one, so the first is waited for.
  static bool goes_alone(const pending_batch& x) noexcept;
  /// The oldest that is not under way, if it is its turn and time.
  std::deque<pending_batch>::iterator ready(int64_t now_ms);
  std::deque<pending_batch>::const_iterator ready(int64_t now_ms) const;
  bool needs_stamp(const pending_batch& x) const noexcept;
  /// Others that carry another id must be settled first.
  bool may_stamp() const noexcept;
  void put_stamp(pending_batch& x);
  /// It has more than one record that came alone.
  static bool divisible(const pending_batch& x) noexcept;
  /// Refused for its size: two take its place, with its numbers. False: its
  /// bytes are not what they were.
  bool split(std::deque<pending_batch>::iterator i);
  /// It was not appended because of its number.
  void out_of_order(std::deque<pending_batch>::iterator i);
  settled_batch settle(std::deque<pending_batch>::iterator i, problem why);

  const producer_options* options_;
  std::deque<pending_batch> batches_;
  /// None: the next batch needs a new id.
  std::optional<stamp> next_stamp_;
};

/// Trying again may help.
bool may_pass(const problem& x) noexcept;

} // namespace troupe::actors
