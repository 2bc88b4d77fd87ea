// SPDX-License-Identifier: Apache-2.0
#include "bench_commit.h"

#include "bench_broker.h"
#include "bench_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::bench {

namespace {

constexpr int16_t commit_key = 8;

} // namespace

commit_frame::commit_frame(std::string_view group, std::string_view topic,
                           int32_t partitions)
    : bytes_(begin_request(commit_key, commit_version)) {
  group_position_ = bytes_.size() + sizeof(int16_t);
  append(bytes_, group);
  append(bytes_, int32_t{-1});        // generation: no member
  append(bytes_, std::string_view()); // member id
  append(bytes_, int16_t{-1});        // instance id: null
  append(bytes_, int32_t{1});
  append(bytes_, topic);
  append(bytes_, partitions);
  offset_position_ = bytes_.size() + sizeof(int32_t);
  for (int32_t i = 0; i < partitions; ++i) {
    auto begin = bytes_.size();
    append(bytes_, i);
    append(bytes_, int64_t{0});
    append(bytes_, int32_t{-1}); // leader epoch
    append(bytes_, std::string_view());
    offset_stride_ = bytes_.size() - begin;
  }
  put_size(bytes_);
}

void commit_frame::correlation_id(int32_t x) {
  put(bytes_.data() + correlation_position, x);
}

void commit_frame::group(std::string_view x) {
  auto chars = std::as_bytes(std::span{x.data(), x.size()});
  std::ranges::copy(chars, bytes_.data() + group_position_);
}

void commit_frame::offset(storage::offset_t x) {
  for (auto i = offset_position_; i < bytes_.size(); i += offset_stride_)
    put(bytes_.data() + i, x);
}

result<commit_answer> parse_commit_answer(std::span<const std::byte> frame) {
  field_reader in(frame);
  in.get<int32_t>(); // correlation id
  in.get<int32_t>(); // throttle time
  auto topics = in.get<int32_t>();
  in.skip_string();
  commit_answer answer;
  answer.partitions = in.get<int32_t>();
  for (int32_t i = 0; i < answer.partitions && in.complete(); ++i) {
    in.get<int32_t>();
    auto error_code = in.get<int16_t>();
    if (answer.error_code == 0)
      answer.error_code = error_code;
  }
  if (!in.complete() || topics != 1)
    return failure(storage::errc::invalid_argument,
                   "the broker's OffsetCommit response is not about one topic");
  return answer;
}

commit_source::commit_source(const bench_options& options, int32_t partitions,
                             std::vector<std::string> groups,
                             const quota& limit)
    : groups_(std::move(groups)),
      frame_(groups_.front(), options.topic, partitions),
      per_request_{frame_.bytes().size(), static_cast<uint64_t>(partitions)},
      limit_(limit) {}

std::optional<request>
commit_source::next(int32_t correlation_id, nanoseconds) {
  if (limit_.used_up(sent_))
    return std::nullopt;
  frame_.correlation_id(correlation_id);
  frame_.group(groups_[turn_]);
  frame_.offset(offset_++);
  turn_ = (turn_ + 1) % groups_.size();
  sent_.bytes += per_request_.bytes;
  sent_.records += per_request_.records;
  return request{frame_.bytes(), per_request_.bytes, per_request_.records};
}

result<amount>
commit_source::on_answer(std::span<const std::byte> frame, nanoseconds) {
  auto answer = parse_commit_answer(frame);
  if (!answer)
    return tl::unexpected(answer.error());
  if (answer->error_code != 0)
    return broker_error("commit offsets", answer->error_code);
  if (static_cast<uint64_t>(answer->partitions) != per_request_.records)
    return failure(storage::errc::invalid_argument,
                   fmt::format("{} of {} committed partitions were answered",
                               answer->partitions, per_request_.records));
  return per_request_;
}

} // namespace troupe::bench
