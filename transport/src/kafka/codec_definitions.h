// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/decoder.h"
#include "kafka/encoder.h"
#include "kafka/frame_builder.h"

#include <troupe/storage/assert.h>
#include <troupe/transport/kafka/api_table.h>
#include <troupe/transport/kafka/codec.h>

#include <limits>
#include <string>
#include <utility>

namespace troupe::kafka {

template <class Message>
const api_info& api_of() noexcept {
  const auto* found = find_api(static_cast<int16_t>(Message::api));
  ASSERT(found != nullptr);
  return *found;
}

/// Reads the message that fills the rest of `in`.
template <class Message>
result<Message> decode_message(wire_reader& in, wire_format format) {
  Message x;
  decoder{in, format}.read_struct(x);
  if (in.ok() && in.bytes_left() > 0)
    in.fail("bytes follow the message");
  if (!in.ok())
    return failure(in.explain(api_of<Message>().name.data(), format.version));
  return x;
}

/// Runs `write_frame` twice: to count, then to write. Nothing when the frame's
/// size prefix could not hold its size.
template <class Write>
transport::chunks build_frame(const Write& write_frame) {
  counting_sink counted;
  write_frame(counted);
  if (counted.total_bytes() > std::numeric_limits<int32_t>::max())
    return {};
  auto size = static_cast<int32_t>(counted.total_bytes());
  counted.put(size);
  frame_builder out{counted};
  out.put(size);
  write_frame(out);
  return out.finish();
}

// What other libraries call: an instantiation is visible where its template is
// defined so.
#pragma GCC visibility push(default)

template <class Request>
result<Request> decode_request(const storage::buffer& frame,
                               size_t body_position, int16_t version) {
  const auto& info = api_of<Request>();
  wire_format format{version, info.flexible(version)};
  wire_reader in{frame, body_position, format.flexible};
  if (!info.serves(version)) {
    in.fail("version is not served");
    return failure(in.explain(info.name.data(), version));
  }
  return decode_message<Request>(in, format);
}

template <class Response>
transport::chunks
encode_response(const Response& x, int16_t version, int32_t correlation_id) {
  const auto& info = api_of<Response>();
  ASSERT(info.serves(version));
  wire_format format{version, info.flexible(version)};
  bool tagged_header = format.flexible && info.key != api_key::api_versions;
  return build_frame([&]<class Sink>(Sink& out) {
    out.put(correlation_id);
    if (tagged_header)
      out.put_uvarint(0);
    encoder<Sink>{out, format, null_records::become_empty}.write_struct(x);
  });
}

template <class Request>
transport::chunks
encode_request(const Request& x, int16_t version, int32_t correlation_id,
               std::string_view client_id) {
  const auto& info = api_of<Request>();
  ASSERT(info.serves(version));
  ASSERT(client_id.size() <= std::numeric_limits<int16_t>::max());
  wire_format format{version, info.flexible(version)};
  return build_frame([&]<class Sink>(Sink& out) {
    out.put(static_cast<int16_t>(info.key));
    out.put(version);
    out.put(correlation_id);
    out.put(static_cast<int16_t>(client_id.size()));
    out.put_bytes(std::as_bytes(std::span{client_id}));
    if (format.flexible)
      out.put_uvarint(0);
    encoder<Sink>{out, format, null_records::allowed}.write_struct(x);
  });
}

template <class Response>
result<Response> decode_response(const storage::buffer& frame, int16_t version,
                                 int32_t* correlation_id) {
  const auto& info = api_of<Response>();
  wire_format format{version, info.flexible(version)};
  wire_reader in{frame, 0, format.flexible};
  if (!info.serves(version))
    in.fail("version is not served");
  *correlation_id = in.take<int32_t>();
  if (format.flexible && info.key != api_key::api_versions)
    in.skip_tags();
  return decode_message<Response>(in, format);
}

#pragma GCC visibility pop

} // namespace troupe::kafka
