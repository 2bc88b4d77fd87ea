// SPDX-License-Identifier: Apache-2.0
#include "kafka/describe/incremental_alter_configs.h"

#include "kafka/codec_definitions.h"

namespace troupe::kafka {

template result<incremental_alter_configs_request>
decode_request<incremental_alter_configs_request>(const storage::buffer&,
                                                  size_t, int16_t);

template transport::chunks encode_request<incremental_alter_configs_request>(
    const incremental_alter_configs_request&, int16_t, int32_t,
    std::string_view);

template result<incremental_alter_configs_response>
decode_response<incremental_alter_configs_response>(const storage::buffer&,
                                                    int16_t, int32_t*);

template transport::chunks encode_response<incremental_alter_configs_response>(
    const incremental_alter_configs_response&, int16_t, int32_t);

} // namespace troupe::kafka
