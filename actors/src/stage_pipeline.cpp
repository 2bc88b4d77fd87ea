// SPDX-License-Identifier: Apache-2.0
#include "stage_pipeline.h"

#include <troupe/cluster/controller.h>
#include <troupe/cluster/kind_headers.h>
#include <troupe/storage/batch_rewrite.h>
#include <troupe/storage/log_config.h>

#include <exception>
#include <optional>
#include <utility>

namespace troupe::actors {

namespace {

/// A batch may hold millions of records; an answer need not name them all.
constexpr size_t failures_max = 100;

problem failed_stage(const std::string& name, const std::string& why) {
  return cluster::decision{cluster::refusal::policy_violation,
                           "stage '" + name + "' failed: " + why};
}

/// Runs `f`; why not, if it throws.
template <class F>
std::optional<std::string> guarded(F f) {
  try {
    f();
    return std::nullopt;
  } catch (const std::exception& x) {
    return x.what();
  } catch (...) {
    return "it threw what is no exception";
  }
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

void refuse(batch_staged& outcome, int32_t index, std::string reason) {
  if (outcome.failures.size() < failures_max)
    outcome.failures.push_back({index, std::move(reason)});
}

} // namespace

result<stage_pipeline, problem>
stage_pipeline::make(const reconfigure_stages& config,
                     const stage_factories& factories,
                     const std::string& topic) {
  std::vector<named_stage> made;
  for (const auto& name : config.config.names) {
    auto factory = factories.find(name);
    if (factory == factories.end() || factory->second == nullptr)
      return tl::unexpected(failed_stage(name, "this node does not know it"));
    auto& next = made.emplace_back();
    next.name = name;
    auto why = guarded([&] {
      next.stage = factory->second({topic, config.settings});
    });
    if (!why && next.stage == nullptr)
      why = "its factory made nothing";
    if (why)
      return tl::unexpected(failed_stage(name, *why));
  }
  return stage_pipeline(std::move(made), config.config.dead_topic);
}

batch_staged stage_pipeline::run(const stage_batch& x) const {
  batch_staged outcome;
  outcome.batch = x.batch;
  auto header = storage::parse_batch_header(x.batch.bytes());
  if (!header || !is_whole(x.batch, *header))
    return outcome;
  std::string asking;
  auto why = guarded([&] { run(x, *header, outcome, asking); });
  if (why) {
    outcome = {};
    outcome.health = stage_health::failed;
    outcome.why = failed_stage(asking, *why);
  }
  return outcome;
}

stage_verdict
stage_pipeline::judge(staged_record& x, std::string& asking) const {
  for (const auto& each : stages_) {
    asking = each.name;
    auto verdict = each.stage(x);
    if (verdict.what != stage_verdict::action::pass)
      return verdict;
  }
  return pass_record();
}

void stage_pipeline::run(const stage_batch& x,
                         const storage::batch_header& header,
                         batch_staged& outcome, std::string& asking) const {
  storage::batch_rewriter rewritten(header);
  int32_t index = 0;
  auto look = [&](const storage::record_view& each) {
    using enum stage_verdict::action;
    staged_record record(each, x.to);
    auto verdict = judge(record, asking);
    outcome.changed =
        outcome.changed || record.changed() || verdict.what != pass;
    switch (verdict.what) {
    case pass:
      rewritten.add(record.view());
      break;
    case drop:
      break;
    case route:
      outcome.elsewhere.push_back(moved_to(std::move(verdict.topic), record));
      break;
    case dead_letter:
      outcome.elsewhere.push_back(moved_to(dead_topic_, record));
      outcome.elsewhere.back().headers.emplace_back(cluster::reason_header,
                                                    std::move(verdict.reason));
      break;
    case reject:
      refuse(outcome, index, std::move(verdict.reason));
      break;
    }
    ++index;
    return true;
  };
  auto bytes_max =
      static_cast<size_t>(storage::log_config{}.decompressed_bytes_max);
  auto walked = storage::for_each_record(x.batch.bytes(), bytes_max, look);
  if (!walked)
    outcome.why = std::move(walked.error());
  else if (!outcome.failures.empty())
    outcome.why = {storage::error{storage::errc::invalid_record,
                                  outcome.failures.front().message}};
  else if (outcome.changed) {
    auto built = rewritten.build();
    if (built)
      outcome.batch = std::move(*built);
    else
      outcome.why = std::move(built.error());
  }
  if (!outcome.why.ok())
    outcome.elsewhere.clear();
}

} // namespace troupe::actors
