// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>

namespace troupe::cluster {

namespace {

using enum config_type;

constexpr std::string_view unset = "";
constexpr std::string_view checkpoints =
    "Accepted without effect: positions are stored when they matter.";
constexpr std::string_view jitter =
    "Accepted without effect: segments are closed at their age.";
constexpr std::string_view tiered =
    "Accepted without effect: there is no tiered storage.";

/// Keys without a `false` at the end take effect at once when altered: every
/// log's configuration is made from them anew.
constexpr config_key keys[] = {
    {"compression.gzip.level", int32, "-1", -1, 9, "",
     "Level when the broker compresses with gzip.", ""},
    {"compression.lz4.level", int32, "9", 1, 17, "",
     "Level when the broker compresses with lz4.", ""},
    {"compression.type", string, "producer", 0, 0, compression_types,
     "Codec of stored batches; producer keeps what was sent.", ""},
    {"compression.zstd.level", int32, "3", -131072, 22, "",
     "Level when the broker compresses with zstd.", ""},
    {"log.cleaner.backoff.ms", int64, "15000", 1, int64_top, "",
     "Time between two looks for logs to compact.", "", false},
    {"log.cleaner.dedupe.buffer.size", int64, "134217728", 1048576, int64_top,
     "", "Memory for the keys of one compaction.", "", false},
    {"log.cleaner.delete.retention.ms", int64, "86400000", 0, int64_top, "",
     "Time that compaction keeps deletion markers.", ""},
    {"log.cleaner.enable", boolean, "true", 0, 0, "",
     "Whether topics with cleanup.policy=compact are compacted.", "", false},
    {"log.cleaner.io.buffer.load.factor", floating, "0.9", 0, 1, "",
     "Accepted without effect: the map of keys is filled as far as it is fast.",
     "", false},
    {"log.cleaner.io.buffer.size", int32, "524288", 65536, int32_top, "",
     "Memory for reading, and again for writing, during compaction.", "",
     false},
    {"log.cleaner.io.max.bytes.per.second", floating, "1.7976931348623157E308",
     0, int64_top, "", "Bytes that compaction reads and writes at most.", "",
     false},
    {"log.cleaner.max.compaction.lag.ms", int64, int64_top_text, 1, int64_top,
     "", "Time after which a record must be open to compaction.", ""},
    {"log.cleaner.min.cleanable.ratio", floating, "0.5", 0, 1, "",
     "Part of a log that must be uncompacted before it is compacted.", ""},
    {"log.cleaner.min.compaction.lag.ms", int64, "0", 0, int64_top, "",
     "Time for which a record is safe from compaction.", ""},
    {"log.cleaner.threads", int32, "1", 0, int32_top, "",
     "Accepted without effect: one thread compacts.", "", false},
    {"log.cleanup.policy", list, "delete", 0, 0, cleanup_policies,
     "What happens to old segments: delete, compact, or both.", ""},
    {"log.flush.interval.messages", int64, int64_top_text, 1, int64_top, "",
     "Records after which a log is synced.", ""},
    {"log.flush.interval.ms", int64, unset, 0, int64_top, "",
     "Time after which unsynced records are synced.", ""},
    {"log.flush.offset.checkpoint.interval.ms", int32, "60000", 0, int32_top,
     "", checkpoints, "", false},
    {"log.flush.scheduler.interval.ms", int64, int64_top_text, 0, int64_top, "",
     "Stands in for log.flush.interval.ms when that is not set.", "", false},
    {"log.flush.start.offset.checkpoint.interval.ms", int32, "60000", 0,
     int32_top, "", checkpoints, "", false},
    {"log.index.interval.bytes", int32, "4096", 0, int32_top, "",
     "Bytes of log between two index entries.", ""},
    {"log.index.size.max.bytes", int32, "10485760", 4, int32_top, "",
     "Largest size of a segment's indexes.", ""},
    {"log.local.retention.bytes", int64, "-2", -2, int64_top, "", tiered, ""},
    {"log.local.retention.ms", int64, "-2", -2, int64_top, "", tiered, ""},
    {"log.message.timestamp.after.max.ms", int64, "3600000", 0, int64_top, "",
     "How far a record's timestamp may lie in the future.", ""},
    {"log.message.timestamp.before.max.ms", int64, int64_top_text, 0, int64_top,
     "", "How far a record's timestamp may lie in the past.", ""},
    {"log.message.timestamp.type", string, "CreateTime", 0, 0, timestamp_types,
     "Whose clock stamps records: the producer's or the broker's.", ""},
    {"log.preallocate", boolean, "false", 0, 0, "",
     "Whether a segment's space is reserved when it is created.", ""},
    {"log.retention.bytes", int64, "-1", -1, int64_top, "",
     "Size above which a partition loses its oldest segments; -1: none.", ""},
    {"log.retention.check.interval.ms", int64, "300000", 1, int64_top, "",
     "Time between two looks for segments to delete.", "", false},
    {"log.retention.hours", int32, "168", -1, int32_top, "",
     "Hours for which records are kept; -1: for ever.", "", false},
    {"log.retention.minutes", int32, unset, -1, int32_top, "",
     "The same in minutes; wins over hours.", "", false},
    {"log.retention.ms", int64, unset, -1, int64_top, "",
     "The same in milliseconds; wins over minutes.", ""},
    {"log.roll.hours", int32, "168", 1, int32_top, "",
     "Hours after which a segment is closed.", "", false},
    {"log.roll.jitter.hours", int32, "0", 0, int32_top, "", jitter, "", false},
    {"log.roll.jitter.ms", int64, unset, 0, int64_top, "", jitter, ""},
    {"log.roll.ms", int64, unset, 1, int64_top, "",
     "Milliseconds after which a segment is closed; wins over hours.", ""},
    {"log.segment.bytes", int32, "1073741824", 14, int32_top, "",
     "Size at which a segment is closed.", ""},
    {"log.segment.delete.delay.ms", int64, "60000", 0, int64_top, "",
     "Time between a file's leaving a log and its removal.", ""},
    {"message.max.bytes", int32, "1048588", 0, int32_top, "",
     "Largest record batch.", ""},
    {"min.insync.replicas", int32, "1", 1, int32_top, "",
     "Replicas in sync that acks=all needs.", ""},
    {"producer.id.expiration.check.interval.ms", int32, "600000", 1, int32_top,
     "", "Accepted without effect: see log.retention.check.interval.ms.", "",
     false},
    {"producer.id.expiration.ms", int32, "86400000", 1, int32_top, "",
     "Idle producers are forgotten after this.", ""},
    {"unclean.leader.election.enable", boolean, "false", 0, 0, "",
     "Whether a replica that lags may lead, losing records.", ""},
};

} // namespace

std::span<const config_key> broker_log_keys() {
  return keys;
}

} // namespace troupe::cluster
