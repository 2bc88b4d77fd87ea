// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/offset_delete.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<offset_delete_request>
decode_request<offset_delete_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<offset_delete_request>(const offset_delete_request&, int16_t,
                                      int32_t, std::string_view);

template result<offset_delete_response>
decode_response<offset_delete_response>(const storage::buffer&, int16_t,
                                        int32_t*);

template transport::chunks
encode_response<offset_delete_response>(const offset_delete_response&, int16_t,
                                        int32_t);

} // namespace troupe::kafka
