# SPDX-License-Identifier: Apache-2.0
"""Consumers that read from the replica in their own rack (KIP-392)."""
import json
import unittest

import broker
import cluster
import wire

try:
    from confluent_kafka import Consumer, Producer, TopicPartition
    from replicated import ReplicatedTest
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")

TOPIC = "near"
RECORDS = 2000
RECORD_BYTES = 1000
SELECTOR = "org.apache.kafka.common.replica.RackAwareReplicaSelector"


class RacksTest(ReplicatedTest):
    def start_in_racks(self):
        nodes = cluster.Cluster(
            self.directory, 0, "--set", f"replica.selector.class={SELECTOR}")
        self.clusters.append(nodes)
        for number in range(3):
            nodes.add("--rack", f"rack-{number}")
        nodes.start()
        self.create(nodes, TOPIC, 1)
        self.in_sync(nodes, 3, TOPIC)
        producer = Producer({"bootstrap.servers": nodes.bootstrap,
                             "log_level": 0, "acks": "all"})
        for _ in range(RECORDS):
            producer.produce(TOPIC, b"x" * RECORD_BYTES, partition=0)
        self.assertEqual(producer.flush(30), 0)
        return nodes

    def fetch(self, node, rack):
        with wire.Connection(node.address) as connection:
            answer = connection.call("fetch", 11, {
                "max_wait_ms": 5000, "min_bytes": 1, "rack_id": rack,
                "topics": [{"topic": TOPIC, "partitions": [
                    {"partition": 0, "fetch_offset": 0,
                     "partition_max_bytes": 1 << 20}]}]})
        return answer["responses"][0]["partitions"][0]

    def test_a_leader_names_the_replica_in_the_rack(self):
        nodes = self.start_in_racks()
        leader = self.leader(nodes, 0, TOPIC)
        for number, node in enumerate(nodes.nodes):
            answer = self.fetch(nodes.nodes[leader], f"rack-{number}")
            self.assertEqual(answer["error_code"], 0)
            if number == leader:
                self.assertEqual(answer["preferred_read_replica"], -1)
                self.assertGreater(len(answer["records"]), RECORD_BYTES)
                continue
            self.assertEqual(answer["preferred_read_replica"], number)
            self.assertFalse(answer["records"])
            there = self.fetch(node, f"rack-{number}")
            self.assertEqual(there["error_code"], 0)
            self.assertGreater(len(there["records"]), RECORD_BYTES)
        elsewhere = self.fetch(nodes.nodes[leader], "no such rack")
        self.assertEqual(elsewhere["preferred_read_replica"], -1)
        self.assertGreater(len(elsewhere["records"]), RECORD_BYTES)

    def test_a_consumer_reads_in_its_rack(self):
        nodes = self.start_in_racks()
        leader = self.leader(nodes, 0, TOPIC)
        near = (leader + 1) % 3
        received = {}

        def on_statistics(text):
            # The group's coordinator is a second entry of its node.
            for x in json.loads(text)["brokers"].values():
                received[x["nodeid"]] = max(received.get(x["nodeid"], 0),
                                            x["rxbytes"])

        consumer = Consumer({
            "bootstrap.servers": nodes.bootstrap, "group.id": "near",
            "client.rack": f"rack-{near}", "log_level": 0,
            "statistics.interval.ms": 200, "stats_cb": on_statistics})
        self.addCleanup(consumer.close)
        consumer.assign([TopicPartition(TOPIC, 0, 0)])
        count = 0

        def take():
            nonlocal count
            while (message := consumer.poll(0.2)) is not None:
                count += message.error() is None
            return count >= RECORDS

        broker.wait_until(take, 60, lambda: f"{count} of {RECORDS} records")
        # Statistics come with calls of the consumer, some time later.
        broker.wait_until(
            lambda: consumer.poll(0.1) is None
            and received.get(near, 0) > RECORDS * RECORD_BYTES,
            30, lambda: f"bytes from {near}, led by {leader}: {received}")
        self.assertEqual(count, RECORDS)
        self.assertLess(received.get(leader, 0), RECORDS * RECORD_BYTES / 2)
