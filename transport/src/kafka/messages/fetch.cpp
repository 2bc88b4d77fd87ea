// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/fetch.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<fetch_request>
decode_request<fetch_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks encode_request<fetch_request>(const fetch_request&,
                                                         int16_t, int32_t,
                                                         std::string_view);

template result<fetch_response>
decode_response<fetch_response>(const storage::buffer&, int16_t, int32_t*);

template transport::chunks
encode_response<fetch_response>(const fetch_response&, int16_t, int32_t);

} // namespace troupe::kafka
