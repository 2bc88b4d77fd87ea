// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// The first record of all: who the cluster is.
struct cluster_created {
  std::string cluster_id;
  bool operator==(const cluster_created&) const = default;
};

/// A node came up or changed: replaces what was known of it.
struct node_registered {
  node_registration node;
  bool operator==(const node_registered&) const = default;
};

/// A new topic with its partitions.
struct topic_created {
  topic_image topic;
  bool operator==(const topic_created&) const = default;
};

/// The topic is gone; its name may be used again, with another id.
struct topic_deleted {
  uuid id;
  bool operator==(const topic_deleted&) const = default;
};

/// Partitions appended behind the ones that exist.
struct partitions_added {
  uuid id;
  std::vector<partition_registration> partitions;
  bool operator==(const partitions_added&) const = default;
};

/// Replaces all overrides of a topic.
struct topic_configs_replaced {
  uuid id;
  config_map configs;
  bool operator==(const topic_configs_replaced&) const = default;
};

/// Replaces all dynamic configs of a broker (no_node: of all brokers).
struct broker_configs_replaced {
  node_id node = no_node;
  config_map configs;
  bool operator==(const broker_configs_replaced&) const = default;
};

/// Producer ids below `next_producer_id` have been given out.
struct producer_ids_allocated {
  int64_t next_producer_id = 0;
  bool operator==(const producer_ids_allocated&) const = default;
};

/// Replaces what was known of one partition; its `partition_epoch` must be
/// above the known one.
struct partition_changed {
  uuid id;
  int32_t partition = 0;
  partition_registration state;
  bool operator==(const partition_changed&) const = default;
};

/// The node is gone for good; no partition may name it any more.
struct node_removed {
  node_id node = no_node;
  bool operator==(const node_removed&) const = default;
};

/// From this record on these nodes vote, even before it is committed
/// (single-server membership changes: Ongaro, "Consensus", 4.1).
struct voters_replaced {
  std::vector<quorum_voter> voters;
  bool operator==(const voters_replaced&) const = default;
};

/// The first record of a leader's epoch, which lets it commit what earlier
/// leaders left (Raft, 5.4.2). Changes nothing else.
struct leader_began {
  leader_epoch_t epoch = 0;
  node_id leader = no_node;
  bool operator==(const leader_began&) const = default;
};

/// One change of the cluster's metadata: a record of the metadata log.
using metadata_record =
    std::variant<cluster_created, node_registered, topic_created, topic_deleted,
                 partitions_added, topic_configs_replaced,
                 broker_configs_replaced, producer_ids_allocated,
                 partition_changed, node_removed, voters_replaced,
                 leader_began>;

/// Changes that belong together: one batch, applied as a whole.
using metadata_delta = std::vector<metadata_record>;

/// The image after `delta`, whose last record lies just before `end_offset`.
/// Fails when a record contradicts the image (a damaged or foreign log).
result<image_ptr> apply(const metadata_image& before,
                        const metadata_delta& delta, offset_t end_offset);

/// Topics of an image in the making that it does not share with another one.
using topic_drafts = std::unordered_map<uuid, std::shared_ptr<topic_image>>;

/// A copy of an image that changes with each delta, for whoever decides many
/// changes one after the other and must not copy the image for each.
class metadata_editor {
public:
  /// Begins with a copy; `before` is not needed afterwards.
  explicit metadata_editor(const metadata_image& before) : image_(before) {}

  /// Changes with the next `apply`, topics included: keep no part of it.
  const metadata_image& image() const noexcept { return image_; }

  /// When it fails (see `apply` above) a part of the delta may be in the image,
  /// which is of no more use then.
  result<void> apply(const metadata_delta& delta);

  /// Gives the image away.
  image_ptr finish() &&;

private:
  metadata_image image_;
  topic_drafts drafts_;
};

/// The value of a record in the metadata log: version and type first, so that
/// an unknown one is recognised (unsupported_format), then its fields.
std::vector<std::byte> encode(const metadata_record& x);
/// The reverse, for foreign bytes: corrupt_log for what is no record,
/// unsupported_format for a type or version of a later release.
result<metadata_record>
decode_metadata_record(std::span<const std::byte> bytes);

/// The records that build `image` from nothing (a snapshot).
metadata_delta snapshot_of(const metadata_image& image);

} // namespace troupe::cluster

#pragma GCC visibility pop
