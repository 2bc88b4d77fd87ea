// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan_core.h"
#include "plan_question.h"

#include <string>

namespace troupe::plan {

/// For a person: a line for each figure, for the cluster and for each broker.
std::string to_table(const question& asked, const capacity& x);

/// For a program: what was asked and every figure, whole numbers in bytes,
/// seconds and records.
std::string to_json(const question& asked, const capacity& x);

} // namespace troupe::plan
