// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/server.h>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace troupe::actors {

/// A blocking Kafka client on one connection, with a deadline for each call.
class node_client {
public:
  explicit node_client(const transport::endpoint& at);
  ~node_client();
  node_client(const node_client&) = delete;
  node_client& operator=(const node_client&) = delete;

  template <class Response, class Request>
  Response ask(const Request& x, int16_t version) {
    send(kafka::encode_request(x, version, ++correlation_id_, "test"));
    int32_t correlation_id = -1;
    auto answer = kafka::decode_response<Response>(receive_frame(), version,
                                                   &correlation_id);
    REQUIRE(answer.has_value());
    CHECK(correlation_id == correlation_id_);
    return std::move(*answer);
  }

  /// The node has closed the connection.
  bool at_end();

private:
  void send(const transport::chunks& frame);
  storage::buffer receive_frame();
  std::vector<std::byte> receive(size_t size);

  int socket_ = -1;
  int32_t correlation_id_ = 0;
};

} // namespace troupe::actors
