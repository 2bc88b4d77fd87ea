// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/leave_group.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<leave_group_request>
decode_request<leave_group_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<leave_group_request>(const leave_group_request&, int16_t,
                                    int32_t, std::string_view);

template result<leave_group_response>
decode_response<leave_group_response>(const storage::buffer&, int16_t,
                                      int32_t*);

template transport::chunks
encode_response<leave_group_response>(const leave_group_response&, int16_t,
                                      int32_t);

} // namespace troupe::kafka
