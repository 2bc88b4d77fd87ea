// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/describe_cluster.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<describe_cluster_request>
decode_request<describe_cluster_request>(const storage::buffer&, size_t,
                                         int16_t);

template transport::chunks
encode_request<describe_cluster_request>(const describe_cluster_request&,
                                         int16_t, int32_t, std::string_view);

template result<describe_cluster_response>
decode_response<describe_cluster_response>(const storage::buffer&, int16_t,
                                           int32_t*);

template transport::chunks
encode_response<describe_cluster_response>(const describe_cluster_response&,
                                           int16_t, int32_t);

} // namespace troupe::kafka
