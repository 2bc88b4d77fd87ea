// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster_network.h"
#include "temporary_directory.h"

#include <memory>
#include <string>

namespace troupe::actors {

/// An authority made for one test, and the certificates that it signs.
class test_authority {
public:
  test_authority();
  ~test_authority();

  /// A certificate of its own for a node, as files.
  cluster_tls issue(const std::string& node);

private:
  struct secrets;

  temporary_directory directory_;
  std::unique_ptr<secrets> secrets_;
};

} // namespace troupe::actors
