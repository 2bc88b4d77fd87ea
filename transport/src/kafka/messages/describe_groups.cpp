// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/describe_groups.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<describe_groups_request>
decode_request<describe_groups_request>(const storage::buffer&, size_t,
                                        int16_t);

template transport::chunks
encode_request<describe_groups_request>(const describe_groups_request&, int16_t,
                                        int32_t, std::string_view);

template result<describe_groups_response>
decode_response<describe_groups_response>(const storage::buffer&, int16_t,
                                          int32_t*);

template transport::chunks
encode_response<describe_groups_response>(const describe_groups_response&,
                                          int16_t, int32_t);

} // namespace troupe::kafka
