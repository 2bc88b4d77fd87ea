// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/elect_leaders.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<elect_leaders_request>
decode_request<elect_leaders_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<elect_leaders_request>(const elect_leaders_request&, int16_t,
                                      int32_t, std::string_view);

template result<elect_leaders_response>
decode_response<elect_leaders_response>(const storage::buffer&, int16_t,
                                        int32_t*);

template transport::chunks
encode_response<elect_leaders_response>(const elect_leaders_response&, int16_t,
                                        int32_t);

} // namespace troupe::kafka
