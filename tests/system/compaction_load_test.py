# SPDX-License-Identifier: Apache-2.0
"""Readers and writers of a compacted topic while the cleaner is at work, with
compressed batches and tombstones; and a broker killed amid a cleaning."""
import functools
import os
import random
import threading
import unittest

import broker

KEYS = 50
TOPIC = "latest"
PATIENCE_S = 60


class CompactionUnderLoad(broker.BrokerTest):
    seconds = 170
    busy = ("--set", "log.cleaner.backoff.ms=20")
    slow = busy + ("--set", "log.cleaner.io.max.bytes.per.second=3000000")
    resting = ("--set", "log.cleaner.enable=false")

    def setUp(self):
        super().setUp()
        try:
            import confluent_kafka
            import confluent_kafka.admin
        except ImportError as error:
            raise unittest.SkipTest(f"python3-confluent-kafka: {error}")
        self.kafka = confluent_kafka
        self.port = broker.free_port()
        self.random = random.Random(1)
        #: By key: the version that was acknowledged last. It only grows.
        self.latest = {}
        self.written = 0

    def serve(self, options):
        self.server = self.broker(*options, port=self.port)

    def create(self):
        admin = self.kafka.admin.AdminClient(
            {"bootstrap.servers": self.server.address, "log_level": 0})
        admin.create_topics([self.kafka.admin.NewTopic(TOPIC, 1, config={
            "cleanup.policy": "compact", "segment.bytes": str(1 << 20),
            "min.cleanable.dirty.ratio": "0.01"})])[TOPIC].result(PATIENCE_S)

    def producer(self, codec):
        return self.kafka.Producer({
            "bootstrap.servers": self.server.address, "acks": "all",
            "compression.type": codec, "linger.ms": 5, "log_level": 0,
            "message.timeout.ms": PATIENCE_S * 1000})

    def write(self, producer, count):
        """Records with their version in a header, one in ten a tombstone. What
        they hold does not compress."""
        def told(version, error, message):
            self.assertIsNone(error)
            self.latest[message.key()] = version

        for _ in range(count):
            self.written += 1
            value = None if self.random.random() < 0.1 \
                else self.random.randbytes(2000)
            producer.produce(
                TOPIC, value, b"key-%d" % self.random.randrange(KEYS),
                headers={"version": b"%d" % self.written},
                on_delivery=functools.partial(told, self.written))
            producer.poll(0)
        self.assertEqual(producer.flush(PATIENCE_S), 0)

    def consumer(self, offset):
        consumer = self.kafka.Consumer({
            "bootstrap.servers": self.server.address, "group.id": "none",
            "enable.auto.commit": False, "auto.offset.reset": "error",
            "log_level": 0})
        consumer.assign([self.kafka.TopicPartition(TOPIC, 0, offset)])
        return consumer

    def follow(self, consumer, ended):
        """Reads until `ended(offset read last)`; the version by key, and how
        many records there were."""
        seen, last, nothing, count = {}, -1, 0, 0
        while not ended(last):
            message = consumer.poll(1)
            if message is None:
                nothing += 1
                self.assertLess(nothing, PATIENCE_S)
                continue
            self.assertIsNone(message.error())
            self.assertGreater(message.offset(), last)
            version = int(dict(message.headers())["version"])
            self.assertGreater(version, seen.get(message.key(), 0))
            seen[message.key()] = version
            last, nothing, count = message.offset(), 0, count + 1
        return seen, count

    def read_all(self):
        """From the first offset to what is the end now: nothing that was
        acknowledged before may lack. How many records are gone."""
        expected = dict(self.latest)
        consumer = self.consumer(self.kafka.OFFSET_BEGINNING)
        _, end = consumer.get_watermark_offsets(
            self.kafka.TopicPartition(TOPIC, 0), timeout=PATIENCE_S)
        seen, count = self.follow(consumer, lambda last: last >= end - 1)
        consumer.close()
        older = {key: (seen.get(key), version)
                 for key, version in expected.items()
                 if seen.get(key, 0) < version}
        self.assertEqual(older, {})
        return end - count

    def temporary_files(self):
        folder = os.path.join(self.server.data_dirs[0], TOPIC + "-0")
        return [x for x in os.listdir(folder)
                if x.endswith((".cleaned", ".swap"))]

    def test_readers_see_the_last_value_of_each_key_all_the_time(self):
        self.serve(self.busy)
        self.create()
        self.write(self.producer("zstd"), KEYS * 4)
        tail = self.consumer(self.kafka.OFFSET_END)
        done = threading.Event()
        wrong = []

        def watch():
            try:
                self.follow(tail, lambda _: done.is_set())
            except BaseException as error:
                wrong.append(error)

        watcher = threading.Thread(target=watch)
        watcher.start()
        gone = set()
        try:
            producers = [self.producer(x) for x in ("zstd", "lz4", "none")]
            for turn in range(12):
                self.write(producers[turn % 3], 1000)
                gone.add(self.read_all())
        finally:
            done.set()
            watcher.join(PATIENCE_S)
            tail.close()
        self.assertEqual(wrong, [])
        # The cleaner was at work meanwhile, again and again.
        self.assertGreater(len(gone), 4)

    def test_a_kill_amid_a_cleaning_loses_no_key(self):
        self.serve(self.resting)
        self.create()
        for codec in ("zstd", "lz4", "none"):
            self.write(self.producer(codec), 2000)
            self.server.stop()
            self.serve(self.slow)
            broker.wait_until(self.temporary_files, PATIENCE_S, "a cleaning")
            self.server.kill()
            self.serve(self.resting)
            self.read_all()
            self.assertEqual(self.temporary_files(), [])
