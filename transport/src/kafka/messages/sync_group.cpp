// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/sync_group.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<sync_group_request>
decode_request<sync_group_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<sync_group_request>(const sync_group_request&, int16_t, int32_t,
                                   std::string_view);

template result<sync_group_response>
decode_response<sync_group_response>(const storage::buffer&, int16_t, int32_t*);

template transport::chunks
encode_response<sync_group_response>(const sync_group_response&, int16_t,
                                     int32_t);

} // namespace troupe::kafka
