// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/metadata.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<metadata_request>
decode_request<metadata_request>(const storage::buffer&, size_t, int16_t);

template transport::chunks
encode_request<metadata_request>(const metadata_request&, int16_t, int32_t,
                                 std::string_view);

template result<metadata_response>
decode_response<metadata_response>(const storage::buffer&, int16_t, int32_t*);

template transport::chunks
encode_response<metadata_response>(const metadata_response&, int16_t, int32_t);

} // namespace troupe::kafka
