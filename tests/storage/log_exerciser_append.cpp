// SPDX-License-Identifier: Apache-2.0
#include "log_exerciser.h"

#include <cerrno>

namespace troupe::storage::test {

namespace {

constexpr producer_id_t producers_max = 4;

} // namespace

model_batch
log_exerciser::make_batch(producer_id_t producer, int32_t sequence) {
  static const std::string filler(2000, 'x');
  model_batch x;
  x.base_offset = model_.end_offset();
  if (one_in(40))
    ++epoch_;
  x.epoch = epoch_;
  x.producer = producer;
  x.sequence = sequence;
  auto compacted = options_.config.cleanup_compact;
  batch_builder builder{compacted && one_in(4) ? codec::lz4 : codec::none};
  auto count = 1 + below(4);
  for (uint64_t i = 0; i < count; ++i) {
    auto size = one_in(30) ? below(600) : below(120);
    auto timestamp = now_ - static_cast<timestamp_ms>(below(300));
    model_record record;
    record.timestamp = options_.config.log_append_time ? now_ : timestamp;
    if (compacted)
      record.key = "k" + std::to_string(below(80));
    if (!compacted || !one_in(5))
      record.value = filler.substr(0, size);
    builder.add(timestamp,
                compacted ? std::optional<std::string_view>{record.key}
                          : std::nullopt,
                record.value);
    x.add(std::move(record));
  }
  if (producer >= 0)
    builder.producer(producer, 0, sequence);
  x.sent = builder.build();
  return x;
}

std::string log_exerciser::expect_append(model_batch x) {
  auto done = log_->append(x.sent, {x.epoch, now_, append_origin::client});
  if (!done)
    return "append: " + to_string(done.error());
  if (done->duplicate || done->base_offset != x.base_offset
      || done->next_offset != x.next_offset())
    return "append at offset " + std::to_string(done->base_offset)
           + " instead of " + std::to_string(x.base_offset);
  if (x.producer >= 0)
    next_sequence_[x.producer] = x.sequence + x.offsets_count;
  model_.append(std::move(x));
  return {};
}

std::string log_exerciser::append() {
  return expect_append(make_batch(no_producer_id, -1));
}

std::string log_exerciser::append_idempotent() {
  auto producer = static_cast<producer_id_t>(below(producers_max));
  auto x = make_batch(producer, next_sequence_[producer]);
  // A gap is refused, unless the producer is unknown (then anything goes).
  auto known = false;
  for (auto& each : log_->active_producers())
    known = known || each.id == producer;
  if (known && one_in(10)) {
    auto gap = make_batch(producer, next_sequence_[producer] + 1);
    auto done =
        log_->append(gap.sent, {gap.epoch, now_, append_origin::client});
    if (done || done.error().code != errc::out_of_order_sequence)
      return "a gap in sequence numbers was accepted";
  }
  x.epoch = epoch_;
  return expect_append(std::move(x));
}

std::string log_exerciser::retry() {
  // The latest batch of some producer, if the log still holds it.
  auto producer = static_cast<producer_id_t>(below(producers_max));
  auto& batches = model_.originals();
  for (auto x = batches.rbegin(); x != batches.rend(); ++x) {
    if (x->producer != producer || x->base_offset < model_.start_offset())
      continue;
    auto done = log_->append(x->sent, {epoch_, now_, append_origin::client});
    if (!done)
      return "retry: " + to_string(done.error());
    if (!done->duplicate || done->base_offset != x->base_offset
        || done->next_offset != x->next_offset())
      return "a retry was not answered with the offsets of the first copy";
    return {};
  }
  return {};
}

std::string log_exerciser::append_replicated() {
  std::vector<std::byte> bytes;
  std::vector<model_batch> batches;
  auto next = model_.end_offset();
  for (auto i = 1 + below(5); i > 0; --i) {
    auto x = make_batch(no_producer_id, -1);
    // As a leader would have stamped it.
    auto records = x.sent.bytes().subspan(batch_header_bytes);
    auto header = *parse_batch_header(x.sent.bytes());
    header.base_offset = x.base_offset = next;
    header.leader_epoch = x.epoch;
    if (options_.config.log_append_time) {
      header.max_timestamp = now_;
      header.attributes |= 0x08;
      header.crc = batch_crc(header, records);
    }
    auto stamped = encode_batch_header(header);
    bytes.insert(bytes.end(), stamped.begin(), stamped.end());
    bytes.insert(bytes.end(), records.begin(), records.end());
    next = x.next_offset();
    batches.push_back(std::move(x));
  }
  auto done = log_->append_replicated(buffer::copy_of(bytes), now_);
  if (!done)
    return "append replicated: " + to_string(done.error());
  if (done->base_offset != model_.end_offset() || done->next_offset != next)
    return "append replicated: wrong offsets";
  for (auto& x : batches)
    model_.append(std::move(x));
  return {};
}

std::string log_exerciser::append_with_fault() {
  auto faults = 1 + below(2);
  for (uint64_t i = 0; i < faults; ++i) {
    auto what = static_cast<operation>(below(9));
    fs_.inject(what, one_in(2) ? "" : ".log", one_in(2) ? EIO : ENOSPC,
               static_cast<int>(below(2)), static_cast<int>(1 + below(3)));
  }
  for (auto i = 1 + below(4); i > 0; --i) {
    auto x = make_batch(no_producer_id, -1);
    auto done = log_->append(x.sent, {x.epoch, now_, append_origin::client});
    if (done)
      model_.append(std::move(x));
    else if (done.error().code != errc::io
             && done.error().code != errc::disk_full)
      return "append with a fault: " + to_string(done.error());
    if (log_->end_offset() != model_.end_offset())
      return "a failed append moved the end";
  }
  if (one_in(3))
    return crash();
  fs_.clear_faults();
  if (auto wrong = append(); !wrong.empty())
    return "after a fault: " + wrong;
  return model_.check_content(*log_, 2000);
}

std::string log_exerciser::append_to_full_disk() {
  fs_.set_space(fs_.used_bytes() + below(500));
  for (int i = 0; i < 5; ++i) {
    auto x = make_batch(no_producer_id, -1);
    auto done = log_->append(x.sent, {x.epoch, now_, append_origin::client});
    if (done)
      model_.append(std::move(x));
    else if (done.error().code != errc::disk_full)
      return "append to a full disk: " + to_string(done.error());
  }
  fs_.set_space(std::nullopt);
  if (auto wrong = append(); !wrong.empty())
    return "after the disk had been full: " + wrong;
  return {};
}

} // namespace troupe::storage::test
