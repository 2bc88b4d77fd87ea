// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_config.h>
#include <troupe/cluster/group_topics.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// Before every version of the topics.
inline constexpr int64_t before_all_topics = -1;

/// The ids, ascending, of the topics whose whole name `pattern` matches (RE2
/// syntax, ADR 0010), of those that first appeared after version `since`.
/// Internal topics are for who names them: ".*" means a user's own. Fails with
/// a sentence for the client when the pattern is not valid or asks for more
/// than `config` grants.
result<std::vector<storage::uuid>>
match_topics(std::string_view pattern, const group_topics& topics,
             int64_t since, const consumer_group_config& config);

} // namespace troupe::cluster
