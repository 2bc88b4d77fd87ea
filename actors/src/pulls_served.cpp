// SPDX-License-Identifier: Apache-2.0
#include "pulls_served.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

namespace troupe::actors {

namespace {

/// The bytes [from, from + size) of a slice; nothing when they are not there.
std::optional<storage::buffer>
read_piece(const storage::file_slice& slice, uint32_t from, uint32_t size) {
  auto bytes = std::make_shared_for_overwrite<std::byte[]>(size);
  std::span into(bytes.get(), size);
  auto read = slice.source->read(slice.position + from, into);
  if (!read || *read != size)
    return std::nullopt;
  return storage::buffer(std::move(bytes), into);
}

} // namespace

void pulls_served::open(uint64_t credit_bytes) {
  clear();
  credit_ = cluster::credit_window(credit_bytes);
}

void pulls_served::clear() {
  waiting_.clear();
  answers_.clear();
  bare_.clear();
  credit_ = cluster::credit_window{};
}

bool pulls_served::begin(const send_pull& x) {
  if (waiting_.size() + answers_.size() + bare_.size() >= limits_.pulls_max)
    return false;
  waiting_.insert_or_assign(x.pull.name, pull{x.number, x.pull.fetch_offset});
  return true;
}

void pulls_served::answer(records_pulled x) {
  auto found = waiting_.find(x.outcome.name);
  if (found == waiting_.end()
      || found->second.fetch_offset != x.outcome.fetch_offset)
    return;
  auto& queue = x.records.size > 0 ? answers_ : bare_;
  queue.push_back({found->second.number, std::move(x)});
  waiting_.erase(found);
}

uint32_t pulls_served::piece_bytes() const noexcept {
  const auto& x = answers_.front();
  auto left = x.answer.records.size - x.sent_bytes;
  // A peer with a small window gets small pieces.
  auto largest = std::min<uint64_t>(limits_.piece_bytes_max,
                                    credit_.left() + credit_.in_flight());
  return static_cast<uint32_t>(std::min<uint64_t>(left, largest));
}

bool pulls_served::stalled() const noexcept {
  if (answers_.empty())
    return false;
  auto wanted = piece_bytes();
  return wanted == 0 || credit_.left() < wanted;
}

std::optional<pulls_served::message> pulls_served::next() {
  if (bare_.empty())
    return next_piece();
  auto done = first_piece(bare_.front(), {}, false);
  bare_.pop_front();
  return done;
}

std::optional<pulls_served::message> pulls_served::next_piece() {
  if (answers_.empty() || stalled())
    return std::nullopt;
  auto& x = answers_.front();
  auto size = piece_bytes();
  auto read = read_piece(x.answer.records, x.sent_bytes, size);
  auto broken = !read;
  storage::buffer piece;
  if (read) {
    static_cast<void>(credit_.take(size));
    piece = std::move(*read);
  }
  bool first = x.sent_bytes == 0;
  x.sent_bytes += size;
  auto done = first
                  ? first_piece(x, std::move(piece), broken)
                  : message(pull_continued{x.number, std::move(piece), broken});
  if (broken || x.sent_bytes == x.answer.records.size)
    answers_.pop_front();
  return done;
}

pulls_served::message pulls_served::first_piece(answer_under_way& x,
                                                storage::buffer piece,
                                                bool broken) {
  pull_answered answer;
  answer.number = x.number;
  answer.outcome = std::move(x.answer.outcome);
  answer.piece = std::move(piece);
  if (broken)
    answer.outcome.why = storage::error{
        storage::errc::io,
        "reading " + to_string(answer.outcome.name) + " failed on its leader"};
  else
    answer.batches_bytes = x.answer.records.size;
  return answer;
}

} // namespace troupe::actors
