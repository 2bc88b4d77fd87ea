// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/topic_kind.h>

#include <string_view>
#include <vector>

/// What the controller does to a topic it does to its companions, too.
namespace troupe::cluster {

/// One of those that belong to a topic.
struct companion {
  companion_role role = companion_role::inbox;
  const topic_image* topic = nullptr;
};

/// The topic's companions that are there; none of a log.
std::vector<companion>
companions_in(const metadata_image& image, const topic_image& x);

/// Whether a topic of that name belongs to another one.
bool is_companion(const metadata_image& image, std::string_view name);

/// What configuration a companion has of a topic with these overrides: what
/// concerns its replicas, of an inbox also the records' form. Nothing that the
/// topic still needs is deleted by retention, and what was taken from producers
/// once is not refused later.
config_map companion_configs(const config_map& overrides, companion_role role);

/// Whether its configuration follows that of its topic. Dead letters are for
/// people, who decide how long to keep them.
bool follows_configs(companion_role role) noexcept;

/// Refuses what would set a companion and its topic apart.
decision
check_not_companion(const metadata_image& image, std::string_view name);
/// The same for a change of its configuration.
decision
check_configs_are_its_own(const metadata_image& image, std::string_view name);

} // namespace troupe::cluster
