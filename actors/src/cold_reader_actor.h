// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/interfaces.h>

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// Reads slices into the page cache, and looks for records by their time. A
/// slice that cannot be read is reported as done too: whoever sends it meets
/// the error itself.
cold_reader_actor::behavior_type cold_reader(cold_reader_actor::pointer self);

} // namespace troupe::actors
