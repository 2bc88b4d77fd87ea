# SPDX-License-Identifier: Apache-2.0
"""A replicated topic: a producer that counts, and checks that nothing is lost,
doubled, out of order, or different on different nodes."""
import threading
import time
import unittest

import broker
import cluster
import log_files
import wire

try:
    from confluent_kafka import Consumer, Producer, TopicPartition
    from confluent_kafka.admin import AdminClient, NewTopic
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")

TOPIC = "replicated"
PARTITIONS = 3


class Stream:
    """An idempotent acks=all producer of numbered values in a thread."""

    def __init__(self, bootstrap, topic=TOPIC, partitions=PARTITIONS):
        self.topic = topic
        self.producer = Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True,
            "linger.ms": 2, "message.timeout.ms": 60000, "log_level": 0})
        self.sent = [0] * partitions
        self.acknowledged = [0] * partitions
        self.last_acknowledged_at = time.monotonic()
        self.longest_gap = 0.0
        self.errors = []
        self.running = threading.Event()
        self.running.set()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def value(self, partition, number):
        return b"%d:%d:" % (partition, number) + b"x" * 100

    def delivered(self, error, message):
        now = time.monotonic()
        partition = message.partition()
        if error is not None:
            self.errors.append(str(error))
        elif message.offset() != self.acknowledged[partition]:
            self.errors.append(f"{partition}: offset {message.offset()} for "
                               f"record {self.acknowledged[partition]}")
        self.acknowledged[partition] += 1
        self.longest_gap = max(self.longest_gap,
                               now - self.last_acknowledged_at)
        self.last_acknowledged_at = now

    def run(self):
        while self.running.is_set():
            if sum(self.sent) - sum(self.acknowledged) < 3000:
                for partition in range(len(self.sent)):
                    number = self.sent[partition]
                    self.producer.produce(
                        self.topic, self.value(partition, number),
                        partition=partition, on_delivery=self.delivered)
                    self.sent[partition] += 1
            self.producer.poll(0.002)

    def total(self):
        return sum(self.acknowledged)

    def await_more(self, count, seconds=30):
        target = self.total() + count
        broker.wait_until(
            lambda: self.total() >= target, seconds,
            lambda: f"{count} more records acknowledged: of {self.sent} sent "
                    f"{self.acknowledged}, {self.errors[:3]}")

    def abandon(self):
        """After a failure: the next cluster has the same addresses."""
        self.running.clear()
        self.thread.join(10)
        self.producer.purge()
        self.producer = None

    def finish(self):
        self.running.clear()
        self.thread.join(10)
        assert self.producer.flush(60) == 0, "records were not delivered"


def metadata(address, topic=None):
    with wire.Connection(address) as connection:
        topics = None if topic is None else [{"name": topic}]
        return connection.call("metadata", 8, {"topics": topics,
                               "allow_auto_topic_creation": False,
                               "include_cluster_authorized_operations": False,
                               "include_topic_authorized_operations": False})


class ReplicatedTest(cluster.ClusterTest):
    """A cluster, a topic, and what must be true of them."""

    def create(self, nodes, topic=TOPIC, partitions=PARTITIONS, factor=3,
               **configs):
        admin = AdminClient({"bootstrap.servers": nodes.bootstrap})
        made = admin.create_topics([NewTopic(topic, partitions, factor,
                                             config=configs)])
        made[topic].result(20)

    def leader(self, nodes, partition=0, topic=TOPIC):
        """Index of the node that leads, as a living node knows it."""
        address = next(n.address for n in nodes.nodes if n.alive())
        answer = metadata(address, topic)
        ports = {b["node_id"]: b["port"] for b in answer["brokers"]}
        part = next(p for p in answer["topics"][0]["partitions"]
                    if p["partition_index"] == partition)
        port = ports.get(part["leader_id"])
        return next((i for i, n in enumerate(nodes.nodes) if n.port == port),
                    None)

    def in_sync(self, nodes, count, topic=TOPIC):
        """As every living node knows it: one that was away may have old
        metadata."""
        def all_in_sync():
            return all(len(p["isr_nodes"]) == count
                       for n in nodes.nodes if n.alive()
                       for p in metadata(n.address,
                                         topic)["topics"][0]["partitions"])
        broker.wait_until(all_in_sync, 30, f"{count} replicas in sync")

    def read_all(self, nodes, partition, count, topic=TOPIC):
        consumer = Consumer({"bootstrap.servers": nodes.bootstrap,
                             "group.id": "reader", "log_level": 0,
                             "enable.auto.commit": False})
        self.addCleanup(consumer.close)
        consumer.assign([TopicPartition(topic, partition, 0)])
        values = []
        while len(values) < count:
            message = consumer.poll(20)
            self.assertIsNotNone(message, f"only {len(values)} of {count}")
            self.assertIsNone(message.error())
            values.append(message.value())
        return values

    def check(self, nodes, stream):
        """Nothing lost, nothing doubled, in order."""
        self.assertEqual(stream.errors, [])
        self.assertEqual(stream.acknowledged, stream.sent)
        for partition, count in enumerate(stream.sent):
            values = self.read_all(nodes, partition, count)
            self.assertEqual(values, [stream.value(partition, i)
                                      for i in range(count)])

    def check_replicas(self, nodes, stream):
        """All nodes have the same bytes."""
        for partition in range(len(stream.sent)):
            logs = [log_files.Partition(n.data_dirs[0], TOPIC, partition)
                    for n in nodes.nodes]
            contents = [b"".join(b.data for b in log.batches())
                        for log in logs]
            self.assertEqual(contents[0], contents[1])
            self.assertEqual(contents[0], contents[2])
