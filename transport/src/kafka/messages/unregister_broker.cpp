// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/unregister_broker.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<unregister_broker_request>
decode_request<unregister_broker_request>(const storage::buffer&, size_t,
                                          int16_t);

template transport::chunks
encode_request<unregister_broker_request>(const unregister_broker_request&,
                                          int16_t, int32_t, std::string_view);

template result<unregister_broker_response>
decode_response<unregister_broker_response>(const storage::buffer&, int16_t,
                                            int32_t*);

template transport::chunks
encode_response<unregister_broker_response>(const unregister_broker_response&,
                                            int16_t, int32_t);

} // namespace troupe::kafka
