// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage_chain.h"

namespace troupe::actors {

/// `mask-headers`, `match-header`, `pass`, `require-key` (docs/stages.md).
stage_factories built_in_stages();

} // namespace troupe::actors
