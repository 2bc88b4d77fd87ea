// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <functional>
#include <map>

namespace troupe::actors {

/// How far this node serves the metadata, and who waits for that: answers to
/// clients come when the clients can use what was decided.
class applied_metadata {
public:
  /// The newest image that is served; empty at first, never null.
  const cluster::image_ptr& image() const noexcept { return image_; }

  /// Calls `then` with an image that ends at `end_offset` or later, at once
  /// when there is one.
  void wait(storage::offset_t end_offset,
            std::function<void(const cluster::image_ptr&)> then);

  /// `image` is served now.
  void advance(cluster::image_ptr image);

  /// Nothing more will be served: lets everybody go with what there is.
  void give_up();

private:
  cluster::image_ptr image_ = std::make_shared<cluster::metadata_image>();
  /// Bounded by the questions that may be under way.
  std::multimap<storage::offset_t,
                std::function<void(const cluster::image_ptr&)>>
      waiting_;
};

} // namespace troupe::actors
