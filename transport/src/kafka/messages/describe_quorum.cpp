// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/describe_quorum.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<describe_quorum_request>
decode_request<describe_quorum_request>(const storage::buffer&, size_t,
                                        int16_t);

template transport::chunks
encode_request<describe_quorum_request>(const describe_quorum_request&, int16_t,
                                        int32_t, std::string_view);

template result<describe_quorum_response>
decode_response<describe_quorum_response>(const storage::buffer&, int16_t,
                                          int32_t*);

template transport::chunks
encode_response<describe_quorum_response>(const describe_quorum_response&,
                                          int16_t, int32_t);

} // namespace troupe::kafka
