// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/topic_kind.h>

#include <string_view>

/// What the controller does to a topic it does to its companions, too.
namespace troupe::cluster {

/// Whether a running broker carries the kind out.
bool served(topic_kind x) noexcept;

/// The configuration of the inbox of a topic with these overrides: what is
/// said of the records' form, and nothing that retention would delete.
config_map inbox_configs(const config_map& overrides);

/// The topic's inbox; null of a log.
const topic_image* inbox_of(const metadata_image& image, const topic_image& x);

/// Refuses what would set a companion and its topic apart.
decision check_not_companion(std::string_view name);

} // namespace troupe::cluster
