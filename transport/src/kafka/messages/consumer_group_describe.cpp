// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/consumer_group_describe.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<consumer_group_describe_request>
decode_request<consumer_group_describe_request>(const storage::buffer&, size_t,
                                                int16_t);

template transport::chunks encode_request<consumer_group_describe_request>(
    const consumer_group_describe_request&, int16_t, int32_t, std::string_view);

template result<consumer_group_describe_response>
decode_response<consumer_group_describe_response>(const storage::buffer&,
                                                  int16_t, int32_t*);

template transport::chunks encode_response<consumer_group_describe_response>(
    const consumer_group_describe_response&, int16_t, int32_t);

} // namespace troupe::kafka
