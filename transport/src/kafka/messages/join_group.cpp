// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/join_group.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<join_group_request>
decode_request<join_group_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<join_group_request>(const join_group_request&, int16_t, int32_t,
                                   std::string_view);

template result<join_group_response>
decode_response<join_group_response>(const storage::buffer&, int16_t, int32_t*);

template transport::chunks
encode_response<join_group_response>(const join_group_response&, int16_t,
                                     int32_t);

} // namespace troupe::kafka
