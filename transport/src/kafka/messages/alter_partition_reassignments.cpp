// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/alter_partition_reassignments.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<alter_partition_reassignments_request>
decode_request<alter_partition_reassignments_request>(const storage::buffer&,
                                                      size_t, int16_t);

template transport::chunks
encode_request<alter_partition_reassignments_request>(
    const alter_partition_reassignments_request&, int16_t, int32_t,
    std::string_view);

template result<alter_partition_reassignments_response>
decode_response<alter_partition_reassignments_response>(const storage::buffer&,
                                                        int16_t, int32_t*);

template transport::chunks
encode_response<alter_partition_reassignments_response>(
    const alter_partition_reassignments_response&, int16_t, int32_t);

} // namespace troupe::kafka
