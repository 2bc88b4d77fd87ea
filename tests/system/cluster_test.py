# SPDX-License-Identifier: Apache-2.0
"""Three nodes and real clients: replication, fail-over, restarts."""
import signal
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
        broker.wait_until(lambda: self.total() >= target, seconds,
                          f"{count} more records acknowledged")

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


class ClusterTest(cluster.ClusterTest):
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
        def all_in_sync():
            address = next(n.address for n in nodes.nodes if n.alive())
            answer = metadata(address, topic)["topics"][0]
            return all(len(p["isr_nodes"]) == count
                       for p in answer["partitions"])
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

    def test_three_nodes_replicate_and_survive_a_clean_restart(self):
        nodes = self.cluster()
        answer = metadata(nodes.nodes[2].address)
        self.assertEqual({b["port"] for b in answer["brokers"]},
                         {n.port for n in nodes.nodes})
        self.create(nodes)
        self.in_sync(nodes, 3)
        stream = Stream(nodes.bootstrap)
        stream.await_more(5000)
        stream.finish()
        self.check(nodes, stream)
        for node in reversed(nodes.nodes):
            self.assertEqual(node.stop(), 0)
        self.check_replicas(nodes, stream)
        for node in nodes.nodes:
            node.spawn()
        for node in nodes.nodes:
            node.await_ready(30)
        self.in_sync(nodes, 3)
        self.check(nodes, stream)

    def test_nothing_is_lost_when_leaders_are_killed(self):
        nodes = self.cluster()
        self.create(nodes, **{"min.insync.replicas": "2"})
        self.in_sync(nodes, 3)
        stream = Stream(nodes.bootstrap)
        stream.await_more(1000)
        for _ in range(4):
            victim = nodes.nodes[self.leader(nodes)]
            victim.kill()
            stream.await_more(2000)
            victim.start()
            self.in_sync(nodes, 3)
        stream.finish()
        self.check(nodes, stream)

    def test_a_rolling_restart_fails_no_write(self):
        nodes = self.cluster()
        self.create(nodes, **{"min.insync.replicas": "2"})
        self.in_sync(nodes, 3)
        stream = Stream(nodes.bootstrap)
        stream.await_more(1000)
        for node in nodes.nodes:
            self.assertEqual(node.stop(), 0)
            stream.await_more(500)
            node.start()
            self.in_sync(nodes, 3)
        stream.finish()
        self.check(nodes, stream)

    def test_a_group_goes_on_when_its_coordinator_is_killed(self):
        nodes = self.cluster()
        self.create(nodes)
        self.in_sync(nodes, 3)
        stream = Stream(nodes.bootstrap)
        consumer = Consumer({"bootstrap.servers": nodes.bootstrap,
                             "group.id": "workers", "log_level": 0,
                             "auto.offset.reset": "earliest",
                             "enable.auto.commit": False,
                             "session.timeout.ms": 6000})
        self.addCleanup(consumer.close)
        consumer.subscribe([TOPIC])
        seen = [set() for _ in range(PARTITIONS)]
        committed = [0] * PARTITIONS

        def take(count):
            taken = 0
            deadline = time.monotonic() + 60
            while taken < count:
                self.assertLess(time.monotonic(), deadline, f"only {taken}")
                message = consumer.poll(1)
                if message is None or message.error():
                    continue
                seen[message.partition()].add(message.offset())
                taken += 1
            for x in consumer.commit(asynchronous=False):
                if x.offset < 0:
                    continue  # nothing seen of that partition yet
                self.assertGreaterEqual(x.offset, committed[x.partition])
                committed[x.partition] = x.offset

        take(2000)
        self.in_sync(nodes, 3, "__consumer_offsets")
        with wire.Connection(nodes.nodes[0].address) as connection:
            answer = connection.call("find_coordinator", 1,
                                     {"key": "workers", "key_type": 0})
        victim = next(n for n in nodes.nodes if n.port == answer["port"])
        victim.kill()
        take(2000)
        victim.start()
        take(1000)
        stream.finish()
        for partition, count in enumerate(stream.sent):
            while len(seen[partition]) < count:
                take(1)
            self.assertEqual(seen[partition], set(range(count)))
        self.assertEqual(stream.errors, [])

    def test_a_stopped_node_that_goes_on_finds_itself_replaced(self):
        nodes = self.cluster()
        self.create(nodes, **{"min.insync.replicas": "2"})
        self.in_sync(nodes, 3)
        stream = Stream(nodes.bootstrap)
        stream.await_more(1000)
        victim = nodes.nodes[self.leader(nodes)]
        victim.signal(signal.SIGSTOP)
        try:
            stream.await_more(2000)
        finally:
            victim.signal(signal.SIGCONT)
        self.in_sync(nodes, 3)
        stream.finish()
        self.check(nodes, stream)
