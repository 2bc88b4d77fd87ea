// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/disk_crowding.h>

#include <node_marks.h>

namespace troupe::cluster {

std::optional<config_alteration> crowding_change(const metadata_image& image,
                                                 node_id self,
                                                 int32_t used_percent) {
  bool marked = has_mark(image, self, node_mark::crowded);
  if (marked ? used_percent > roomy_percent : used_percent < crowded_percent)
    return std::nullopt;
  config_alteration x;
  x.node = self;
  x.is_broker = true;
  auto what = marked ? config_operation::remove : config_operation::set;
  x.changes.push_back({key_of(node_mark::crowded), what, "true"});
  return x;
}

} // namespace troupe::cluster
