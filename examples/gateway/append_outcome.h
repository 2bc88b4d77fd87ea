// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"
#include "refusal.h"

#include <troupe/actors/problem.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <vector>

namespace gateway {

/// What became of one record.
struct record_outcome {
  troupe::actors::problem why;
  int32_t partition = -1;
  troupe::storage::offset_t offset = troupe::storage::no_offset;
};

/// `{"offsets":[{"partition":0,"offset":12},{"error":NAME,...}]}` in the order
/// of the request. The status is 200, or that of the first record that failed:
/// others may be in the log.
answer to_answer(const std::vector<record_outcome>& outcomes);

} // namespace gateway
