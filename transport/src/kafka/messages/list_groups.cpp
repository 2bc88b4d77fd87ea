// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/list_groups.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<list_groups_request>
decode_request<list_groups_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<list_groups_request>(const list_groups_request&, int16_t,
                                    int32_t, std::string_view);

template result<list_groups_response>
decode_response<list_groups_response>(const storage::buffer&, int16_t,
                                      int32_t*);

template transport::chunks
encode_response<list_groups_response>(const list_groups_response&, int16_t,
                                      int32_t);

} // namespace troupe::kafka
