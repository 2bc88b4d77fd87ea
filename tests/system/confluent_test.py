# SPDX-License-Identifier: Apache-2.0
"""python3-confluent-kafka: producer, assigned consumer, admin client."""
import unittest

import broker

try:
    from confluent_kafka import (Consumer, KafkaException, Producer,
                                 TopicPartition, OFFSET_BEGINNING)
    from confluent_kafka.admin import (AdminClient, ConfigResource,
                                       NewPartitions, NewTopic)
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")


class Confluent(broker.SharedBrokerTest):
    def producer(self, **options):
        settings = {"bootstrap.servers": self.address}
        settings.update({k.replace("_", "."): v for k, v in options.items()})
        return Producer(settings)

    def send(self, values, partition=0, keys=None, **options):
        """Produces and answers the delivered offsets in order of delivery."""
        delivered = []

        def on_delivery(error, message):
            self.assertIsNone(error)
            delivered.append(message.offset())

        producer = self.producer(**options)
        for i, value in enumerate(values):
            producer.produce(self.topic, value, keys and keys[i],
                             partition=partition, on_delivery=on_delivery)
            producer.poll(0)
        self.assertEqual(producer.flush(20), 0)
        return delivered

    def consumer(self, offset=OFFSET_BEGINNING, partition=0, **options):
        settings = {"bootstrap.servers": self.address,
                    "group.id": "assigned-only", "enable.auto.commit": False,
                    "enable.partition.eof": False}
        settings.update({k.replace("_", "."): v for k, v in options.items()})
        consumer = Consumer(settings)
        self.addCleanup(consumer.close)
        consumer.assign([TopicPartition(self.topic, partition, offset)])
        return consumer

    def take(self, consumer, count):
        messages = []
        while len(messages) < count:
            message = consumer.poll(20)
            self.assertIsNotNone(message, f"only {len(messages)} of {count}")
            self.assertIsNone(message.error())
            messages.append(message)
        return messages

    def values(self, consumer, count):
        return [message.value() for message in self.take(consumer, count)]

    def admin(self):
        return AdminClient({"bootstrap.servers": self.address})

    def done(self, futures):
        return {key: future.result(20) for key, future in futures.items()}

    # -- producing and consuming -----------------------------------------------

    def test_acks_all_and_one_give_offsets_in_order(self):
        for acks in ("1", "all"):
            with self.subTest(acks):
                self.topic = f"acks-{acks}"
                values = [b"%d" % i for i in range(3000)]
                offsets = self.send(values, acks=acks)
                self.assertEqual(offsets, list(range(3000)))
                self.assertEqual(self.values(self.consumer(), 3000), values)

    def test_acks_0_arrives(self):
        values = [b"%d" % i for i in range(500)]
        self.send(values, acks="0")
        self.assertEqual(self.values(self.consumer(), 500), values)

    def test_idempotent_producer(self):
        values = [b"%d" % i for i in range(20000)]
        offsets = self.send(values, enable_idempotence=True, linger_ms=1)
        self.assertEqual(offsets, list(range(20000)))
        self.assertEqual(self.values(self.consumer(), 20000), values)

    def test_all_codecs_in_one_topic(self):
        expected = []
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            values = [b"%s %d, and words to compress" % (codec.encode(), i)
                      for i in range(300)]
            self.send(values, compression_type=codec, linger_ms=50)
            expected += values
        self.assertEqual(self.values(self.consumer(), 1500), expected)

    def test_keys_headers_timestamps_and_nulls(self):
        producer = self.producer()
        producer.produce(self.topic, b"v", b"k", partition=0,
                         timestamp=1600000000123,
                         headers=[("h", b"1"), ("h", b"2"), ("n", None)])
        producer.produce(self.topic, None, b"k", partition=0)
        producer.produce(self.topic, b"", None, partition=0)
        self.assertEqual(producer.flush(20), 0)
        first, second, third = self.take(self.consumer(), 3)
        self.assertEqual(first.headers(),
                         [("h", b"1"), ("h", b"2"), ("n", None)])
        self.assertEqual(first.timestamp()[1], 1600000000123)
        self.assertEqual((second.key(), second.value()), (b"k", None))
        self.assertEqual((third.key(), third.value()), (None, b""))

    def test_seek(self):
        self.send([b"%d" % i for i in range(100)])
        consumer = self.consumer()
        self.assertEqual(self.values(consumer, 1), [b"0"])
        consumer.seek(TopicPartition(self.topic, 0, 90))
        self.assertEqual(self.values(consumer, 10),
                         [b"%d" % i for i in range(90, 100)])
        consumer.seek(TopicPartition(self.topic, 0, 10))
        self.assertEqual(self.values(consumer, 1), [b"10"])

    def test_watermarks_and_offsets_for_times(self):
        producer = self.producer()
        for i in range(20):
            producer.produce(self.topic, b"x", partition=0,
                             timestamp=1600000000000 + 1000 * i)
        self.assertEqual(producer.flush(20), 0)
        consumer = self.consumer()
        partition = TopicPartition(self.topic, 0)
        self.assertEqual(consumer.get_watermark_offsets(partition, 20),
                         (0, 20))

        def at(timestamp):
            return consumer.offsets_for_times(
                [TopicPartition(self.topic, 0, timestamp)], 20)[0].offset

        self.assertEqual(at(1600000005000), 5)
        self.assertEqual(at(1600000005001), 6)
        self.assertEqual(at(0), 0)
        self.assertEqual(at(1600000999000), -1)

    def test_a_waiting_consumer_sees_a_new_record(self):
        self.send([b"old"])
        consumer = self.consumer()
        self.values(consumer, 1)
        self.assertIsNone(consumer.poll(0.05))
        self.send([b"new"])
        self.assertEqual(self.values(consumer, 1), [b"new"])

    def test_a_position_outside_the_log_is_reset(self):
        self.send([b"only"])
        consumer = self.consumer(offset=12345,
                                 auto_offset_reset="earliest")
        self.assertEqual(self.values(consumer, 1), [b"only"])

    def test_messages_of_one_megabyte(self):
        value = b"m" * 1000000
        self.send([value] * 5, message_max_bytes=2000000)
        got = self.values(self.consumer(fetch_message_max_bytes=4000), 5)
        self.assertTrue(all(v == value for v in got))

    def test_reads_committed_without_transactions(self):
        self.send([b"plain"])
        consumer = self.consumer(isolation_level="read_committed")
        self.assertEqual(self.values(consumer, 1), [b"plain"])

    # -- the admin client ------------------------------------------------------

    def test_admin_creates_and_deletes_topics(self):
        admin = self.admin()
        self.done(admin.create_topics([
            NewTopic(self.topic, 3, 1, config={"retention.ms": "60000"}),
            NewTopic(self.topic + "-2", 1, 1)]))
        topics = admin.list_topics(timeout=20).topics
        self.assertEqual(len(topics[self.topic].partitions), 3)
        self.assertIn(self.topic + "-2", topics)
        with self.assertRaises(KafkaException) as raised:
            self.done(admin.create_topics([NewTopic(self.topic, 1, 1)]))
        self.assertEqual(raised.exception.args[0].name(),
                         "TOPIC_ALREADY_EXISTS")
        self.done(admin.delete_topics([self.topic, self.topic + "-2"]))
        self.assertNotIn(self.topic, admin.list_topics(timeout=20).topics)

    def test_admin_reports_bad_topics(self):
        admin = self.admin()
        for topic, code in (
                (NewTopic("a/b", 1, 1), "TOPIC_EXCEPTION"),
                (NewTopic(self.topic, 0, 1), "INVALID_PARTITIONS"),
                (NewTopic(self.topic, 1, 3), "INVALID_REPLICATION_FACTOR"),
                (NewTopic(self.topic, 1, 1, config={"no.such": "1"}),
                 "INVALID_CONFIG"),
                (NewTopic(self.topic, 1, 1, config={"retention.ms": "long"}),
                 "INVALID_CONFIG")):
            with self.subTest(code):
                with self.assertRaises(KafkaException) as raised:
                    self.done(admin.create_topics([topic]))
                failure = raised.exception.args[0]
                self.assertEqual(failure.name(), code)
                self.assertTrue(failure.str())

    def test_admin_adds_partitions(self):
        admin = self.admin()
        self.done(admin.create_topics([NewTopic(self.topic, 1, 1)]))
        self.done(admin.create_partitions([NewPartitions(self.topic, 4)]))
        self.assertEqual(
            len(admin.list_topics(timeout=20).topics[self.topic].partitions),
            4)
        with self.assertRaises(KafkaException) as raised:
            self.done(admin.create_partitions([NewPartitions(self.topic, 2)]))
        self.assertEqual(raised.exception.args[0].name(),
                         "INVALID_PARTITIONS")
        self.send([b"in the new one"], partition=3)
        self.assertEqual(self.values(self.consumer(partition=3), 1),
                         [b"in the new one"])

    def test_admin_describes_and_alters_configs(self):
        admin = self.admin()
        self.done(admin.create_topics([NewTopic(self.topic, 1, 1)]))
        resource = ConfigResource("topic", self.topic)
        before = self.done(admin.describe_configs([resource]))[resource]
        self.assertEqual(before["retention.ms"].value, "604800000")
        self.assertTrue(before["retention.ms"].is_default)
        self.done(admin.alter_configs([ConfigResource(
            "topic", self.topic, set_config={"retention.ms": "1234567"})]))
        after = self.done(admin.describe_configs([resource]))[resource]
        self.assertEqual(after["retention.ms"].value, "1234567")
        self.assertFalse(after["retention.ms"].is_default)
        with self.assertRaises(KafkaException) as raised:
            self.done(admin.alter_configs([ConfigResource(
                "topic", self.topic, set_config={"no.such.key": "1"})]))
        self.assertEqual(raised.exception.args[0].name(), "INVALID_CONFIG")

    def test_admin_describes_the_broker(self):
        admin = self.admin()
        listed = admin.list_topics(timeout=20)
        node = str(next(iter(listed.brokers)))
        resource = ConfigResource("broker", node)
        configs = self.done(admin.describe_configs([resource]))[resource]
        self.assertEqual(configs["num.partitions"].value, "1")
        self.assertIn("log.segment.bytes", configs)
        self.assertTrue(listed.cluster_id)
