// SPDX-License-Identifier: Apache-2.0
#include "bench_broker.h"

#include <troupe/transport/kafka/error_code.h>
#include <troupe/transport/kafka/messages/api_versions.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace troupe::bench {

tl::unexpected<storage::error>
broker_error(const std::string& what, int16_t error_code) {
  auto name = kafka::name(static_cast<kafka::error_code>(error_code));
  return failure(storage::errc::invalid_argument,
                 fmt::format("{}: {} ({})", what, name, error_code));
}

result<broker_client>
broker_client::open(const address& broker, double timeout_s) {
  std::chrono::milliseconds timeout(static_cast<int64_t>(timeout_s * 1000));
  auto socket = frame_socket::open(broker, timeout);
  if (!socket)
    return tl::unexpected(socket.error());
  broker_client made(std::move(*socket));
  // Version 0 is what every broker answers.
  auto versions = made.ask_in<kafka::api_versions_response>(
      kafka::api_versions_request{}, 0);
  if (!versions)
    return tl::unexpected(versions.error());
  if (versions->error_code != 0)
    return broker_error("ask for versions", versions->error_code);
  for (const auto& x : versions->api_keys)
    made.versions_[static_cast<kafka::api_key>(x.api_key)] = {x.min_version,
                                                              x.max_version};
  return made;
}

result<void> broker_client::require(kafka::api_key api, int16_t version) const {
  auto found = versions_.find(api);
  if (found != versions_.end() && version >= found->second.min
      && version <= found->second.max)
    return {};
  return failure(storage::errc::invalid_argument,
                 fmt::format("the broker does not serve version {} of API {}",
                             version, static_cast<int>(api)));
}

result<int16_t>
broker_client::common_version(kafka::api_key api, int16_t version_max) const {
  auto found = versions_.find(api);
  auto ours = kafka::find_api(static_cast<int16_t>(api));
  if (found != versions_.end() && ours != nullptr) {
    auto newest = std::min({found->second.max, ours->max_version, version_max});
    if (newest >= std::max(found->second.min, ours->min_version))
      return newest;
  }
  return failure(storage::errc::invalid_argument,
                 fmt::format("the broker and the bench share no version of "
                             "API {}",
                             static_cast<int>(api)));
}

} // namespace troupe::bench
