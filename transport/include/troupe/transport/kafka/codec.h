// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/result.h>
#include <troupe/transport/chunk.h>
#include <troupe/transport/kafka/request_header.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

/// Between wire and structs, for the messages in `kafka/messages/`. All
/// functions are pure and may be called from any thread. Input from outside
/// leads to `errc::invalid_argument` at worst; to encode in a version that
/// `api_table()` does not serve is a broken promise.
namespace troupe::kafka {

/// Decodes the body of a request. Records are slices of `frame`, everything
/// else is copied. Bytes after the body are an error.
template <class Request>
result<Request> decode_request(const storage::buffer& frame,
                               size_t body_position, int16_t version);

/// The whole frame, size prefix included. A file slice and larger records in
/// memory become chunks of their own, the rest shares one allocation. Empty
/// when the answer would be larger than the 2 GiB of a frame: what is asked
/// for decides the size of some answers.
template <class Response>
transport::chunks
encode_response(const Response& x, int16_t version, int32_t correlation_id);

/// The client's side of `decode_request`, size prefix included. Empty when the
/// frame would be larger than 2 GiB.
template <class Request>
transport::chunks
encode_request(const Request& x, int16_t version, int32_t correlation_id,
               std::string_view client_id);

/// The client's side of `encode_response`; `frame` has no size prefix.
template <class Response>
result<Response> decode_response(const storage::buffer& frame, int16_t version,
                                 int32_t* correlation_id);

} // namespace troupe::kafka

#pragma GCC visibility pop
