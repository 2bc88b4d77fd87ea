// SPDX-License-Identifier: Apache-2.0
#include "bench_coordinator.h"

#include "bench_broker.h"
#include "bench_clock.h"

#include <troupe/transport/kafka/error_code.h>
#include <troupe/transport/kafka/messages/find_coordinator.h>
#include <troupe/transport/kafka/messages/offset_fetch.h>

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <thread>
#include <utility>

namespace troupe::bench {

namespace {

/// How often a coordinator is asked that is not ready.
constexpr std::chrono::milliseconds coordinator_pause{20};

bool not_ready(int16_t error_code) {
  auto is = [=](kafka::error_code x) {
    return error_code == static_cast<int16_t>(x);
  };
  return is(kafka::error_code::coordinator_not_available)
         || is(kafka::error_code::coordinator_load_in_progress)
         || is(kafka::error_code::not_coordinator);
}

/// Calls `ask`, which returns an error code, until the coordinator is ready.
template <class Ask>
result<void> ask_until_ready(const std::string& what,
                             const bench_options& options, Ask ask) {
  auto deadline = now_ns() + from_seconds(options.timeout_s);
  for (;;) {
    result<int16_t> code = ask();
    if (!code)
      return tl::unexpected(code.error());
    if (*code == 0)
      return {};
    if (!not_ready(*code) || now_ns() >= deadline)
      return broker_error(what, *code);
    std::this_thread::sleep_for(coordinator_pause);
  }
}

result<address> find_coordinator(broker_client& broker,
                                 const std::string& group,
                                 const bench_options& options) {
  kafka::find_coordinator_request request;
  request.key = group;
  // Later versions ask for many at once, with other fields.
  constexpr int16_t version_max = 3;
  address found;
  auto done =
      ask_until_ready(fmt::format("find the coordinator of group '{}'", group),
                      options, [&]() -> result<int16_t> {
                        auto x = broker.ask<kafka::find_coordinator_response>(
                            request, version_max);
                        if (!x)
                          return tl::unexpected(x.error());
                        found = {x->host, static_cast<uint16_t>(x->port)};
                        return x->error_code;
                      });
  if (!done)
    return tl::unexpected(done.error());
  return found;
}

result<void> await_loaded(broker_client& coordinator, const std::string& group,
                          const bench_options& options) {
  kafka::offset_fetch_request request;
  request.group_id = group;
  request.topics.emplace();
  constexpr int16_t version_max = 7;
  return ask_until_ready(fmt::format("fetch offsets of group '{}'", group),
                         options, [&]() -> result<int16_t> {
                           auto x =
                               coordinator.ask<kafka::offset_fetch_response>(
                                   request, version_max);
                           if (!x)
                             return tl::unexpected(x.error());
                           return x->error_code;
                         });
}

} // namespace

result<std::vector<bench_group>>
prepare_groups(const bench_options& options,
               const std::vector<std::pair<kafka::api_key, int16_t>>& needed) {
  auto bootstrap = parse_address(options.bootstrap);
  if (!bootstrap)
    return tl::unexpected(bootstrap.error());
  auto broker = broker_client::open(*bootstrap, options.timeout_s);
  if (!broker)
    return tl::unexpected(broker.error());
  std::map<address, broker_client> coordinators;
  std::vector<bench_group> groups;
  for (int32_t i = 0; i < options.groups; ++i) {
    auto id = fmt::format("{}-{:06}", options.group, i);
    auto at = find_coordinator(*broker, id, options);
    if (!at)
      return tl::unexpected(at.error());
    auto known = coordinators.find(*at);
    if (known == coordinators.end()) {
      auto opened = broker_client::open(*at, options.timeout_s);
      if (!opened)
        return tl::unexpected(opened.error());
      for (auto [api, version] : needed)
        if (auto served = opened->require(api, version); !served)
          return tl::unexpected(served.error());
      known = coordinators.emplace(*at, std::move(*opened)).first;
    }
    if (auto loaded = await_loaded(known->second, id, options); !loaded)
      return tl::unexpected(loaded.error());
    groups.push_back({std::move(id), std::move(*at)});
  }
  return groups;
}

std::vector<group_share>
share_groups(const std::vector<bench_group>& groups, int32_t connections) {
  auto count = static_cast<size_t>(connections);
  std::vector<group_share> shares;
  for (size_t c = 0; c < count; ++c) {
    std::map<address, std::vector<std::string>> by_coordinator;
    for (auto i = c % groups.size(); i < groups.size(); i += count)
      by_coordinator[groups[i].coordinator].push_back(groups[i].id);
    for (auto& [coordinator, ids] : by_coordinator)
      shares.push_back({coordinator, std::move(ids)});
  }
  return shares;
}

} // namespace troupe::bench
