# SPDX-License-Identifier: Apache-2.0
"""Delayed topics, with an ordinary client: what becomes visible when, and what
is left of it after kill -9 and after the loss of a leader."""
import collections
import time
import unittest

import broker
import cluster
import wire

try:
    from confluent_kafka import (Consumer, KafkaException, Producer,
                                 TopicPartition, OFFSET_BEGINNING)
    from confluent_kafka.admin import (AdminClient, ConfigResource,
                                       NewPartitions, NewTopic)
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")

TOPIC = "later"
INBOX = "__troupe.inbox.later"
DELAYED = {"troupe.kind": "delayed"}


def create(bootstrap, topic=TOPIC, partitions=1, replicas=1, config=None):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    asked = NewTopic(topic, partitions, replicas,
                     config=DELAYED if config is None else config)
    admin.create_topics([asked])[topic].result(30)
    return admin


class Sender:
    """Produces values with a delay; all of them must arrive."""

    def __init__(self, bootstrap, topic=TOPIC):
        self.topic = topic
        self.errors = []
        self.sent = []
        self.producer = Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True,
            "reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 100,
            "retry.backoff.ms": 20, "message.timeout.ms": 60000,
            "log_level": 0})

    def delivered(self, error, _):
        if error is not None:
            self.errors.append(str(error))

    def send(self, value, delay_ms, partition=0):
        self.sent.append(value)
        self.producer.produce(
            self.topic, value, partition=partition, on_delivery=self.delivered,
            headers=[("troupe.delay.ms", str(delay_ms).encode())])
        self.producer.poll(0)

    def flush(self):
        return self.producer.flush(60) == 0 and not self.errors


def read(bootstrap, count, topic=TOPIC, partition=0, seconds=45):
    """(value, timestamp, when it came) of the first `count` records, and of
    those that come within a second after them."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "readers",
                         "enable.auto.commit": False, "log_level": 0})
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
    found = []
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            message = consumer.poll(0.05 if len(found) < count else 1)
            if message is None:
                if len(found) >= count:
                    return found
                continue
            if message.error() is None:
                found.append((message.value(), message.timestamp()[1],
                              time.time() * 1000))
        raise AssertionError(f"{len(found)} of {count} in {seconds} s")
    finally:
        consumer.close()


class Delayed(broker.BrokerTest):
    def fixed(self):
        return self.broker(port=broker.free_port())

    def test_records_become_visible_when_they_are_due(self):
        node = self.fixed()
        create(node.address)
        sender = Sender(node.address)
        for delay_ms in (3000, 1000, 2000, 0):
            sender.send(b"%d" % delay_ms, delay_ms)
        self.assertTrue(sender.flush())
        found = read(node.address, 4)
        self.assertEqual([value for value, _, _ in found],
                         [b"0", b"1000", b"2000", b"3000"])
        for value, timestamp, came in found:
            self.assertGreaterEqual(came - timestamp, int(value) - 1)
            self.assertLess(came - timestamp, int(value) + 10000)

    def test_after_kill_and_stop_each_record_comes_once(self):
        node = self.fixed()
        create(node.address)
        sender = Sender(node.address)
        for round_ in range(4):
            for i in range(300):
                sender.send(b"%d:%d" % (round_, i), (i * 37) % 6000)
            self.assertTrue(sender.flush(), sender.errors)
            with wire.Connection(node.address) as connection:
                have = connection.end_offset(TOPIC)
                # In the midst of moving.
                broker.wait_until(
                    lambda: connection.end_offset(TOPIC) > have, 30,
                    "more records are visible")
            if round_ % 2 == 0:
                node.kill()
            else:
                self.assertEqual(node.stop(), 0)
            node.start()
        found = collections.Counter(
            value for value, _, _ in read(node.address, len(sender.sent)))
        self.assertEqual(found, collections.Counter(sender.sent))

    def test_a_log_beside_it_is_a_log(self):
        node = self.fixed()
        create(node.address)
        create(node.address, "plain", config={})
        sender = Sender(node.address, "plain")
        for i in range(10):
            sender.send(b"%d" % i, 600000)
        self.assertTrue(sender.flush())
        with wire.Connection(node.address) as connection:
            self.assertEqual(connection.end_offset("plain"), 10)
        self.assertEqual([v for v, _, _ in read(node.address, 10, "plain")],
                         sender.sent)

    def test_the_inbox_comes_and_goes_with_its_topic(self):
        node = self.fixed()
        admin = create(node.address)
        self.assertIn(INBOX, admin.list_topics(timeout=10).topics)
        admin.create_partitions([NewPartitions(TOPIC, 3)])[TOPIC].result(30)
        found = admin.list_topics(timeout=10).topics
        self.assertEqual(len(found[TOPIC].partitions), 3)
        self.assertEqual(len(found[INBOX].partitions), 3)
        sender = Sender(node.address)
        sender.send(b"third", 100, 2)
        self.assertTrue(sender.flush(), sender.errors)
        self.assertEqual([v for v, _, _ in read(node.address, 1, TOPIC, 2)],
                         [b"third"])
        with self.assertRaises(KafkaException):
            admin.delete_topics([INBOX])[INBOX].result(30)
        resource = ConfigResource(ConfigResource.Type.TOPIC, INBOX,
                                  set_config={"retention.ms": "1"})
        with self.assertRaises(KafkaException):
            admin.alter_configs([resource])[resource].result(30)
        admin.delete_topics([TOPIC])[TOPIC].result(30)
        self.assertEqual(
            {TOPIC, INBOX} & set(admin.list_topics(timeout=10).topics), set())

    def test_kinds_that_nobody_carries_out_are_refused(self):
        node = self.fixed()
        for kind in ("priority", "queue"):
            with self.assertRaises(KafkaException) as refused:
                create(node.address, config={"troupe.kind": kind})
            self.assertIn("not served", str(refused.exception))


class DelayedCluster(cluster.ClusterTest):
    def test_each_record_comes_once_when_the_leader_is_killed(self):
        nodes = self.cluster()
        nodes.await_voters(3)
        create(nodes.bootstrap, replicas=3,
               config=dict(DELAYED, **{"min.insync.replicas": "2"}))
        sender = Sender(nodes.bootstrap)
        for i in range(1000):
            sender.send(b"%d" % i, (i * 37) % 8000)
        self.assertTrue(sender.flush(), sender.errors)
        admin = AdminClient({"bootstrap.servers": nodes.bootstrap})
        found = admin.list_topics(timeout=10)
        port = found.brokers[found.topics[TOPIC].partitions[0].leader].port
        victim = next(n for n in nodes.nodes if n.port == port)
        with wire.Connection(victim.address) as connection:
            broker.wait_until(lambda: connection.end_offset(TOPIC) > 50, 30,
                              "some records are visible")
        victim.kill()
        for i in range(1000, 1300):
            sender.send(b"%d" % i, (i * 37) % 3000)
        self.assertTrue(sender.flush(), sender.errors)
        values = [v for v, _, _ in read(nodes.bootstrap, len(sender.sent))]
        self.assertEqual(collections.Counter(values),
                         collections.Counter(sender.sent))


if __name__ == "__main__":
    unittest.main()
