# SPDX-License-Identifier: Apache-2.0
"""Stages in front of a topic, as librdkafka sees them."""
import unittest

import broker
import wire

try:
    from confluent_kafka import (Consumer, KafkaError, Producer,
                                 TopicPartition)
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")


class Stages(broker.SharedBrokerTest):
    def setUp(self):
        super().setUp()
        self.connection = wire.Connection(self.address)
        self.addCleanup(self.connection.close)

    def create(self, **configs):
        self.connection.create_topic(
            self.topic, 1, {k.replace("_", "."): v
                            for k, v in configs.items()})

    def produce(self, records, **options):
        """(key, value, headers) triples; an error or an offset for each."""
        producer = Producer({"bootstrap.servers": self.address,
                             **{k.replace("_", "."): v
                                for k, v in options.items()}})
        outcomes = [None] * len(records)

        def told(index):
            def tell(error, message):
                outcomes[index] = error or message.offset()
            return tell

        for index, (key, value, headers) in enumerate(records):
            if key is None:
                # In a batch of its own.
                producer.flush(20)
            producer.produce(self.topic, key=key, value=value,
                             headers=headers, on_delivery=told(index))
            if key is None:
                producer.flush(20)
        producer.flush(20)
        return outcomes

    def consume(self, count):
        consumer = Consumer({"bootstrap.servers": self.address,
                             "group.id": self.topic})
        self.addCleanup(consumer.close)
        consumer.assign([TopicPartition(self.topic, 0, 0)])
        records = []
        while len(records) < count:
            record = consumer.poll(20)
            self.assertIsNotNone(record, f"{len(records)} of {count}")
            self.assertIsNone(record.error())
            records.append(record)
        return records

    def test_headers_are_masked_in_every_codec(self):
        self.create(troupe_stages="mask-headers",
                    troupe_stages_mask_headers="card")
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            sent = [(b"k", b"%d" % i, [("card", b"4711"), ("a", b"b")])
                    for i in range(100)]
            outcomes = self.produce(sent, compression_codec=codec,
                                    enable_idempotence=True)
            self.assertTrue(all(isinstance(x, int) for x in outcomes),
                            outcomes)
        records = self.consume(500)
        self.assertEqual([r.value() for r in records],
                         [b"%d" % i for i in range(100)] * 5)
        for record in records:
            self.assertEqual(record.headers(), [("card", b"***"), ("a", b"b")])

    def test_a_record_without_a_key_is_refused_alone(self):
        self.create(troupe_stages="require-key")
        for idempotence in (False, True):
            outcomes = self.produce(
                [(b"k", b"1", []), (b"k", b"2", []), (None, b"3", []),
                 (b"k", b"4", [])], enable_idempotence=idempotence)
            self.assertEqual(outcomes[2].code(), KafkaError.INVALID_RECORD)
            for kept in (0, 1, 3):
                self.assertIsInstance(outcomes[kept], int)

    def test_a_stage_that_is_not_known_closes_its_topic_alone(self):
        self.create(troupe_stages="no-such-stage")
        outcomes = self.produce([(b"k", b"1", [])])
        self.assertEqual(outcomes[0].code(), KafkaError.POLICY_VIOLATION)
