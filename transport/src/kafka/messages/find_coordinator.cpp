// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/find_coordinator.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<find_coordinator_request>
decode_request<find_coordinator_request>(const storage::buffer&, size_t,
                                         int16_t);

template transport::chunks
encode_request<find_coordinator_request>(const find_coordinator_request&,
                                         int16_t, int32_t, std::string_view);

template result<find_coordinator_response>
decode_response<find_coordinator_response>(const storage::buffer&, int16_t,
                                           int32_t*);

template transport::chunks
encode_response<find_coordinator_response>(const find_coordinator_response&,
                                           int16_t, int32_t);

} // namespace troupe::kafka
