// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/heartbeat.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<heartbeat_request>
decode_request<heartbeat_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<heartbeat_request>(const heartbeat_request&, int16_t, int32_t,
                                  std::string_view);

template result<heartbeat_response>
decode_response<heartbeat_response>(const storage::buffer&, int16_t, int32_t*);

template transport::chunks
encode_response<heartbeat_response>(const heartbeat_response&, int16_t,
                                    int32_t);

} // namespace troupe::kafka
