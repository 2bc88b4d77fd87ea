// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/offset_fetch.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<offset_fetch_request>
decode_request<offset_fetch_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<offset_fetch_request>(const offset_fetch_request&, int16_t,
                                     int32_t, std::string_view);

template result<offset_fetch_response>
decode_response<offset_fetch_response>(const storage::buffer&, int16_t,
                                       int32_t*);

template transport::chunks
encode_response<offset_fetch_response>(const offset_fetch_response&, int16_t,
                                       int32_t);

} // namespace troupe::kafka
