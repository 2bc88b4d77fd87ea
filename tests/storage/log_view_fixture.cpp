// SPDX-License-Identifier: Apache-2.0
#include "log_view_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::storage::test {

node_database opened(const std::string& path) {
  auto db = open_node_database(path);
  if (!db)
    FAIL(to_string(db.error()));
  return std::move(*db);
}

std::optional<offset_t> end_of(log_view& view, const topic_partition& tp) {
  auto at = view.position(tp);
  if (!at)
    FAIL(to_string(at.error()));
  return *at ? std::optional{(*at)->end_offset} : std::nullopt;
}

std::optional<std::string>
value_of(log_view& view, const topic_partition& tp, std::string_view key) {
  auto found = view.get(tp, key);
  if (!found)
    FAIL(to_string(found.error()));
  return *found;
}

entries
scanned(log_view& view, const topic_partition& tp, std::string_view prefix) {
  entries all;
  auto done = view.scan(tp, prefix, [&](auto key, auto value) {
    all.emplace_back(key, value);
    return true;
  });
  if (!done)
    FAIL(to_string(done.error()));
  return all;
}

errc refusal_of(const result<void>& x) {
  REQUIRE_FALSE(x);
  return x.error().code;
}

void apply_step(log_view& view, const topic_partition& tp, int step,
                size_t value_bytes) {
  auto value = std::to_string(step);
  value.resize(std::max(value.size(), value_bytes), '.');
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i)
    keys.push_back("key-" + std::to_string(i));
  changes all;
  for (auto& key : keys)
    all.push_back({key, value});
  auto done = view.apply(tp, {step, step + 1}, all);
  if (!done)
    FAIL(to_string(done.error()));
}

void check_whole(log_view& view, const topic_partition& tp) {
  auto end = end_of(view, tp);
  auto all = scanned(view, tp, "");
  if (!end || *end == 0) {
    CHECK(all.empty());
    return;
  }
  CHECK(all.size() == 50);
  for (auto& [key, value] : all)
    CHECK(std::stoll(value) == *end - 1);
}

} // namespace troupe::storage::test
