# SPDX-License-Identifier: Apache-2.0
"""`troupe cluster` against real nodes: it shows, empties and removes them."""
import subprocess
import unittest

import broker
import cluster

try:
    from confluent_kafka import (Consumer, KafkaError, KafkaException,
                                 Producer, TopicPartition)
    from confluent_kafka.admin import AdminClient, NewTopic
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")

RECORDS = 200
PARTITIONS = 4


class ClusterCommand(cluster.ClusterTest):
    def run_command(self, *arguments):
        return subprocess.run(
            [broker.TROUPE, "cluster", *arguments, "--bootstrap", self.address],
            capture_output=True, text=True, timeout=self.seconds)

    def status(self):
        """Words of each node's line, by node id."""
        done = self.run_command("status")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [line.split() for line in done.stdout.splitlines()[2:]]
        return {int(row[0]): row for row in rows}

    def start_cluster(self, size):
        self.nodes = self.cluster(size)
        self.address = f"127.0.0.1:{self.nodes.nodes[0].port}"

    def produce(self, topic):
        producer = Producer({"bootstrap.servers": self.nodes.bootstrap,
                             "acks": "all"})
        for i in range(RECORDS):
            producer.produce(topic, str(i).encode(), str(i).encode())
        self.assertEqual(producer.flush(30), 0)

    def consumer(self):
        consumer = Consumer({"bootstrap.servers": self.nodes.bootstrap,
                             "group.id": "g", "enable.auto.commit": False})
        self.addCleanup(consumer.close)
        return consumer

    def committed(self, consumer):
        """librdkafka reports that the coordinator moved, and finds it then."""
        offsets = []

        def found():
            try:
                answer = consumer.committed(
                    [TopicPartition("t", i) for i in range(PARTITIONS)],
                    timeout=20)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.NOT_COORDINATOR:
                    raise
                return False
            offsets.extend(x.offset for x in answer)
            return True
        broker.wait_until(found, 20, "committed offsets")
        return offsets

    def test_status_is_the_same_by_way_of_every_node(self):
        self.start_cluster(3)
        for node in self.nodes.nodes:
            self.address = f"127.0.0.1:{node.port}"
            rows = self.status()
            self.assertEqual(len(rows), 3)
            self.assertEqual([row[1] for row in rows.values()].count("leader"),
                             1)

    def test_a_drained_node_is_removed_and_nothing_is_lost(self):
        self.start_cluster(4)
        admin = AdminClient({"bootstrap.servers": self.nodes.bootstrap})
        topic = NewTopic("t", PARTITIONS, replica_assignment=[[3, 0, 1]]
                         * PARTITIONS)
        for made in admin.create_topics([topic]).values():
            made.result(30)
        self.produce("t")
        wanted = [TopicPartition("t", i, i + 1) for i in range(PARTITIONS)]
        consumer = self.consumer()
        consumer.assign(wanted)
        consumer.commit(offsets=wanted, asynchronous=False)
        refused = self.run_command("remove", "3")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("stop it first", refused.stderr)
        drained = self.run_command("drain", "3", "--patience", "90")
        self.assertEqual(drained.returncode, 0, drained.stdout + drained.stderr)
        metadata = admin.list_topics(timeout=10)
        for found in metadata.topics.values():
            for partition in found.partitions.values():
                self.assertNotIn(3, partition.replicas)
        self.assertEqual(self.committed(consumer), [x.offset for x in wanted])
        # Who comes anew, and does not ask the node that was emptied.
        late = self.consumer()
        ends = [late.get_watermark_offsets(TopicPartition("t", i),
                                           timeout=20)[1]
                for i in range(PARTITIONS)]
        self.assertEqual(sum(ends), RECORDS)
        self.nodes.nodes[3].stop()
        removed = self.run_command("remove", "3")
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual(self.run_command("remove", "3").returncode, 1)


if __name__ == "__main__":
    unittest.main()
