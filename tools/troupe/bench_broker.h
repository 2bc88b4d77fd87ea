// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_clock.h"
#include "bench_socket.h"

#include <troupe/storage/buffer.h>
#include <troupe/storage/result.h>
#include <troupe/transport/kafka/api_key.h>
#include <troupe/transport/kafka/api_table.h>
#include <troupe/transport/kafka/codec.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace troupe::bench {

/// `what: NOT_LEADER_OR_FOLLOWER (6)`, as an error.
tl::unexpected<storage::error>
broker_error(const std::string& what, int16_t error_code);

/// One request at a time to one broker, in the newest version that both sides
/// speak: for set-up, where speed does not matter.
class broker_client {
public:
  /// Connects and learns the broker's versions.
  static result<broker_client> open(const address& broker, double timeout_s);

  /// Fails unless the broker serves `version` of `api`.
  result<void> require(kafka::api_key api, int16_t version) const;

  /// `version_max` is for requests that need nothing newer.
  template <class Response, class Request>
  result<Response>
  ask(const Request& request, int16_t version_max = INT16_MAX) {
    auto version = common_version(Request::api, version_max);
    if (!version)
      return tl::unexpected(version.error());
    return ask_in<Response>(request, *version);
  }

private:
  struct range {
    int16_t min = 0;
    int16_t max = 0;
  };

  explicit broker_client(frame_socket socket) : socket_(std::move(socket)) {}

  result<int16_t> common_version(kafka::api_key api, int16_t version_max) const;

  template <class Response, class Request>
  result<Response> ask_in(const Request& request, int16_t version) {
    auto frame =
        kafka::encode_request(request, version, ++last_id_, "troupe-bench");
    for (const auto& piece : frame)
      if (auto* bytes = std::get_if<storage::buffer>(&piece))
        if (auto sent = socket_.send(bytes->bytes()); !sent)
          return tl::unexpected(sent.error());
    auto answer = socket_.receive();
    if (!answer)
      return tl::unexpected(answer.error());
    int32_t correlation_id = 0;
    auto response = kafka::decode_response<Response>(
        storage::buffer::copy_of(*answer), version, &correlation_id);
    if (response && correlation_id != last_id_)
      return failure(storage::errc::invalid_argument,
                     "the broker answered with a wrong correlation id");
    return response;
  }

  frame_socket socket_;
  std::map<kafka::api_key, range> versions_;
  int32_t last_id_ = 0;
};

} // namespace troupe::bench
