// SPDX-License-Identifier: Apache-2.0
#include "revised_batch.h"

#include <troupe/storage/assert.h>

namespace troupe::actors {

void revised_batch::keep(const storage::record_view& x) {
  if (rewriter_)
    rewriter_->add(x);
  else
    ++kept_;
}

void revised_batch::replace(const storage::record_view& x) {
  begin();
  rewriter_->add(x);
}

void revised_batch::drop() {
  begin();
}

result<storage::buffer> revised_batch::build() const {
  ASSERT(rewriter_.has_value());
  return rewriter_->build();
}

void revised_batch::begin() {
  if (rewriter_)
    return;
  rewriter_.emplace(header_);
  if (kept_ == 0)
    return;
  auto again = storage::for_each_record(
      batch_, unpacked_bytes_max_, [this](const storage::record_view& x) {
        rewriter_->add(x);
        return rewriter_->records_count() < kept_;
      });
  // They were read before.
  ASSERT(again.has_value());
}

} // namespace troupe::actors
