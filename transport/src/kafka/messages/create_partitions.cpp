// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/create_partitions.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<create_partitions_request>
decode_request<create_partitions_request>(const storage::buffer&, size_t,
                                          int16_t);

template transport::chunks
encode_request<create_partitions_request>(const create_partitions_request&,
                                          int16_t, int32_t, std::string_view);

template result<create_partitions_response>
decode_response<create_partitions_response>(const storage::buffer&, int16_t,
                                            int32_t*);

template transport::chunks
encode_response<create_partitions_response>(const create_partitions_response&,
                                            int16_t, int32_t);

} // namespace troupe::kafka
