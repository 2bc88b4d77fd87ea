// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log_view.h>
#include <troupe/storage/offset_store.h>
#include <troupe/storage/result.h>

#include <memory>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// The node's RocksDB, as what is kept in it. It closes with the last of them.
struct node_database {
  std::unique_ptr<offset_store> offsets;
  std::unique_ptr<log_view> views;
  /// It was damaged and begins anew, empty; what there was lies in
  /// `<path>.damaged`.
  bool rebuilt = false;
};

/// Opens (and creates) the database in directory `path`.
result<node_database> open_node_database(const std::string& path);

} // namespace troupe::storage

#pragma GCC visibility pop
