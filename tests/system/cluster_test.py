# SPDX-License-Identifier: Apache-2.0
"""Three nodes and real clients: replication, fail-over, restarts."""
import signal
import time
import unittest

import wire

try:
    from confluent_kafka import Consumer
    from replicated import (PARTITIONS, TOPIC, ReplicatedTest, Stream,
                            metadata)
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")


class ClusterTest(ReplicatedTest):
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
