// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/partition_kind.h>
#include <troupe/cluster/kind_config.h>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::actors {

/// The kinds of a program, by name.
using partition_kinds = std::map<std::string, partition_kind_factory>;

/// Whether topics of that kind may need to know what consumers have fetched.
bool watches_consumers(cluster::topic_kind x) noexcept;

/// The kind of a topic with that configuration, which is not a log: one of
/// those built in, or of `own`. Null when nobody knows it.
std::unique_ptr<partition_kind>
make_partition_kind(const cluster::kind_config& config,
                    const partition_kinds& own,
                    const partition_kind_settings& settings);

/// The first delivery of each of these records.
std::vector<cluster::queue_step>
deliveries_of(const std::vector<storage::offset_t>& offsets);

/// Whether a mover can do that: records told of, each once, and no more than it
/// asked for. A program's own kind may be wrong.
bool can_be_done(std::span<const cluster::queue_step> steps,
                 storage::offset_t read_end, size_t count_max);

} // namespace troupe::actors
