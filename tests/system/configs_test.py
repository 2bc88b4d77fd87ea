# SPDX-License-Identifier: Apache-2.0
"""Topic configurations take effect at once; retention and DeleteRecords."""
import os
import time

import batches
import broker
import log_files
import wire

INVALID_CONFIG = 40
OFFSET_OUT_OF_RANGE = 1
SET, REMOVE, APPEND, SUBTRACT = range(4)


class TopicConfigs(broker.SharedBrokerTest):
    options = ("--set", "log.retention.check.interval.ms=50",
               "--set", "log.segment.delete.delay.ms=50")

    def setUp(self):
        super().setUp()
        self.connection = wire.Connection(self.address)
        self.addCleanup(self.connection.close)

    def create(self, **configs):
        self.connection.create_topic(
            self.topic, 1, {k.replace("_", "."): v
                            for k, v in configs.items()})

    def alter(self, *changes):
        """(name, operation, value) triples; the error code."""
        answer = self.connection.call("incremental_alter_configs", 1, {
            "resources": [{
                "resource_type": 2, "resource_name": self.topic,
                "configs": [{"name": n, "config_operation": o, "value": v}
                            for n, o, v in changes]}]})
        self.answer = answer["responses"][0]
        return self.answer["error_code"]

    def value(self, name):
        answer = self.connection.call("describe_configs", 4, {
            "resources": [{"resource_type": 2, "resource_name": self.topic,
                           "configuration_keys": [name]}]})
        return answer["results"][0]["configs"][0]["value"]

    def produce(self, values, **how):
        return self.connection.produce(self.topic,
                                       batches.encode_batch(values, **how))

    def fill(self, count, size=300000, **how):
        for _ in range(count):
            self.assertEqual(self.produce([bytes(size)], **how)["error_code"],
                             0)

    def segments(self):
        return [name for name in os.listdir(os.path.join(
            self.broker.data_dirs[0], self.topic + "-0"))
            if name.endswith(".log")]

    def test_max_message_bytes(self):
        self.create()
        self.assertEqual(self.produce([bytes(5000)])["error_code"], 0)
        self.assertEqual(self.alter(("max.message.bytes", SET, "1000")), 0)
        self.assertEqual(self.produce([bytes(5000)])["error_code"], 10)
        self.assertEqual(self.alter(("max.message.bytes", REMOVE, None)), 0)
        self.assertEqual(self.produce([bytes(5000)])["error_code"], 0)

    def test_log_append_time(self):
        self.create()
        # Well before the broker's own stamp, which is then the only match.
        earlier = int(time.time() * 1000) - 60000
        self.assertEqual(self.produce([b"v"], timestamp=earlier)
                         ["log_append_time_ms"], -1)
        self.assertEqual(self.alter(
            ("message.timestamp.type", SET, "LogAppendTime")), 0)
        before = int(time.time() * 1000)
        stamped = self.produce([b"v", b"w"])["log_append_time_ms"]
        self.assertLessEqual(before - 1, stamped)
        self.assertLessEqual(stamped, int(time.time() * 1000) + 1)
        answer = self.connection.fetch(self.topic, 1)
        batch = batches.split_batches(answer["records"])[0]
        self.assertEqual(batch.attributes & 8, 8)
        self.assertEqual(batch.max_timestamp, stamped)
        self.assertEqual(self.connection.list_offset(
            self.topic, stamped)["offset"], 1)

    def test_segment_bytes_and_retention_bytes(self):
        self.create(segment_bytes=1 << 20)
        self.fill(20)
        self.assertGreater(len(self.segments()), 4)
        self.assertEqual(self.connection.start_offset(self.topic), 0)
        self.assertEqual(self.alter(("retention.bytes", SET, "2000000")), 0)
        broker.wait_until(lambda: len(self.segments()) <= 3,
                          what="old segments go")
        start = self.connection.start_offset(self.topic)
        self.assertGreater(start, 0)
        self.assertEqual(self.connection.end_offset(self.topic), 20)
        self.assertEqual(self.connection.fetch(self.topic, 0)["error_code"],
                         OFFSET_OUT_OF_RANGE)
        answer = self.connection.fetch(self.topic, start)
        self.assertEqual(answer["log_start_offset"], start)
        self.assertEqual(batches.split_batches(
            answer["records"])[0].base_offset, start)
        broker.wait_until(lambda: not [n for n in os.listdir(os.path.join(
            self.broker.data_dirs[0], self.topic + "-0"))
            if n.endswith(".deleted")], what="deleted files leave the disk")

    def test_retention_ms(self):
        self.create(segment_bytes=1 << 20)
        self.fill(8, timestamp=1000000)
        # A week of retention: these records are from 1970.
        broker.wait_until(
            lambda: self.connection.start_offset(self.topic) == 8,
            what="expired records go, the active segment too")
        self.fill(1, timestamp=int(time.time() * 1000))
        self.assertEqual(self.connection.start_offset(self.topic), 8)
        self.assertEqual(self.alter(("retention.ms", SET, "10")), 0)
        broker.wait_until(
            lambda: self.connection.start_offset(self.topic) == 9,
            what="a shorter retention takes effect")
        self.assertEqual(self.connection.end_offset(self.topic), 9)

    def test_segments_roll_by_time(self):
        self.create(segment_ms=100, retention_ms=-1)
        now = int(time.time() * 1000)
        self.fill(1, size=10, timestamp=now)
        self.fill(1, size=10, timestamp=now + 1000)
        self.fill(1, size=10, timestamp=now + 2000)
        self.assertGreater(len(self.segments()), 1)

    def test_delete_records(self):
        self.create(segment_bytes=1 << 20)
        self.fill(12)
        before = len(self.segments())

        def delete(offset):
            answer = self.connection.call("delete_records", 1, {
                "timeout_ms": 5000, "topics": [{
                    "name": self.topic, "partitions": [
                        {"partition_index": 0, "offset": offset}]}]})
            part = answer["topics"][0]["partitions"][0]
            return part["error_code"], part["low_watermark"]

        self.assertEqual(delete(7), (0, 7))
        self.assertEqual(self.connection.start_offset(self.topic), 7)
        self.assertEqual(self.connection.fetch(self.topic, 6)["error_code"],
                         OFFSET_OUT_OF_RANGE)
        broker.wait_until(lambda: len(self.segments()) < before,
                          what="whole segments go")
        self.assertEqual(delete(3), (0, 7), "never moves back")
        self.assertEqual(delete(13)[0], OFFSET_OUT_OF_RANGE)
        self.assertEqual(delete(-1), (0, 12))
        self.assertEqual(self.connection.fetch(self.topic, 12)["records"],
                         b"")
        self.fill(1, size=10)
        self.assertEqual(self.connection.end_offset(self.topic), 13)

    def test_a_bad_value_is_named_and_changes_nothing(self):
        self.create()
        for name, value in (("retention.ms", "soon"), ("no.such.key", "1"),
                            ("segment.bytes", "-5"),
                            ("cleanup.policy", "shred"),
                            ("message.timestamp.type", "")):
            with self.subTest(name):
                self.assertEqual(self.alter((name, SET, value)),
                                 INVALID_CONFIG)
                self.assertIn(name, self.answer["error_message"])
        self.assertEqual(self.value("retention.ms"), "604800000")

    def test_lists_are_extended_and_reduced(self):
        self.create()
        self.assertEqual(self.alter(("cleanup.policy", APPEND, "compact")), 0)
        self.assertEqual(sorted(self.value("cleanup.policy").split(",")),
                         ["compact", "delete"])
        self.assertEqual(self.alter(("cleanup.policy", SUBTRACT, "delete")),
                         0)
        self.assertEqual(self.value("cleanup.policy"), "compact")

    def test_alter_configs_replaces_everything(self):
        self.create(retention_ms=5000)
        answer = self.connection.call("alter_configs", 1, {"resources": [{
            "resource_type": 2, "resource_name": self.topic,
            "configs": [{"name": "max.message.bytes", "value": "2000"}]}]})
        self.assertEqual(answer["responses"][0]["error_code"], 0)
        self.assertEqual(self.value("max.message.bytes"), "2000")
        self.assertEqual(self.value("retention.ms"), "604800000")

    def test_a_deleted_topics_files_leave_the_disk(self):
        self.create()
        self.fill(2, size=10)
        folder = os.path.join(self.broker.data_dirs[0], self.topic + "-0")
        self.assertTrue(os.path.isdir(folder))
        self.connection.call("delete_topics", 3, {
            "topic_names": [self.topic], "timeout_ms": 5000})
        broker.wait_until(lambda: not [
            n for n in os.listdir(self.broker.data_dirs[0])
            if n.startswith(self.topic + "-0")], what="the folder goes")

    def test_a_topic_made_again_is_empty_and_has_another_id(self):
        self.create()
        self.fill(2, size=10)

        def topic_id():
            return self.connection.call("metadata", 12, {
                "topics": [{"name": self.topic}]})["topics"][0]["topic_id"]

        first = topic_id()
        self.connection.call("delete_topics", 3, {
            "topic_names": [self.topic], "timeout_ms": 5000})
        self.create()
        self.assertNotEqual(topic_id(), first)
        self.assertEqual(self.connection.end_offset(self.topic), 0)
        self.fill(1, size=10)
        self.assertEqual(self.connection.end_offset(self.topic), 1)

    def test_indexes_of_closed_segments_are_dense(self):
        self.create(segment_bytes=1 << 20)
        now = int(time.time() * 1000)
        for i in range(900):
            self.fill(1, size=3000, timestamp=now + i)
        partition = log_files.Partition(self.broker.data_dirs[0], self.topic)
        partition.check()
        self.assertGreater(len(partition.segments), 2)
        for segment in partition.segments[:-1]:
            segment.check_dense(4096)


class BrokerConfigs(broker.BrokerTest):
    def test_topics_are_not_made_when_forbidden(self):
        server = self.broker("--set", "auto.create.topics.enable=false")
        with wire.Connection(server.address) as connection:
            topic = connection.call("metadata", 4, {
                "topics": [{"name": "t"}],
                "allow_auto_topic_creation": True})["topics"][0]
            self.assertEqual(topic["error_code"], 3)

    def test_topics_are_not_deleted_when_forbidden(self):
        server = self.broker("--set", "delete.topic.enable=false")
        with wire.Connection(server.address) as connection:
            connection.create_topic("t")
            answer = connection.call("delete_topics", 3, {
                "topic_names": ["t"], "timeout_ms": 5000})
            self.assertEqual(answer["responses"][0]["error_code"], 73)

    def test_defaults_of_new_topics(self):
        server = self.broker("--set", "num.partitions=3",
                             "--set", "log.retention.ms=12345")
        with wire.Connection(server.address) as connection:
            topic = connection.call("metadata", 4, {
                "topics": [{"name": "t"}],
                "allow_auto_topic_creation": True})["topics"][0]
            self.assertEqual(len(topic["partitions"]), 3)
            answer = connection.call("describe_configs", 4, {"resources": [{
                "resource_type": 2, "resource_name": "t",
                "configuration_keys": ["retention.ms"]}]})
            config = answer["results"][0]["configs"][0]
            self.assertEqual((config["value"], config["config_source"]),
                             ("12345", 4))
