// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/interfaces.h>
#include <troupe/actors/messages/consumption.h>
#include <troupe/actors/messages/metrics.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#pragma GCC visibility push(default)

/// Who asks whom for the figures of a node.
namespace troupe::actors {

/// Whoever knows what groups have committed.
using commits_source_actor = caf::typed_actor<
    // A page of them.
    replies_to<list_commits>::with<commits_listed>>;

/// Whoever knows how far groups have come with a partition.
using consumption_source_actor = caf::typed_actor<
    // Of what this node keeps of them.
    replies_to<find_commit>::with<found_commit>>;

/// The coordinator of groups as a node spawns it.
using listing_coordinator_actor = group_coordinator_actor::extend<
    // Its commits, for metrics.
    replies_to<list_commits>::with<commits_listed>,
    // How far a group has come, for movers.
    replies_to<find_commit>::with<found_commit>>;

/// Gathers what only actors know of a node's figures, when somebody looks.
using metrics_actor = caf::typed_actor<
    // All of it, of about now.
    replies_to<collect_metrics>::with<metrics_collected>>;

} // namespace troupe::actors

#pragma GCC visibility pop
