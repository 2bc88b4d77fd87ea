// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/produce.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<produce_request>
decode_request<produce_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<produce_request>(const produce_request&, int16_t, int32_t,
                                std::string_view);

template result<produce_response>
decode_response<produce_response>(const storage::buffer&, int16_t, int32_t*);

template transport::chunks
encode_response<produce_response>(const produce_response&, int16_t, int32_t);

} // namespace troupe::kafka
