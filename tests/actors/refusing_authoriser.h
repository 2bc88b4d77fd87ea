// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/authoriser.h>

#include <string>
#include <vector>

namespace troupe::actors {

/// Refuses everything and remembers what it was asked.
class refusing_authoriser final : public authoriser {
public:
  bool allows(const question& x) override;

  /// As "read topic t".
  std::vector<std::string> asked;
};

} // namespace troupe::actors
