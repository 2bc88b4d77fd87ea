// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/init_producer_id.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<init_producer_id_request>
decode_request<init_producer_id_request>(const storage::buffer&, size_t,
                                         int16_t);

template transport::chunks
encode_request<init_producer_id_request>(const init_producer_id_request&,
                                         int16_t, int32_t, std::string_view);

template result<init_producer_id_response>
decode_response<init_producer_id_response>(const storage::buffer&, int16_t,
                                           int32_t*);

template transport::chunks
encode_response<init_producer_id_response>(const init_producer_id_response&,
                                           int16_t, int32_t);

} // namespace troupe::kafka
