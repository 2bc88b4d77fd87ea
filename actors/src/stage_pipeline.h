// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_chain.h"

#include <troupe/actors/messages/stages.h>

#include <string>

namespace troupe::actors {

/// What becomes of a batch for a topic with these stages. What is no
/// batch that a client may send passes as it is: its partition says what is
/// wrong with it. As long as stages change nothing so do the bytes.
batch_staged
stage_one_batch(stage_chain& chain, const storage::topic_partition& to,
                const storage::buffer& batch, const std::string& dead_topic);

} // namespace troupe::actors
