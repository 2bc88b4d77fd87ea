// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/api_versions.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<api_versions_request>
decode_request<api_versions_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<api_versions_request>(const api_versions_request&, int16_t,
                                     int32_t, std::string_view);

template result<api_versions_response>
decode_response<api_versions_response>(const storage::buffer&, int16_t,
                                       int32_t*);

template transport::chunks
encode_response<api_versions_response>(const api_versions_response&, int16_t,
                                       int32_t);

} // namespace troupe::kafka
