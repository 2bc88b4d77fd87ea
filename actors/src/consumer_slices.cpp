// SPDX-License-Identifier: Apache-2.0
// From a slice of a log to the block that a subscriber gets.
#include "consumer_actor.h"

#include "error_map.h"

#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace troupe::actors {

namespace {

/// Times that a slice is brought into memory before the read is tried anew.
constexpr int cold_attempts_max = 8;
/// In which hits and misses of the page cache are counted.
constexpr size_t page_bytes = 4096;

/// Where the last batch of `bytes` ends; they are whole batches of our log.
result<storage::offset_t> end_of(std::span<const std::byte> bytes) {
  storage::offset_t end = storage::no_offset;
  while (!bytes.empty()) {
    auto header = storage::parse_batch_header(bytes);
    if (!header)
      return failure(header.error());
    if (header->size_bytes() > bytes.size())
      return failure(storage::errc::corrupt_log, "a batch is cut off");
    end = header->next_offset();
    bytes = bytes.subspan(header->size_bytes());
  }
  return end;
}

} // namespace

void consumer_state::view(ticket_t ticket, read_finished x,
                          const view_desk_actor& views) {
  x.records.size =
      std::min(x.records.size, std::max(viewed_bytes_max, x.first_batch_bytes));
  view_slice what{core_->find(ticket)->what.partition, x.records};
  auto take_what_is_seen = [this, ticket, x](slice_viewed& seen) {
    viewed(ticket, x, seen);
    turn();
  };
  self->request(views, view_patience, std::move(what))
      .then(take_what_is_seen, [take_what_is_seen](const caf::error& e) {
        slice_viewed none;
        none.why = storage::error{storage::errc::busy, to_problem(e).message};
        take_what_is_seen(none);
      });
}

void consumer_state::viewed(ticket_t ticket, read_finished x,
                            slice_viewed& seen) {
  auto order = core_->find(ticket);
  if (!order)
    return;
  if (!seen.why.ok())
    return failed(ticket, std::move(seen.why));
  if (seen.changed)
    return deliver(*order, x, std::move(seen.batches));
  x.records.size = seen.seen_bytes;
  take_records(ticket, {std::move(x)});
}

void consumer_state::take_records(ticket_t ticket, cold_slice x) {
  auto order = core_->find(ticket);
  if (!order)
    return;
  const auto& slice = x.found.records;
  auto block = pool_->take(slice.size);
  auto read = slice.source->read_nowait(slice.position, block.bytes);
  if (!read)
    return failed(ticket, std::move(read.error()));
  auto pages = slice.size / page_bytes + 1;
  auto relaxed = std::memory_order_relaxed;
  if (read->resident) {
    if (read->size < slice.size)
      return failed(ticket, storage::error{storage::errc::corrupt_log,
                                           "the segment is too short"});
    if (slice.counters != nullptr && x.attempts == 0)
      slice.counters->pages_hit.fetch_add(pages, relaxed);
    return deliver(*order, x.found, {std::move(block.owner), block.bytes});
  }
  if (slice.counters != nullptr && x.attempts == 0)
    slice.counters->pages_missed.fetch_add(pages, relaxed);
  // Short of memory the pages are gone again before we come to look.
  if (++x.attempts > cold_attempts_max)
    return core_->pause(ticket, config_.steady_now());
  auto wanted = slice;
  cold_[ticket] = std::move(x);
  config_.read_in(std::move(wanted), [me = consumer_body_actor{self}, ticket] {
    caf::anon_send(me, slice_read_in{ticket});
  });
}

void consumer_state::on_slice_read_in(const slice_read_in& x) {
  auto waiting = cold_.extract(x.ticket);
  if (!waiting.empty())
    take_records(x.ticket, std::move(waiting.mapped()));
  turn();
}

void consumer_state::deliver(const consumer_core::read_order& order,
                             const read_finished& x, storage::buffer batches) {
  auto end = end_of(batches.bytes());
  if (!end)
    return failed(order.ticket, std::move(end.error()));
  turn_bytes_ += batches.size();
  core_->found(order.ticket, *end);
  self->send(config_.subscriber,
             records_block{order.what, std::move(batches), order.from, *end,
                           x.high_watermark});
}

} // namespace troupe::actors
