// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/create_topics.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<create_topics_request>
decode_request<create_topics_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<create_topics_request>(const create_topics_request&, int16_t,
                                      int32_t, std::string_view);

template result<create_topics_response>
decode_response<create_topics_response>(const storage::buffer&, int16_t,
                                        int32_t*);

template transport::chunks
encode_response<create_topics_response>(const create_topics_response&, int16_t,
                                        int32_t);

} // namespace troupe::kafka
