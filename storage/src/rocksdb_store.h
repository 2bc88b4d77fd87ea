// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rocksdb_database.h"

#include <troupe/storage/log_view.h>
#include <troupe/storage/offset_store.h>

#include <memory>

namespace troupe::storage {

/// Checkpoints in the families `partitions`, `epochs` and `producers`.
std::unique_ptr<offset_store>
make_rocksdb_store(std::shared_ptr<rocksdb_database> in);

/// Views in the family `views`.
std::unique_ptr<log_view>
make_rocksdb_log_view(std::shared_ptr<rocksdb_database> in);

} // namespace troupe::storage
