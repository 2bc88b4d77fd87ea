// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>

namespace troupe::cluster {

namespace {

using enum config_type;

/// Sorted by name.
constexpr config_key keys[] = {
    {"cleanup.policy", list, "delete", 0, 0, cleanup_policies,
     "What happens to old segments: delete, compact, or both.",
     "log.cleanup.policy"},
    {"compression.gzip.level", int32, "-1", -1, 9, "",
     "Level when the broker compresses with gzip.", "compression.gzip.level"},
    {"compression.lz4.level", int32, "9", 1, 17, "",
     "Level when the broker compresses with lz4.", "compression.lz4.level"},
    {"compression.type", string, "producer", 0, 0, compression_types,
     "Codec of stored batches; producer keeps what was sent.",
     "compression.type"},
    {"compression.zstd.level", int32, "3", -131072, 22, "",
     "Level when the broker compresses with zstd.", "compression.zstd.level"},
    {"delete.retention.ms", int64, "86400000", 0, int64_top, "",
     "Time that compaction keeps deletion markers.",
     "log.cleaner.delete.retention.ms"},
    {"file.delete.delay.ms", int64, "60000", 0, int64_top, "",
     "Time between a file's leaving the log and its removal.",
     "log.segment.delete.delay.ms"},
    {"flush.messages", int64, int64_top_text, 1, int64_top, "",
     "Records after which the log is synced.", "log.flush.interval.messages"},
    {"flush.ms", int64, int64_top_text, 0, int64_top, "",
     "Time after which unsynced records are synced.", "log.flush.interval.ms"},
    {"follower.replication.throttled.replicas", list, "", 0, 0, "",
     "Replicas whose catching up is slowed down (partition:node,...).", ""},
    {"index.interval.bytes", int32, "4096", 0, int32_top, "",
     "Bytes of log between two index entries.", "log.index.interval.bytes"},
    {"leader.replication.throttled.replicas", list, "", 0, 0, "",
     "Replicas whose being read by followers is slowed down.", ""},
    {"local.retention.bytes", int64, "-2", -2, int64_top, "",
     "Accepted without effect: there is no tiered storage.",
     "log.local.retention.bytes"},
    {"local.retention.ms", int64, "-2", -2, int64_top, "",
     "Accepted without effect: there is no tiered storage.",
     "log.local.retention.ms"},
    {"max.compaction.lag.ms", int64, int64_top_text, 1, int64_top, "",
     "Time after which a record must be open to compaction.",
     "log.cleaner.max.compaction.lag.ms"},
    {"max.message.bytes", int32, "1048588", 0, int32_top, "",
     "Largest record batch.", "message.max.bytes"},
    {"message.timestamp.after.max.ms", int64, "3600000", 0, int64_top, "",
     "How far a record's timestamp may lie in the future.",
     "log.message.timestamp.after.max.ms"},
    {"message.timestamp.before.max.ms", int64, int64_top_text, 0, int64_top, "",
     "How far a record's timestamp may lie in the past.",
     "log.message.timestamp.before.max.ms"},
    {"message.timestamp.type", string, "CreateTime", 0, 0, timestamp_types,
     "Whose clock stamps records: the producer's or the broker's.",
     "log.message.timestamp.type"},
    {"min.cleanable.dirty.ratio", floating, "0.5", 0, 1, "",
     "Part of the log that must be uncompacted before it is compacted.",
     "log.cleaner.min.cleanable.ratio"},
    {"min.compaction.lag.ms", int64, "0", 0, int64_top, "",
     "Time for which a record is safe from compaction.",
     "log.cleaner.min.compaction.lag.ms"},
    {"min.insync.replicas", int32, "1", 1, int32_top, "",
     "Replicas in sync that acks=all needs.", "min.insync.replicas"},
    {"preallocate", boolean, "false", 0, 0, "",
     "Whether a segment's space is reserved when it is created.",
     "log.preallocate"},
    {"remote.storage.enable", boolean, "false", 0, 0, "",
     "Tiered storage, which is not supported: only false.", ""},
    {"retention.bytes", int64, "-1", -1, int64_top, "",
     "Size above which a partition loses its oldest segments; -1: none.",
     "log.retention.bytes"},
    {"retention.ms", int64, "604800000", -1, int64_top, "",
     "Time for which records are kept; -1: for ever.", "log.retention.ms"},
    {"segment.bytes", int32, "1073741824", 14, int32_top, "",
     "Size at which a segment is closed.", "log.segment.bytes"},
    {"segment.index.bytes", int32, "10485760", 4, int32_top, "",
     "Largest size of a segment's indexes.", "log.index.size.max.bytes"},
    {"segment.jitter.ms", int64, "0", 0, int64_top, "",
     "Accepted without effect: segments are closed at their age.",
     "log.roll.jitter.ms"},
    {"segment.ms", int64, "604800000", 1, int64_top, "",
     "Age at which a segment is closed.", "log.roll.ms"},
    {"unclean.leader.election.enable", boolean, "false", 0, 0, "",
     "Whether a replica that lags may lead, losing records.",
     "unclean.leader.election.enable"},
};

} // namespace

std::span<const config_key> topic_config_keys() {
  return keys;
}

} // namespace troupe::cluster
