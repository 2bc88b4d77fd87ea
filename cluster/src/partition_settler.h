// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <election.h>
#include <troupe/cluster/controller.h>

#include <cstddef>

namespace troupe::cluster {

/// Collects what becomes of partitions (see `settled`) as records. Lives for
/// one decision; the arguments must outlive it.
class partition_settler {
public:
  /// `nodes`: those of the image, or what they are about to be.
  partition_settler(const metadata_image& image, const node_table& nodes,
                    const broker_config& broker)
      : image_(image), nodes_(nodes), broker_(broker) {}

  /// Adds the change of one partition to `out`, if there is one.
  void settle(const topic_image& topic, size_t partition,
              partition_registration wanted, outcome& out) const;
  /// Every partition that the state of its nodes concerns.
  void settle_all(outcome& out) const;

private:
  bool unclean_allowed(const topic_image& topic) const;

  const metadata_image& image_;
  const node_table& nodes_;
  const broker_config& broker_;
};

} // namespace troupe::cluster
