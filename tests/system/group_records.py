# SPDX-License-Identifier: Apache-2.0
"""Reads the records of `__consumer_offsets` in Kafka's format: a second reading
beside the broker's own. The layouts are those of Kafka's OffsetCommitKey,
OffsetCommitValue, GroupMetadataKey, GroupMetadataValue (versions 0 to 3) and
of the records of KIP-848, ConsumerGroup*."""
import collections
import struct

import batches
import codec

OFFSET_COMMITS = (0, 1)
GROUP = 2
PARTITIONS = "[topic_id:uuid;partitions:[i32]]"

KEYS = {
    0: "group:str;topic:str;partition:i32",
    1: "group:str;topic:str;partition:i32",
    2: "group:str",
    3: "group:str",
    5: "group:str;member_id:str",
    6: "group:str",
    7: "group:str;member_id:str",
    8: "group:str;member_id:str",
}
OFFSET_VALUE = ("offset:i64;leader_epoch:i32 3+;metadata:str;"
                "commit_timestamp:i64;expire_timestamp:i64 1")
VALUES = {
    0: OFFSET_VALUE,
    1: OFFSET_VALUE,
    2: "protocol_type:str;generation:i32;protocol:str?;leader:str?;"
       "current_state_timestamp:i64 2+;members:[member_id:str;"
       "group_instance_id:str? 3+;client_id:str;client_host:str;"
       "rebalance_timeout_ms:i32 1+;session_timeout_ms:i32;"
       "subscription:bytes;assignment:bytes]",
    3: "epoch:i32;metadata_hash:i64 #0",
    5: "instance_id:str?;rack_id:str?;client_id:str;client_host:str;"
       "subscribed_topic_names:[str];subscribed_topic_regex:str?;"
       "rebalance_timeout_ms:i32;server_assignor:str?",
    6: "assignment_epoch:i32",
    7: "topic_partitions:" + PARTITIONS,
    8: "member_epoch:i32;previous_member_epoch:i32;state:i8;"
       "assigned_partitions:" + PARTITIONS
       + ";partitions_pending_revocation:" + PARTITIONS,
}
FIRST_OF_KIP_848 = 3

#: `kind` is the key's version, `version` the value's; a tombstone's value is
#: None, like its version.
Record = collections.namedtuple("Record", "offset kind key version value")


def decode_record(offset, key, value):
    """ValueError for anything but a record of Kafka's."""
    kind = struct.unpack(">h", key[:2])[0]
    if kind not in KEYS:
        raise ValueError(f"a key of version {kind}")
    fields = codec.decode(codec.parse_layout(KEYS[kind]), kind, False, key[2:])
    if value is None:
        return Record(offset, kind, fields, None, None)
    version = struct.unpack(">h", value[:2])[0]
    if not 0 <= version <= (0 if kind >= FIRST_OF_KIP_848 else 3):
        raise ValueError(f"a value of version {version} of a key of {kind}")
    return Record(offset, kind, fields, version, codec.decode(
        codec.parse_layout(VALUES[kind]), version, kind >= FIRST_OF_KIP_848,
        value[2:]))


def records_of(data):
    """Every record in these batches."""
    return [decode_record(*fields) for batch in batches.split_batches(data)
            for fields in batches.records(batch)]
