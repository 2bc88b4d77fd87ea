// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/stage_interfaces.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/types.h>

#include <functional>
#include <unordered_map>

namespace troupe::actors {

/// The desks of the topics that have stages, as the metadata says. The
/// broker's.
class stage_desks {
public:
  using opener = std::function<stage_desk_actor(const cluster::topic_image&)>;

  /// Null for a topic without stages. Tells a desk what has changed.
  stage_desk_actor
  desk_of(const cluster::topic_image& topic, const opener& open);

  /// Desks of topics that are gone let what comes late pass.
  void close_missing(const cluster::metadata_image& image);

private:
  struct open_desk {
    stage_desk_actor actor;
    cluster::config_map configs;
  };

  std::unordered_map<storage::uuid, open_desk> by_topic_;
};

} // namespace troupe::actors
