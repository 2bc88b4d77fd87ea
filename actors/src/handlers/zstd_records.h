// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_slice.h>

namespace troupe::actors::handlers {

/// Shortens whole batches to those before the first one that is packed with
/// zstd; false when that leaves none. Batches whose headers are not in memory
/// any more pass: they are looked at without waiting.
bool keep_before_zstd(storage::file_slice& records);

} // namespace troupe::actors::handlers
