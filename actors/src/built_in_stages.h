// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_pipeline.h"

namespace troupe::actors {

/// `require-key` and `mask-headers` (docs/stages.md).
stage_factories built_in_stages();

} // namespace troupe::actors
