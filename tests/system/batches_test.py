# SPDX-License-Identifier: Apache-2.0
"""What a producer may not send, and idempotence."""
import gzip
import struct
import time

import batches
import broker
import wire
from frames_test import resident_kib

CORRUPT = 2
UNKNOWN_TOPIC = 3
TOO_LARGE = 10
INVALID_REQUIRED_ACKS = 21
INVALID_TIMESTAMP = 32
OUT_OF_ORDER = 45
INVALID_EPOCH = 47
UNSUPPORTED_COMPRESSION = 76
INVALID_RECORD = 87


class ProduceTest(broker.SharedBrokerTest):
    def setUp(self):
        super().setUp()
        self.connection = wire.Connection(self.address)
        self.addCleanup(self.connection.close)

    def create(self, partitions=1, **configs):
        self.connection.create_topic(
            self.topic, partitions,
            {k.replace("_", "."): v for k, v in configs.items()})

    def produce(self, batch, **how):
        return self.connection.produce(self.topic, batch, **how)

    def assert_refused(self, batch, code, **how):
        before = self.connection.end_offset(self.topic)
        answer = self.produce(batch, **how)
        self.assertEqual(answer["error_code"], code, answer)
        self.assertEqual(answer["base_offset"], -1)
        self.assertEqual(self.connection.end_offset(self.topic), before,
                         "something was appended")
        return answer

    def assert_appended(self, batch, offset, **how):
        answer = self.produce(batch, **how)
        self.assertEqual((answer["error_code"], answer["base_offset"]),
                         (0, offset), answer)


class BadBatches(ProduceTest):
    def test_bytes_that_are_not_the_promised_ones(self):
        self.create()
        good = batches.encode_batch([b"value"] * 3)
        flipped = bytearray(good)
        flipped[-1] ^= 1
        self.assert_refused(bytes(flipped), CORRUPT)
        for at in range(17, 61):
            flipped = bytearray(good)
            flipped[at] ^= 0x40
            with self.subTest(at=at):
                self.assert_refused(bytes(flipped), CORRUPT)
        self.assert_appended(good, 0)

    def test_sizes(self):
        self.create()
        good = batches.encode_batch([b"value"] * 3)
        for name, batch in (("a byte short", good[:-1]),
                            ("half a header", good[:30]),
                            ("eight bytes", good[:8]),
                            ("a byte too long", good + b"\0")):
            with self.subTest(name):
                self.assertIn(self.produce(batch)["error_code"],
                              (CORRUPT, INVALID_RECORD))
        for length in (-1, 0, 48, 2**31 - 1):
            lying = bytearray(good)
            struct.pack_into(">i", lying, 8, length)
            with self.subTest(length=length):
                self.assertIn(self.produce(bytes(lying))["error_code"],
                              (CORRUPT, INVALID_RECORD))
        self.assertEqual(self.connection.end_offset(self.topic), 0)

    def test_nothing_and_too_much(self):
        self.create()
        good = batches.encode_batch([b"value"])
        self.assert_refused(None, INVALID_RECORD)
        self.assert_refused(b"", INVALID_RECORD)
        self.assert_refused(good + good, INVALID_RECORD)

    def test_old_and_unknown_formats(self):
        self.create()
        for magic in (0, 1, 3, 127):
            with self.subTest(magic=magic):
                self.assert_refused(
                    batches.encode_batch([b"v"], magic=magic), INVALID_RECORD)

    def test_counts(self):
        self.create()
        for count, delta in ((0, 0), (-1, -2), (2, 0), (1, 1), (3, 1),
                             (2**31 - 1, 0), (1, -1)):
            with self.subTest(count=count, delta=delta):
                self.assert_refused(batches.encode_batch(
                    [b"v"], count=count, last_offset_delta=delta),
                    INVALID_RECORD)

    def test_control_batches(self):
        self.create()
        self.assert_refused(batches.encode_batch([b"v"], attributes=0x20),
                            INVALID_RECORD)
        self.assert_refused(batches.encode_batch(
            [b"v"], attributes=0x30, producer=(5, 0, 0)), INVALID_RECORD)

    def test_a_producer_id_needs_a_sequence(self):
        self.create()
        self.assert_refused(batches.encode_batch(
            [b"v"], producer=(5, 0, -1)), INVALID_RECORD)

    def test_larger_than_the_topic_allows(self):
        self.create(max_message_bytes=1000)
        empty = len(batches.encode_batch([b""]))
        # Two more bytes of varint: the value's length and the record's.
        self.assert_appended(batches.encode_batch([b"v" * (1000 - empty - 2)]),
                             0)
        self.assert_refused(batches.encode_batch([b"v" * 1000]), TOO_LARGE)

    def test_zstd_needs_produce_7(self):
        self.create()
        batch = batches.encode_batch([b"v"], attributes=4)
        self.assert_refused(batch, UNSUPPORTED_COMPRESSION, version=6)
        self.assert_appended(batch, 0, version=7)

    def test_timestamps_from_the_far_future(self):
        self.create()
        now = int(time.time() * 1000)
        self.assert_refused(batches.encode_batch(
            [b"v"], timestamp=now + 7200000), INVALID_TIMESTAMP)
        self.assert_appended(batches.encode_batch([b"v"], timestamp=now), 0)

    def test_required_acks(self):
        self.create()
        batch = batches.encode_batch([b"v"])
        for acks in (2, -2, 100):
            with self.subTest(acks=acks):
                self.assert_refused(batch, INVALID_REQUIRED_ACKS, acks=acks)

    def test_unknown_topics_and_partitions(self):
        self.create(partitions=2)
        batch = batches.encode_batch([b"v"])
        for topic, partition in ((self.topic, 2), (self.topic, -1),
                                 (self.topic, 2**31 - 1), ("no-such", 0),
                                 ("", 0), ("../x", 0)):
            with self.subTest(topic=topic, partition=partition):
                answer = self.connection.produce(topic, batch, partition)
                self.assertIn(answer["error_code"], (UNKNOWN_TOPIC, 17))

    def test_a_compacted_topic_needs_keys(self):
        self.create(cleanup_policy="compact")
        answer = self.assert_refused(batches.encode_batch([b"a", b"b"]),
                                     INVALID_RECORD)
        self.assertEqual([e["batch_index"] for e in answer["record_errors"]],
                         [0, 1])
        self.assertTrue(answer["error_message"])
        self.assert_refused(batches.encode_batch([b"a"], attributes=1),
                            INVALID_RECORD)
        self.assert_appended(batches.encode_batch([b"a"], key=b"k"), 0)
        self.assert_appended(batches.encode_batch([b"a"], key=b"k",
                                                  attributes=1), 1)

    def test_a_decompression_bomb_on_a_compacted_topic(self):
        self.create(cleanup_policy="compact", max_message_bytes=10 << 20)
        before = resident_kib(self.broker.process.pid)
        bomb = gzip.compress(bytes(1 << 20), 9) * 900  # members of 1 MiB
        answer = self.produce(batches.encode_batch([b"v"], attributes=1,
                                                   records=bomb))
        self.assertNotEqual(answer["error_code"], 0)
        self.assertEqual(self.connection.end_offset(self.topic), 0)
        grown = resident_kib(self.broker.process.pid) - before
        self.assertLess(grown, 200 << 10, "KiB")

    def test_records_that_do_not_decompress_on_a_compacted_topic(self):
        self.create(cleanup_policy="compact")
        for codec in (1, 2, 3, 4):
            with self.subTest(codec=codec):
                answer = self.produce(batches.encode_batch(
                    [b"v"], attributes=codec, records=b"\x55" * 100))
                self.assertIn(answer["error_code"], (CORRUPT, INVALID_RECORD))
        self.assertEqual(self.connection.end_offset(self.topic), 0)

    def test_a_bad_partition_fails_alone(self):
        self.create(partitions=3)
        good = batches.encode_batch([b"v"])
        answer = self.connection.call("produce", 8, {
            "acks": -1, "timeout_ms": 10000, "topic_data": [
                {"name": self.topic, "partition_data": [
                    {"index": 0, "records": good},
                    {"index": 1, "records": good[:-1] + b"x"},
                    {"index": 2, "records": good}]},
                {"name": "no-such", "partition_data": [
                    {"index": 0, "records": good}]}]})
        codes = {(t["name"], p["index"]): p["error_code"]
                 for t in answer["responses"]
                 for p in t["partition_responses"]}
        self.assertEqual(codes, {(self.topic, 0): 0, (self.topic, 1): CORRUPT,
                                 (self.topic, 2): 0, ("no-such", 0): 3})


class Idempotence(ProduceTest):
    def setUp(self):
        super().setUp()
        self.create()
        self.producer = self.connection.producer_id()

    def batch(self, sequence, count=2, epoch=0, producer=None):
        values = [b"%d" % (sequence + i) for i in range(count)]
        return batches.encode_batch(
            values, producer=(producer or self.producer, epoch, sequence))

    def test_producer_ids_are_unique(self):
        ids = {self.connection.producer_id() for _ in range(50)}
        self.assertEqual(len(ids | {self.producer}), 51)

    def test_the_last_five_batches_are_known_again(self):
        for i in range(7):
            self.assert_appended(self.batch(2 * i), 2 * i)
        for i in range(2, 7):
            self.assert_appended(self.batch(2 * i), 2 * i)
        self.assertEqual(self.connection.end_offset(self.topic), 14)
        self.assert_refused(self.batch(0), OUT_OF_ORDER)

    def test_gaps_and_overlaps_are_refused(self):
        self.assert_appended(self.batch(0), 0)
        self.assert_refused(self.batch(3), OUT_OF_ORDER)
        self.assert_refused(self.batch(1), OUT_OF_ORDER)
        self.assert_appended(self.batch(2), 2)

    def test_epochs(self):
        self.assert_appended(self.batch(0, epoch=3), 0)
        self.assert_refused(self.batch(2, epoch=2), INVALID_EPOCH)
        self.assert_refused(self.batch(2, epoch=4), OUT_OF_ORDER)
        self.assert_appended(self.batch(0, epoch=4), 2)
        self.assert_refused(self.batch(2, epoch=3), INVALID_EPOCH)

    def test_sequences_wrap_around(self):
        self.assert_appended(self.batch(2**31 - 2), 0)
        self.assert_appended(self.batch(0), 2)
        self.assert_appended(self.batch(2**31 - 2), 0)
        self.assert_appended(self.batch(2), 4)

    def test_an_unknown_producer_may_begin_anywhere(self):
        self.assert_appended(self.batch(17), 0)
        self.assert_appended(self.batch(19), 2)

    def test_producers_do_not_disturb_each_other(self):
        other = self.connection.producer_id()
        for i in range(3):
            self.assert_appended(self.batch(2 * i), 4 * i)
            self.assert_appended(self.batch(2 * i, producer=other), 4 * i + 2)

    def test_described_producers(self):
        self.assert_appended(self.batch(0, count=5, epoch=2), 0)
        answer = self.connection.call("describe_producers", 0, {"topics": [
            {"name": self.topic, "partition_indexes": [0, 9]}]})
        known, unknown = answer["topics"][0]["partitions"]
        self.assertEqual(unknown["error_code"], UNKNOWN_TOPIC)
        producer = known["active_producers"][0]
        self.assertEqual((producer["producer_id"], producer["producer_epoch"],
                          producer["last_sequence"]), (self.producer, 2, 4))
        self.assertEqual(producer["current_txn_start_offset"], -1)

    def test_five_batches_in_flight_on_one_connection(self):
        for i in range(50):
            self.connection.send("produce", 8, {
                "acks": -1, "timeout_ms": 10000, "topic_data": [{
                    "name": self.topic, "partition_data": [
                        {"index": 0, "records": self.batch(2 * i)}]}]})
        for i in range(50):
            _, answer = self.connection.receive("produce", 8)
            part = answer["responses"][0]["partition_responses"][0]
            self.assertEqual((part["error_code"], part["base_offset"]),
                             (0, 2 * i))
