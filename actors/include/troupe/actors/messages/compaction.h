// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/storage/compaction_plan.h>
#include <troupe/storage/compactor.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Messages about compaction, between a partition, its broker and the
/// log_cleaner. Local only.
namespace troupe::actors {

/// Time to look whether the log is worth compacting.
struct consider_compaction {};

/// Put a compacted segment in the place of those it replaces.
struct swap_segment {
  storage::cleaned_segment cleaned;
};

/// The cleaner is done with the plan of that generation, or gave it up.
struct compaction_finished {
  problem why;
  uint64_t generation = 0;
  storage::compaction_report report;
};

/// From the broker to itself.
struct compaction_due {};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::consider_compaction)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::swap_segment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::compaction_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::compaction_due)
