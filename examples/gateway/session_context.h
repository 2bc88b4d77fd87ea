// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge.h"
#include "gateway_options.h"
#include "origin_policy.h"

namespace gateway {

/// What all connections use and none owns; it outlives them.
struct session_context {
  gateway_limits bounds;
  origin_policy origins;
  bridge* orders = nullptr;
};

} // namespace gateway
