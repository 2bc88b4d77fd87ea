// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker_fixture.h"
#include "moved_records.h"

#include <troupe/cluster/topic_kind.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

inline consumption_source_actor::behavior_type
consumption_source(consumption_source_actor::pointer, found_commit* known) {
  return {[known](const find_commit&) { return *known; }};
}

/// A broker that leads the topic "t", of another kind than log, and all that
/// belongs to it, in virtual time.
struct mover_fixture : broker_fixture {
  using values = std::vector<std::string>;

  explicit mover_fixture(const std::string& kind, cluster::config_map more = {},
                         partition_kinds own = {})
      : configs(std::move(more)) {
    configs["troupe.kind"] = kind;
    config.kinds = std::make_shared<const partition_kinds>(std::move(own));
    topics = {{"t", {1, 1, configs}}};
    uint8_t id = 1;
    for (auto role : cluster::companions_of(cluster::kind_of(configs)))
      topics[cluster::companion_name("t", role)] = {++id, 1};
    config.now = [this] { return now_ms; };
    config.steady_now = [this] { return now_ms; };
    config.consumption = keep(system().spawn(consumption_source, &committed));
    open();
  }

  /// A mover that waits for something would have a timer for ever.
  ~mover_fixture() {
    stop();
    broker = nullptr;
  }

  void open() {
    start();
    apply(topics);
    wait(1'000);
  }

  /// The node ends and comes again.
  void restart() {
    stop();
    broker = nullptr;
    auto nothing = std::make_shared<routing>();
    nothing->image = nothing->applied =
        std::make_shared<cluster::metadata_image>();
    config.routes = routes = std::make_shared<published<routing>>(nothing);
    open();
  }

  void wait(int64_t time_ms) {
    // In steps: one timer arms the next.
    for (int64_t passed = 0; passed < time_ms; passed += 50) {
      now_ms += 50;
      pass(std::chrono::milliseconds(50));
    }
  }

  partition_actor at(const std::string& topic) { return route(topic).actor; }
  partition_actor companion(cluster::companion_role role) {
    return at(cluster::companion_name("t", role));
  }
  partition_actor inbox() { return companion(cluster::companion_role::inbox); }

  problem append_to(const partition_actor& where, const std::string& value,
                    std::vector<storage::record_field> headers = {}) {
    storage::batch_builder batch;
    batch.add(now_ms, "k", value, headers);
    tell(where, append_records{1, batch.build(), 1, client});
    return told.appends.back().why;
  }

  problem produce(const std::string& value,
                  std::vector<storage::record_field> headers = {}) {
    return append_to(inbox(), value, std::move(headers));
  }

  problem produce_due_in(const std::string& value, int64_t time_ms) {
    auto due = std::to_string(now_ms + time_ms);
    return produce(value, {{cluster::due_header, due}});
  }

  problem produce_at_level(const std::string& value, int level) {
    auto text = std::to_string(level);
    return produce(value, {{cluster::priority_header, text}});
  }

  problem acknowledge(const std::string& delivery,
                      std::optional<std::string_view> verdict = {}) {
    std::vector<storage::record_field> headers;
    if (verdict)
      headers.push_back({cluster::verdict_header, *verdict});
    return append_to(companion(cluster::companion_role::acknowledgements),
                     delivery, headers);
  }

  /// A consumer has got all that is there, and asks for more.
  void fetch_all() {
    tell(at("t"), read_records{2, end_offset(at("t")), 1 << 20, -1, client});
    CHECK(told.reads.back().why.ok());
  }

  /// Every record of a partition's log. Reads like a consumer that stops before
  /// the end.
  std::vector<moved_record> all(const partition_actor& of) {
    std::vector<moved_record> found;
    auto from = ask<partition_description>(of, describe_partition{});
    for (auto at = from.log_start_offset; at < from.high_watermark;) {
      tell(of, read_records{2, at, 1 << 20, -1, client});
      const auto& read = told.reads.back();
      REQUIRE(read.why.ok());
      std::vector<std::byte> bytes(read.records.size);
      REQUIRE(read.records.source->read(read.records.position, bytes));
      REQUIRE(for_each_batch(bytes, [&](const auto& header, const auto& batch) {
        at = header.next_offset();
        return storage::for_each_record(batch, 1 << 20,
                                        [&](const auto& record) {
                                          found.push_back(copy_of(record, {}));
                                          return true;
                                        })
            .has_value();
      }));
    }
    return found;
  }

  values values_of(const partition_actor& of) {
    values found;
    for (const auto& x : all(of))
      found.push_back(x.value.value_or(""));
    return found;
  }

  values visible() { return values_of(at("t")); }

  static std::string header_of(const moved_record& x, std::string_view name) {
    std::string found;
    for (const auto& [key, value] : x.headers)
      if (key == name)
        found = value.value_or("");
    return found;
  }

  /// In the order of the topic.
  values deliveries() {
    values found;
    for (const auto& x : all(at("t")))
      found.push_back(header_of(x, cluster::delivery_header));
    return found;
  }

  static constexpr storage::timestamp_ms start_ms = 1'000'000;

  cluster::config_map configs;
  std::map<std::string, topic> topics;
  storage::timestamp_ms now_ms = start_ms;
  found_commit committed;
};

} // namespace troupe::actors
