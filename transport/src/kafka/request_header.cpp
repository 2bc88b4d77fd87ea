// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/kafka/request_header.h>

#include "kafka/wire_reader.h"

#include <troupe/transport/kafka/api_table.h>

namespace troupe::kafka {

result<request_header>
parse_request_header(const storage::buffer& frame, size_t* body_position) {
  request_header x;
  // The client id keeps its two-byte length in flexible headers as well.
  wire_reader in{frame, 0, false};
  x.api_key = in.take<int16_t>();
  x.api_version = in.take<int16_t>();
  x.correlation_id = in.take<int32_t>();
  const auto* info = find_api(x.api_key);
  if (in.ok() && info != nullptr && info->serves(x.api_version)) {
    if (auto length = in.take_text_length(true))
      in.take_bytes(x.client_id.emplace(), *length);
    if (info->flexible(x.api_version))
      in.skip_tags();
  }
  if (!in.ok())
    return failure(in.explain("request header", x.api_version));
  *body_position = in.position();
  return x;
}

} // namespace troupe::kafka
