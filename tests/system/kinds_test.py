# SPDX-License-Identifier: Apache-2.0
"""Delayed topics, with an ordinary client: what becomes visible when, and what
is left of it after kill -9 and after the loss of a leader."""
import collections
import unittest

import broker
import cluster
import kinds
import wire

from confluent_kafka import (Consumer, KafkaError, KafkaException,
                             TopicPartition)
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions

TOPIC = "later"
INBOX = "__troupe.inbox.later"
DELAYED = {"troupe.kind": "delayed"}


class Delayed(broker.BrokerTest):
    def fixed(self):
        return self.broker(port=broker.free_port())

    def test_records_become_visible_when_they_are_due(self):
        node = self.fixed()
        kinds.create(node.address, TOPIC, DELAYED)
        sender = kinds.Sender(node.address, TOPIC)
        for delay_ms in (3000, 1000, 2000, 0):
            sender.send(b"%d" % delay_ms, delay_ms)
        self.assertTrue(sender.flush())
        found = kinds.read(node.address, 4, TOPIC)
        self.assertEqual([x.value() for x, _ in found],
                         [b"0", b"1000", b"2000", b"3000"])
        for x, came in found:
            waited = came - x.timestamp()[1]
            self.assertGreaterEqual(waited, int(x.value()) - 1)
            self.assertLess(waited, int(x.value()) + 10000)

    def test_after_kill_and_stop_each_record_comes_once(self):
        node = self.fixed()
        kinds.create(node.address, TOPIC, DELAYED)
        sender = kinds.Sender(node.address, TOPIC)
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
            kinds.values(node.address, len(sender.sent), TOPIC))
        self.assertEqual(found, collections.Counter(sender.sent))

    def test_a_log_beside_it_is_a_log(self):
        node = self.fixed()
        kinds.create(node.address, TOPIC, DELAYED)
        kinds.create(node.address, "plain", {})
        sender = kinds.Sender(node.address, "plain")
        for i in range(10):
            sender.send(b"%d" % i, 600000)
        self.assertTrue(sender.flush())
        with wire.Connection(node.address) as connection:
            self.assertEqual(connection.end_offset("plain"), 10)
        self.assertEqual(kinds.values(node.address, 10, "plain"), sender.sent)

    def test_the_inbox_comes_and_goes_with_its_topic(self):
        node = self.fixed()
        admin = kinds.create(node.address, TOPIC, DELAYED)
        self.assertIn(INBOX, admin.list_topics(timeout=10).topics)
        admin.create_partitions([NewPartitions(TOPIC, 3)])[TOPIC].result(30)
        found = admin.list_topics(timeout=10).topics
        self.assertEqual(len(found[TOPIC].partitions), 3)
        self.assertEqual(len(found[INBOX].partitions), 3)
        sender = kinds.Sender(node.address, TOPIC)
        sender.send(b"third", 100, 2)
        self.assertTrue(sender.flush(), sender.errors)
        self.assertEqual(kinds.values(node.address, 1, TOPIC, 2), [b"third"])
        # What views of the topic hide is not to be had from there.
        reader = Consumer({"bootstrap.servers": node.address,
                           "group.id": "curious"})
        reader.assign([TopicPartition(INBOX, 2, 0)])
        answer = reader.poll(30)
        reader.close()
        self.assertIsNotNone(answer)
        self.assertEqual(answer.error().code(),
                         KafkaError.TOPIC_AUTHORIZATION_FAILED)
        with self.assertRaises(KafkaException):
            admin.delete_topics([INBOX])[INBOX].result(30)
        resource = ConfigResource(ConfigResource.Type.TOPIC, INBOX,
                                  set_config={"retention.ms": "1"})
        with self.assertRaises(KafkaException):
            admin.alter_configs([resource])[resource].result(30)
        admin.delete_topics([TOPIC])[TOPIC].result(30)
        self.assertEqual(
            {TOPIC, INBOX} & set(admin.list_topics(timeout=10).topics), set())


class DelayedCluster(cluster.ClusterTest):
    def test_each_record_comes_once_when_the_leader_is_killed(self):
        nodes = self.cluster()
        nodes.await_voters(3)
        kinds.create(nodes.bootstrap, TOPIC,
                     dict(DELAYED, **{"min.insync.replicas": "2"}), replicas=3)
        sender = kinds.Sender(nodes.bootstrap, TOPIC)
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
        values = kinds.values(nodes.bootstrap, len(sender.sent), TOPIC)
        self.assertEqual(collections.Counter(values),
                         collections.Counter(sender.sent))


if __name__ == "__main__":
    unittest.main()
