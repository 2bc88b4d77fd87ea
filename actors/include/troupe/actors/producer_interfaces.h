// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/produce.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer_options.h>
#include <troupe/storage/result.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#pragma GCC visibility push(default)

namespace troupe::actors {

/// Appends records to partitions that this node leads, without a socket. What
/// comes from one actor for one partition keeps its order (see
/// producer_options). It lives until the last handle is gone and nothing is
/// under way, or until its node stops: then everything that waits is answered
/// with errc::stopping, and later requests fail as those to any actor that
/// ended.
///
/// Requests may have an infinite timeout: every one is answered within the
/// delivery timeout. Messages sent without a request are answered with the
/// same records_produced.
using producer_actor = caf::typed_actor<
    // One record, or a whole batch.
    caf::replies_to<produce_record>::with<records_produced>,
    caf::replies_to<produce_batch>::with<records_produced>,
    // Back-pressure.
    caf::replies_to<await_credit>::with<credit_given>,
    // Wait for everything.
    caf::replies_to<flush_producer>::with<producer_flushed>>;

/// A producer that runs on one of the node's lanes. May be used by actors of
/// any actor system of the process, and by threads that are no actors. Fails
/// when the node has stopped or the options make no sense. Thread safe.
result<producer_actor> spawn_producer(node& home, producer_options options);

} // namespace troupe::actors

#pragma GCC visibility pop
