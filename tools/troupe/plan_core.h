// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan_load.h"
#include "plan_question.h"

#include <troupe/storage/result.h>

#include <cstdint>

namespace troupe::plan {

/// The answer to a `question`.
struct capacity {
  load broker;
  /// That of all brokers together.
  load cluster;
  /// The factor that was reckoned with.
  int64_t replication_factor = 0;
  /// Of how many seconds the page cache holds the records.
  double page_cache_s = 0;
};

/// The capacity formula of docs/capacity.md. Figures are exact up to 2^63 - 1;
/// disks and page cache are rounded up to whole bytes. invalid_argument, with
/// the name of the option, when a figure is out of its range or when the
/// options together come to more than that.
result<capacity> work_out(const question& x);

} // namespace troupe::plan
