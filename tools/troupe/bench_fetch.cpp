// SPDX-License-Identifier: Apache-2.0
#include "bench_fetch.h"

#include "bench_broker.h"
#include "bench_records.h"

#include <fmt/format.h>

namespace troupe::bench {

fetch_source::fetch_source(const bench_options& options,
                           const std::vector<bench_partition>& partitions,
                           const quota& limit)
    : topic_(options.topic),
      frame_(options.topic, {options.max_wait_ms, options.min_bytes,
                             static_cast<int32_t>(options.fetch_bytes)}),
      limit_(limit), then_(options.then) {
  // Two cursors that wait at the end of a partition would read the same, and
  // two that stop there would read it twice.
  auto per_partition = int64_t{1};
  if (then_ == at_end::wrap) {
    auto count = static_cast<int64_t>(partitions.size());
    per_partition = (options.pipeline + count - 1) / count;
  }
  for (int64_t i = 0; i < per_partition; ++i) {
    for (const auto& x : partitions) {
      auto share = (x.end_offset - x.start_offset) / per_partition * i;
      auto from = options.from_end ? x.end_offset : x.start_offset + share;
      idle_.push_back({x.index, x.start_offset, x.end_offset, from});
    }
  }
}

std::optional<request> fetch_source::next(int32_t correlation_id, nanoseconds) {
  if (limit_.used_up(received_))
    return std::nullopt;
  while (!idle_.empty()) {
    auto at = idle_.front();
    idle_.pop_front();
    if (at.position >= at.end && then_ != at_end::wait) {
      if (then_ == at_end::stop || at.start >= at.end)
        continue;
      at.position = at.start;
    }
    frame_.correlation_id(correlation_id);
    frame_.partition(at.partition);
    frame_.offset(at.position);
    asked_.push_back(at);
    return request{frame_.bytes()};
  }
  return std::nullopt;
}

result<amount>
fetch_source::on_answer(std::span<const std::byte> frame, nanoseconds) {
  auto at = asked_.front();
  asked_.pop_front();
  auto answer = parse_fetch_answer(frame);
  if (!answer)
    return tl::unexpected(answer.error());
  if (answer->error_code != 0)
    return broker_error(fmt::format("fetch {}-{} at offset {}", topic_,
                                    at.partition, at.position),
                        answer->error_code);
  auto taken = take_records(at, *answer);
  idle_.push_back(at);
  return taken;
}

result<amount>
fetch_source::take_records(cursor& at, const fetch_answer& answer) {
  auto walked = walk_batches(answer.records, at.position,
                             [](const auto&, const auto&) {});
  if (!walked)
    return tl::unexpected(walked.error());
  if (walked->bytes == 0 && !answer.records.empty())
    return failure(storage::errc::invalid_argument,
                   "a fetch response holds no whole batch");
  if (walked->bytes > 0 && walked->next_offset <= at.position)
    return failure(storage::errc::invalid_argument,
                   fmt::format("asked for offset {} of {}-{}, the broker sent "
                               "batches that end before it",
                               at.position, topic_, at.partition));
  at.position = walked->next_offset;
  received_.bytes += walked->bytes;
  received_.records += walked->records;
  return amount{walked->bytes, walked->records};
}

} // namespace troupe::bench
