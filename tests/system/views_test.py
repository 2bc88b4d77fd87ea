# SPDX-License-Identifier: Apache-2.0
"""Views of a topic, as librdkafka and kafka-python see them."""
import unittest

import broker
import wire

try:
    from confluent_kafka import Consumer, Producer, TopicPartition
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


class Views(broker.SharedBrokerTest):
    def setUp(self):
        super().setUp()
        self.connection = wire.Connection(self.address)
        self.addCleanup(self.connection.close)

    def create(self, **configs):
        self.connection.create_topic(
            self.topic, 1, {k.replace("_", "."): v
                            for k, v in configs.items()})

    def produce(self, headers, codec="none"):
        """A record for each list of headers; its value is its place in the
        list."""
        producer = Producer({"bootstrap.servers": self.address,
                             "compression.codec": codec})
        failures = []
        for i, each in enumerate(headers):
            producer.produce(
                self.topic, value=b"%d" % i, headers=each,
                on_delivery=lambda e, _: failures.append(e) if e else None)
        self.assertEqual(producer.flush(20), 0)
        self.assertEqual(failures, [])

    def consumer(self, **options):
        consumer = Consumer({"bootstrap.servers": self.address,
                             "group.id": self.topic,
                             "enable.auto.commit": "false",
                             **{k.replace("_", "."): v
                                for k, v in options.items()}})
        self.addCleanup(consumer.close)
        return consumer

    def consume(self, consumer, count):
        records = []
        while len(records) < count:
            record = consumer.poll(20)
            self.assertIsNotNone(record, f"{len(records)} of {count}")
            self.assertIsNone(record.error())
            records.append(record)
        return records

    def test_headers_are_masked_for_who_reads_in_every_codec(self):
        self.create(troupe_views="mask-headers",
                    troupe_stages_mask_headers="card")
        for codec in CODECS:
            self.produce([[("card", b"4711"), ("a", b"b")]] * 100, codec)
        consumer = self.consumer()
        consumer.assign([TopicPartition(self.topic, 0, 0)])
        records = self.consume(consumer, 500)
        self.assertEqual([r.offset() for r in records], list(range(500)))
        for record in records:
            self.assertEqual(record.headers(), [("card", b"***"), ("a", b"b")])

    def alarms(self, codecs=CODECS):
        """Of 1,000 records 10 are alarms; the tail is long and hidden."""
        self.create(troupe_views="match-header",
                    troupe_stages_match_header="level=alarm")
        seen = list(range(50, 550, 50))
        for codec in codecs:
            self.produce([[("level", b"alarm" if i in seen else b"info")]
                          for i in range(1000)], codec)
        return [1000 * k + i for k in range(len(codecs)) for i in seen]

    def test_a_group_gets_past_hidden_records_and_has_no_lag(self):
        expected = self.alarms()
        consumer = self.consumer(auto_offset_reset="earliest",
                                 enable_partition_eof="true")
        consumer.subscribe([self.topic])
        offsets, end = [], None
        while end is None:
            record = consumer.poll(20)
            self.assertIsNotNone(record, f"{len(offsets)} records")
            if record.error():
                end = record
            else:
                offsets.append(record.offset())
        self.assertEqual(offsets, expected)
        # The end of the partition is that of the log, hidden records and all.
        self.assertEqual(end.offset(), 1000 * len(CODECS))
        _, high = consumer.get_watermark_offsets(
            TopicPartition(self.topic, 0), timeout=20)
        self.assertEqual(high, end.offset())

    def test_kafka_python_gets_past_hidden_records(self):
        try:
            from kafka import KafkaConsumer
            from kafka import TopicPartition as Partition
        except ImportError as error:
            self.skipTest(f"python3-kafka: {error}")
        # It unpacks the others with packages that may be missing.
        expected = self.alarms(("none", "gzip"))
        consumer = KafkaConsumer(bootstrap_servers=self.address,
                                 consumer_timeout_ms=20000)
        self.addCleanup(consumer.close)
        consumer.assign([Partition(self.topic, 0)])
        consumer.seek(Partition(self.topic, 0), 0)
        found = [next(consumer).offset for _ in expected]
        self.assertEqual(found, expected)

    def test_who_begins_at_a_hidden_record_gets_the_next_one(self):
        expected = self.alarms()
        consumer = self.consumer()
        consumer.assign([TopicPartition(self.topic, 0, expected[3] + 1)])
        self.assertEqual(self.consume(consumer, 1)[0].offset(), expected[4])

    def test_a_view_that_is_not_known_closes_its_topic_until_it_is_gone(self):
        self.create(troupe_views="no-such-view")
        self.produce([[]])
        answer = self.connection.fetch(self.topic, 0)
        self.assertEqual(answer["error_code"], 56)
        consumer = self.consumer()
        consumer.assign([TopicPartition(self.topic, 0, 0)])
        self.assertIsNone(consumer.poll(1))
        altered = self.connection.call("incremental_alter_configs", 1, {
            "resources": [{
                "resource_type": 2, "resource_name": self.topic,
                "configs": [{"name": "troupe.views", "config_operation": 0,
                             "value": "pass"}]}]})
        self.assertEqual(altered["responses"][0]["error_code"], 0)
        self.assertEqual(self.consume(consumer, 1)[0].value(), b"0")
