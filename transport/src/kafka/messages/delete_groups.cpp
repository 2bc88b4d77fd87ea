// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/delete_groups.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<delete_groups_request>
decode_request<delete_groups_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<delete_groups_request>(const delete_groups_request&, int16_t,
                                      int32_t, std::string_view);

template result<delete_groups_response>
decode_response<delete_groups_response>(const storage::buffer&, int16_t,
                                        int32_t*);

template transport::chunks
encode_response<delete_groups_response>(const delete_groups_response&, int16_t,
                                        int32_t);

} // namespace troupe::kafka
