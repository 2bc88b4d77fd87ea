# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of producing, twenty times over: what was
acknowledged is there once and in order after each restart."""
import os
import random
import threading
import unittest

import batches
import broker
import log_files
import wire

try:
    from confluent_kafka import Producer
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "20"))
PARTITIONS = 3
TOPIC = "crashed"


class Stream:
    """An idempotent producer of numbered values that never starts anew: what
    was in flight when the broker died is sent again by the client library."""

    def __init__(self, address):
        self.producer = Producer({
            "bootstrap.servers": address, "enable.idempotence": True,
            "linger.ms": 2, "reconnect.backoff.ms": 10,
            "reconnect.backoff.max.ms": 100, "retry.backoff.ms": 20,
            "socket.timeout.ms": 10000, "message.timeout.ms": 120000,
            "log_level": 0})
        self.sent = [0] * PARTITIONS
        self.acknowledged = [0] * PARTITIONS
        self.errors = []

    def value(self, partition, number):
        text = b"%d:%d:" % (partition, number)
        return text + b"x" * (400 - len(text))

    def delivered(self, error, message):
        partition = message.partition()
        if error is not None:
            self.errors.append(error)
        elif message.offset() != self.acknowledged[partition]:
            self.errors.append(f"{partition}: offset {message.offset()} for "
                               f"record {self.acknowledged[partition]}")
        self.acknowledged[partition] += 1

    def send(self, count):
        for i in range(count):
            partition = i % PARTITIONS
            try:
                self.producer.produce(
                    TOPIC, self.value(partition, self.sent[partition]),
                    partition=partition, on_delivery=self.delivered)
                self.sent[partition] += 1
            except BufferError:
                self.producer.poll(0.01)
        self.producer.poll(0)

    def acknowledge_more(self, count):
        """Goes on sending until `count` more records are acknowledged."""
        target = sum(self.acknowledged) + count

        def enough():
            if sum(self.sent) - sum(self.acknowledged) < 5000:
                self.send(60)
            self.producer.poll(0.002)
            return sum(self.acknowledged) >= target

        broker.wait_until(enough, 30, f"{count} more records acknowledged")


class Crash(broker.BrokerTest):
    seconds = 240

    def read_all(self, address, partition):
        values = []
        with wire.Connection(address) as connection:
            end = connection.end_offset(TOPIC, partition)
            while len(values) < end:
                answer = connection.fetch(TOPIC, len(values), partition)
                self.assertEqual(answer["error_code"], 0)
                found = batches.split_batches(answer["records"])
                self.assertEqual(found[0].base_offset, len(values))
                for batch in found:
                    values += [v for _, v in batches.record_values(batch)]
        return values

    def check_records(self, stream, address, acknowledged):
        for partition in range(PARTITIONS):
            values = self.read_all(address, partition)
            self.assertGreaterEqual(len(values), acknowledged[partition],
                                    "an acknowledged record is lost")
            for number, value in enumerate(values):
                if value != stream.value(partition, number):
                    self.fail(f"{partition}: {value[:20]} at {number}")

    def check_indexes(self, directory):
        for partition in range(PARTITIONS):
            log_files.Partition(directory, TOPIC, partition,
                                torn_tail=True).check()

    def survive(self, *options):
        chance = random.Random(7)
        server = self.make_broker(*options, port=broker.free_port()).start()
        with wire.Connection(server.address) as connection:
            connection.create_topic(TOPIC, PARTITIONS,
                                    {"segment.bytes": 1 << 20})
        stream = Stream(server.address)
        for number in range(ROUNDS):
            self.context = f"round {number}"
            stream.acknowledge_more(chance.randrange(300, 4000))
            stream.send(300)  # so that the kill hits the middle of something
            server.kill()
            stream.producer.poll(0)
            acknowledged = list(stream.acknowledged)
            self.check_indexes(server.data_dirs[0])
            server.start()
            self.check_records(stream, server.address, acknowledged)
            self.check_indexes(server.data_dirs[0])
            self.assertEqual(stream.errors, [])
        self.assertEqual(stream.producer.flush(60), 0)
        self.assertEqual(stream.errors, [])
        self.assertEqual(stream.acknowledged, stream.sent)
        self.check_records(stream, server.address, stream.sent)
        self.assertEqual([len(self.read_all(server.address, p))
                          for p in range(PARTITIONS)], stream.sent)
        self.assertEqual(server.stop(), 0)
        for partition in range(PARTITIONS):
            files = log_files.Partition(server.data_dirs[0], TOPIC, partition)
            files.check()
            self.assertEqual(files.values(), [
                stream.value(partition, i)
                for i in range(stream.sent[partition])])

    def test_page_cache_durability(self):
        self.survive()

    def test_fsync_durability(self):
        self.survive("--set", "troupe.durability=fsync")

    def test_a_kill_amid_large_batches_leaves_whole_ones(self):
        server = self.make_broker(port=broker.free_port()).start()
        with wire.Connection(server.address) as connection:
            connection.create_topic(TOPIC, 1)
        large = batches.encode_batch([os.urandom(1000000)])
        acknowledged = 0
        for number in range(8):
            self.context = f"round {number}"
            count = [acknowledged]
            producing = threading.Thread(
                target=self.produce_until_closed,
                args=(server.address, large, count))
            producing.start()
            broker.wait_until(lambda: count[0] >= acknowledged + 3)
            server.kill()
            producing.join(20)
            self.assertFalse(producing.is_alive())
            acknowledged = count[0]
            server.start()
            with wire.Connection(server.address) as connection:
                end = connection.end_offset(TOPIC)
            self.assertGreaterEqual(end, acknowledged)
            acknowledged = end
            files = log_files.Partition(server.data_dirs[0], TOPIC)
            files.check()
            self.assertEqual(len(files.batches()), end)

    def produce_until_closed(self, address, batch, count):
        """Four requests in flight at a time."""
        request = {"acks": 1, "timeout_ms": 10000, "topic_data": [{
            "name": TOPIC, "partition_data": [{"index": 0,
                                               "records": batch}]}]}
        with wire.Connection(address) as connection:
            try:
                for _ in range(4):
                    connection.send("produce", 8, request)
                while True:
                    _, answer = connection.receive("produce", 8)
                    part = answer["responses"][0]["partition_responses"][0]
                    if part["error_code"] == 0:
                        count[0] = max(count[0], part["base_offset"] + 1)
                    connection.send("produce", 8, request)
            except wire.Closed:
                return
