// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_chain.h"

#include <troupe/actors/messages/stages.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/types.h>

namespace troupe::actors {

/// What readers of `from` see of `batches`, which lie in its log and may end
/// within a batch. Batches keep their offsets, so that a reader gets on; one of
/// which nothing is seen is a header. Bytes are made only of batches that
/// change.
slice_viewed view_batches(stage_chain& chain,
                          const storage::topic_partition& from,
                          const storage::buffer& batches);

} // namespace troupe::actors
