// SPDX-License-Identifier: Apache-2.0
#include "stage_pipeline.h"

#include "revised_batch.h"

#include <troupe/cluster/kind_headers.h>
#include <troupe/storage/log_config.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

/// A batch may hold millions of records; an answer need not name them all.
constexpr size_t failures_max = 100;
/// What a record for another topic costs beside its bytes.
constexpr size_t moved_record_bytes = 256;

size_t unpacked_bytes_max() {
  return static_cast<size_t>(storage::log_config{}.decompressed_bytes_max);
}

/// One whole batch as clients may send them, undamaged.
bool is_whole(const storage::buffer& batch, const storage::batch_header& x) {
  return x.size_bytes() == batch.size() && !x.control() && x.records_count > 0
         && x.last_offset_delta == x.records_count - 1
         && storage::batch_crc(
                x, batch.bytes().subspan(storage::batch_header_bytes))
                == x.crc;
}

std::optional<std::string> owned(const std::optional<std::string_view>& x) {
  return x ? std::optional<std::string>(*x) : std::nullopt;
}

outgoing_record moved_to(std::string topic, const staged_record& x) {
  outgoing_record moved;
  moved.topic = std::move(topic);
  moved.partition = x.partition();
  moved.key = owned(x.key());
  moved.value = owned(x.value());
  for (const auto& header : x.headers())
    moved.headers.emplace_back(header.key, owned(header.value));
  moved.timestamp = x.timestamp();
  return moved;
}

size_t bytes_of(const outgoing_record& x) {
  auto size = [](const auto& part) { return part ? part->size() : 0; };
  auto bytes =
      moved_record_bytes + x.topic.size() + size(x.key) + size(x.value);
  for (const auto& [name, value] : x.headers)
    bytes += name.size() + size(value);
  return bytes;
}

std::string shortened(std::string x) {
  x.resize(std::min(x.size(), stage_text_bytes_max));
  return x;
}

/// One batch on its way through the stages.
class staging {
public:
  staging(stage_chain& chain, const storage::topic_partition& to,
          const storage::buffer& batch, const storage::batch_header& header,
          const std::string& dead_topic)
      : chain_(chain), to_(to), dead_topic_(dead_topic),
        revised_(batch.bytes(), header, unpacked_bytes_max()) {
    outcome_.batch = batch;
  }

  void run() {
    auto walked =
        storage::for_each_record(outcome_.batch.bytes(), unpacked_bytes_max(),
                                 [this](const auto& x) { return look(x); });
    if (!walked)
      outcome_.why = std::move(walked.error());
    else if (!outcome_.failures.empty())
      outcome_.why = {storage::error{storage::errc::invalid_record,
                                     outcome_.failures.front().message}};
    else if (fault_.ok() && revised_.changed())
      build();
    if (!outcome_.why.ok())
      outcome_.elsewhere.clear();
  }

  /// Why the stages failed, though they threw nothing.
  problem& fault() { return fault_; }
  batch_staged& outcome() { return outcome_; }

private:
  bool look(const storage::record_view& each) {
    staged_record record(each, to_);
    auto verdict = chain_.judge(record);
    if (record.overflowed()) {
      fault_ = chain_.fault("it set more than 64 MiB on one record");
      return false;
    }
    take(record, std::move(verdict));
    ++index_;
    if (revised_.bytes() + elsewhere_bytes_ > staged_batch_bytes_max)
      fault_ = chain_.fault("it made more than 64 MiB of one batch");
    return fault_.ok();
  }

  void take(const staged_record& record, stage_verdict verdict) {
    using enum stage_verdict::action;
    switch (verdict.what) {
    case pass:
      if (record.changed())
        revised_.replace(record.view());
      else
        revised_.keep(record.view());
      return;
    case drop:
      break;
    case route:
      move(moved_to(std::move(verdict.topic), record));
      break;
    case dead_letter: {
      auto dead = moved_to(dead_topic_, record);
      dead.headers.emplace_back(cluster::reason_header,
                                shortened(std::move(verdict.reason)));
      move(std::move(dead));
      break;
    }
    case reject:
      if (outcome_.failures.size() < failures_max)
        outcome_.failures.push_back(
            {index_, shortened(std::move(verdict.reason))});
      return;
    }
    revised_.drop();
  }

  void move(outgoing_record x) {
    elsewhere_bytes_ += bytes_of(x);
    outcome_.elsewhere.push_back(std::move(x));
  }

  void build() {
    auto built = revised_.build();
    if (!built) {
      outcome_.why = std::move(built.error());
      return;
    }
    outcome_.batch = std::move(*built);
    outcome_.changed = true;
  }

  stage_chain& chain_;
  const storage::topic_partition& to_;
  const std::string& dead_topic_;
  revised_batch revised_;
  batch_staged outcome_;
  problem fault_;
  int32_t index_ = 0;
  size_t elsewhere_bytes_ = 0;
};

} // namespace

batch_staged
stage_one_batch(stage_chain& chain, const storage::topic_partition& to,
                const storage::buffer& batch, const std::string& dead_topic) {
  auto header = storage::parse_batch_header(batch.bytes());
  if (!header || !is_whole(batch, *header)) {
    batch_staged as_it_came;
    as_it_came.batch = batch;
    return as_it_came;
  }
  staging work(chain, to, batch, *header, dead_topic);
  auto why = chain.guard([&work] { work.run(); });
  if (why.ok())
    why = std::move(work.fault());
  if (why.ok())
    return std::move(work.outcome());
  batch_staged failed;
  failed.health = stage_health::failed;
  failed.why = std::move(why);
  return failed;
}

} // namespace troupe::actors
