// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>

#include <string>

namespace troupe::cluster {

/// A refusal with its message.
decision refuse(refusal what, std::string message);

/// The same as an outcome that changes nothing.
outcome refused(decision verdict);
outcome refused(refusal what, std::string message);

} // namespace troupe::cluster
