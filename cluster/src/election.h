// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <map>
#include <vector>

namespace troupe::cluster {

/// Nodes as they are, or as they are about to be.
using node_table = std::map<node_id, node_registration>;

bool contains(const std::vector<node_id>& nodes, node_id x);

/// Whether the node may be in sync and lead: it is known and not fenced.
bool in_service(const node_table& nodes, node_id x);

/// The same for a node that is not on its way out either.
bool stays_in_service(const node_table& nodes, node_id x);

/// Whether `settled` may find something to change.
bool needs_settling(const partition_registration& x, const node_table& nodes);

/// What becomes of `wanted`, a change of replicas or ISR made to `before` (or
/// `before` itself, when it was nodes that changed):
///
/// * fenced nodes leave the ISR, except when it would be empty: then those who
///   were in it last stay, because one of them must come back to lead;
/// * replicas that move are done when all new ones are in sync (KIP-455);
/// * the leader stays if it may, else the first replica that is in sync and in
///   service leads, one that is leaving only when there is no other;
/// * each change raises the partition epoch; a new leader, or the loss of a
///   replica, which must not go on pulling, raises the leader epoch.
///
/// The same as `before` when there is nothing to change.
partition_registration settled(const partition_registration& before,
                               partition_registration wanted,
                               const node_table& nodes);

/// A leader for a partition that `settled` could give none: any replica in
/// service, alone in the ISR; records that only others have are lost (KIP-106).
/// The same as `x` when there is no such replica.
partition_registration elected_unclean(const partition_registration& before,
                                       partition_registration x,
                                       const node_table& nodes);

} // namespace troupe::cluster
