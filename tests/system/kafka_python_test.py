# SPDX-License-Identifier: Apache-2.0
"""python3-kafka (kafka-python 2.0): guesses the broker's release from single
versions, then sends fixed ones."""
import unittest

import broker
import log_files

try:
    from kafka import KafkaConsumer, KafkaProducer, TopicPartition
    from kafka.admin import (ConfigResource, ConfigResourceType,
                             KafkaAdminClient, NewPartitions, NewTopic)
    from kafka.codec import has_lz4, has_snappy, has_zstd
    from kafka.errors import (InvalidPartitionsError, TopicAlreadyExistsError,
                              UnknownTopicOrPartitionError)
except ImportError as error:
    raise unittest.SkipTest(f"python3-kafka: {error}")


class KafkaPython(broker.SharedBrokerTest):
    def producer(self, **options):
        producer = KafkaProducer(bootstrap_servers=self.address, **options)
        self.addCleanup(producer.close, 5)
        return producer

    def consumer(self, partition=0, **options):
        consumer = KafkaConsumer(bootstrap_servers=self.address,
                                 consumer_timeout_ms=20000, **options)
        self.addCleanup(consumer.close)
        consumer.assign([TopicPartition(self.topic, partition)])
        consumer.seek_to_beginning()
        return consumer

    def take(self, consumer, count):
        records = []
        for record in consumer:
            records.append(record)
            if len(records) == count:
                break
        self.assertEqual(len(records), count)
        return records

    def admin(self):
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        self.addCleanup(admin.close)
        return admin

    def test_the_guessed_release_is_a_new_one(self):
        version = self.producer().config["api_version"]
        self.assertGreaterEqual(version, (2, 1))

    def test_produces_and_consumes(self):
        producer = self.producer(acks="all")
        sent = [producer.send(self.topic, b"%d" % i, key=b"k",
                              headers=[("h", b"x")], partition=0)
                for i in range(1000)]
        producer.flush(20)
        self.assertEqual([f.get(20).offset for f in sent], list(range(1000)))
        records = self.take(self.consumer(), 1000)
        self.assertEqual([r.value for r in records],
                         [b"%d" % i for i in range(1000)])
        self.assertEqual(records[0].headers, [("h", b"x")])
        self.assertEqual(records[0].key, b"k")

    def test_each_level_of_acknowledgement(self):
        for acks in (0, 1, "all"):
            producer = self.producer(acks=acks)
            producer.send(self.topic, b"x", partition=0).get(20)
        self.take(self.consumer(), 3)

    def test_codecs(self):
        available = {"gzip": (1, True), "snappy": (2, has_snappy()),
                     "lz4": (3, has_lz4()), "zstd": (4, has_zstd())}
        for name, (number, there) in available.items():
            if not there:
                continue
            with self.subTest(name):
                self.topic = "python-" + name
                producer = self.producer(compression_type=name, linger_ms=50)
                for i in range(200):
                    producer.send(self.topic, b"words to compress %d" % i,
                                  partition=0)
                producer.flush(20)
                records = self.take(self.consumer(), 200)
                self.assertEqual(records[199].value,
                                 b"words to compress 199")
                found = {b.codec for b in log_files.Partition(
                    self.broker.data_dirs[0], self.topic).batches()}
                self.assertEqual(found, {number})

    def test_seek_and_offsets(self):
        producer = self.producer()
        for i in range(50):
            producer.send(self.topic, b"%d" % i, partition=0,
                          timestamp_ms=1600000000000 + 1000 * i)
        producer.flush(20)
        consumer = self.consumer()
        partition = TopicPartition(self.topic, 0)
        self.assertEqual(consumer.beginning_offsets([partition]),
                         {partition: 0})
        self.assertEqual(consumer.end_offsets([partition]), {partition: 50})
        found = consumer.offsets_for_times({partition: 1600000010000})
        self.assertEqual(found[partition].offset, 10)
        self.assertEqual(found[partition].timestamp, 1600000010000)
        consumer.seek(partition, 45)
        self.assertEqual([r.value for r in self.take(consumer, 5)],
                         [b"%d" % i for i in range(45, 50)])

    def test_null_values(self):
        producer = self.producer()
        producer.send(self.topic, key=b"gone", value=None, partition=0)
        producer.flush(20)
        record = self.take(self.consumer(), 1)[0]
        self.assertEqual((record.key, record.value), (b"gone", None))

    def test_admin_topics(self):
        admin = self.admin()
        admin.create_topics([NewTopic(self.topic, 2, 1)])
        self.assertIn(self.topic, admin.list_topics())
        with self.assertRaises(TopicAlreadyExistsError):
            admin.create_topics([NewTopic(self.topic, 2, 1)])
        admin.create_partitions({self.topic: NewPartitions(5)})
        described = admin.describe_topics([self.topic])[0]
        self.assertEqual(len(described["partitions"]), 5)
        with self.assertRaises(InvalidPartitionsError):
            admin.create_partitions({self.topic: NewPartitions(1)})
        admin.delete_topics([self.topic])
        self.assertNotIn(self.topic, admin.list_topics())
        with self.assertRaises(UnknownTopicOrPartitionError):
            admin.delete_topics([self.topic])

    def test_admin_configs(self):
        admin = self.admin()
        admin.create_topics([NewTopic(self.topic, 1, 1)])
        admin.alter_configs([ConfigResource(
            ConfigResourceType.TOPIC, self.topic, {"retention.ms": "777"})])
        answer = admin.describe_configs([ConfigResource(
            ConfigResourceType.TOPIC, self.topic)])[0]
        configs = {entry[0]: entry[1] for entry in answer.resources[0][4]}
        self.assertEqual(configs["retention.ms"], "777")
        self.assertEqual(configs["cleanup.policy"], "delete")

    def test_admin_describes_the_cluster(self):
        described = self.admin().describe_cluster()
        self.assertEqual(len(described["brokers"]), 1)
        self.assertEqual(described["controller_id"],
                         described["brokers"][0]["node_id"])
        self.assertTrue(described["cluster_id"])
