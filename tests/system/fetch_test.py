# SPDX-License-Identifier: Apache-2.0
"""Fetch and ListOffsets: waiting, limits, positions."""
import threading
import time

import batches
import broker
import wire

OFFSET_OUT_OF_RANGE = 1
UNKNOWN_TOPIC = 3
SESSION_NOT_FOUND = 70
FENCED_EPOCH = 74
UNKNOWN_EPOCH = 75


class Fetch(broker.SharedBrokerTest):
    def setUp(self):
        super().setUp()
        self.connection = wire.Connection(self.address)
        self.addCleanup(self.connection.close)

    def fill(self, count, size=100, partitions=1, partition=0, stamp=None):
        if partition == 0:
            self.connection.create_topic(self.topic, partitions)
        for i in range(count):
            answer = self.connection.produce(self.topic, batches.encode_batch(
                [b"%d" % i + bytes(size)],
                timestamp=1700000000000 + (stamp or 0) * i), partition)
            self.assertEqual(answer["error_code"], 0)

    def fetch(self, offset, **how):
        answer = self.connection.fetch(self.topic, offset, **how)
        self.assertIsNotNone(answer["records"])
        return answer

    def offsets(self, answer):
        return [b.base_offset for b in batches.split_batches(
            answer["records"])]

    def test_an_empty_log_gives_empty_records_not_null(self):
        self.fill(0)
        for version in (4, 7, 11, 12):
            answer = self.fetch(0, version=version)
            self.assertEqual(answer["error_code"], 0)
            self.assertEqual(answer["records"], b"")
            self.assertEqual(answer["high_watermark"], 0)

    def test_the_same_bytes_come_back_with_offset_and_epoch(self):
        self.connection.create_topic(self.topic)
        sent = batches.encode_batch([b"a", b"b"])
        self.connection.produce(self.topic, sent)
        self.connection.produce(self.topic, sent)
        got = self.fetch(2)["records"]
        self.assertEqual(got[8:12] + got[16:], sent[8:12] + sent[16:])
        batch = batches.split_batches(got)[0]
        self.assertEqual(batch.base_offset, 2)
        self.assertGreaterEqual(batch.leader_epoch, 0)

    def test_the_batch_that_contains_the_offset_comes_whole(self):
        self.connection.create_topic(self.topic)
        self.connection.produce(self.topic, batches.encode_batch([b"x"] * 10))
        for offset in (0, 5, 9):
            self.assertEqual(self.offsets(self.fetch(offset)), [0])
        self.assertEqual(self.fetch(10)["records"], b"")

    def test_no_wait_for_bytes_that_do_not_fit(self):
        # A minimum above what max_bytes lets through in whole batches must
        # not make the consumer wait; the connection's timeout is shorter.
        self.fill(5, size=1000)
        answer = self.fetch(0, max_wait_ms=3600 * 1000, min_bytes=2500,
                            bytes_max=2500)
        self.assertEqual(self.offsets(answer)[0], 0)

    def test_reading_on_sees_every_batch_and_its_deletion(self):
        self.fill(200, size=5000)
        batch = len(self.fetch(0, bytes_max=1)["records"])
        for offset in range(0, 100):
            answer = self.fetch(offset, bytes_max=batch)
            self.assertEqual(self.offsets(answer), [offset])
            self.assertEqual(answer["high_watermark"], 200)
        self.connection.call("delete_records", 1, {
            "topics": [{"name": self.topic, "partitions": [
                {"partition_index": 0, "offset": 150}]}],
            "timeout_ms": 10000})
        self.assertEqual(self.fetch(100, bytes_max=batch)["error_code"],
                         OFFSET_OUT_OF_RANGE)
        answer = self.fetch(150, bytes_max=batch)
        self.assertEqual(answer["log_start_offset"], 150)
        self.assertEqual(self.offsets(answer), [150])

    def test_positions_outside_the_log(self):
        self.fill(3)
        for offset in (4, -1, 2**62):
            answer = self.fetch(offset, max_wait_ms=5000)
            self.assertEqual(answer["error_code"], OFFSET_OUT_OF_RANGE)
            self.assertEqual(answer["records"], b"")
            self.assertEqual(answer["high_watermark"], -1)

    def test_unknown_partitions_answer_at_once(self):
        self.fill(1)
        began = time.monotonic()
        answer = self.fetch(0, partition=7, max_wait_ms=5000)
        self.assertEqual(answer["error_code"], UNKNOWN_TOPIC)
        self.assertEqual(answer["records"], b"")
        self.assertLess(time.monotonic() - began, 2)

    def test_waits_for_the_time_asked(self):
        self.fill(1)
        began = time.monotonic()
        self.assertEqual(self.fetch(1, max_wait_ms=400)["records"], b"")
        waited = time.monotonic() - began
        self.assertGreater(waited, 0.35)
        self.assertLess(waited, 3)

    def test_a_waiting_fetch_ends_when_enough_bytes_are_there(self):
        self.fill(1)
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(
            self.fetch(1, max_wait_ms=20000, min_bytes=1000)))
        waiting.start()
        with wire.Connection(self.address) as other:
            # Fewer bytes than min_bytes are asked for: it goes on waiting.
            other.produce(self.topic, batches.encode_batch([bytes(100)]))
            waiting.join(0.2)
            self.assertTrue(waiting.is_alive())
            other.produce(self.topic, batches.encode_batch([bytes(1000)]))
        waiting.join(5)
        self.assertFalse(waiting.is_alive())
        self.assertEqual(self.offsets(answers[0]), [1, 2])

    def test_a_waiting_fetch_ends_when_its_topic_is_deleted(self):
        self.fill(1)
        sent = self.connection.send("fetch", 11, {
            "max_wait_ms": 20000, "min_bytes": 1, "topics": [{
                "topic": self.topic, "partitions": [
                    {"partition": 0, "fetch_offset": 1,
                     "partition_max_bytes": 1000}]}]})
        with wire.Connection(self.address) as other:
            other.call("delete_topics", 3, {"topic_names": [self.topic],
                                            "timeout_ms": 5000})
        began = time.monotonic()
        correlation, answer = self.connection.receive("fetch", 11)
        self.assertEqual(correlation, sent)
        self.assertNotEqual(
            answer["responses"][0]["partitions"][0]["error_code"], 0)
        self.assertLess(time.monotonic() - began, 10)

    def test_limits_are_kept_but_the_first_batch_is_whole(self):
        self.fill(10, size=1000)
        one = len(self.fetch(0, bytes_max=1)["records"])
        self.assertGreater(one, 1000)
        self.assertEqual(self.offsets(self.fetch(3, bytes_max=1)), [3])
        self.assertEqual(self.offsets(self.fetch(0, bytes_max=one * 4)),
                         [0, 1, 2, 3])

    def test_the_limit_of_a_request_counts_over_its_partitions(self):
        for partition in range(3):
            self.fill(5, size=1000, partitions=3, partition=partition)
        answer = self.connection.call("fetch", 11, {
            "max_wait_ms": 0, "min_bytes": 1, "max_bytes": 3000,
            "topics": [{"topic": self.topic, "partitions": [
                {"partition": p, "fetch_offset": 0,
                 "partition_max_bytes": 2500} for p in range(3)]}]})
        sizes = [len(p["records"])
                 for p in answer["responses"][0]["partitions"]]
        self.assertGreater(sizes[0], 1000)
        self.assertLessEqual(sum(sizes), 3000)
        first_only = self.connection.call("fetch", 11, {
            "max_wait_ms": 0, "min_bytes": 1, "max_bytes": 1,
            "topics": [{"topic": self.topic, "partitions": [
                {"partition": p, "fetch_offset": 0,
                 "partition_max_bytes": 1} for p in range(3)]}]})
        sizes = [len(p["records"])
                 for p in first_only["responses"][0]["partitions"]]
        self.assertGreater(sizes[0], 1000)
        self.assertEqual(sizes[1:], [0, 0])

    def test_leader_epochs_are_fenced(self):
        self.fill(1)

        def code(epoch):
            answer = self.connection.call("fetch", 11, {
                "max_wait_ms": 0, "min_bytes": 1, "topics": [{
                    "topic": self.topic, "partitions": [
                        {"partition": 0, "fetch_offset": 0,
                         "current_leader_epoch": epoch,
                         "partition_max_bytes": 1000}]}]})
            return answer["responses"][0]["partitions"][0]["error_code"]

        metadata = self.connection.call("metadata", 9, {
            "topics": [{"name": self.topic}]})
        epoch = metadata["topics"][0]["partitions"][0]["leader_epoch"]
        self.assertEqual(code(-1), 0)
        self.assertEqual(code(epoch), 0)
        self.assertEqual(code(epoch + 1), UNKNOWN_EPOCH)
        if epoch > 0:
            self.assertEqual(code(epoch - 1), FENCED_EPOCH)

    def test_an_unknown_fetch_session_is_refused(self):
        answer = self.connection.call("fetch", 11, {
            "max_wait_ms": 0, "session_id": 12345, "session_epoch": 3,
            "topics": []})
        self.assertEqual(answer["error_code"], SESSION_NOT_FOUND)

    def test_a_new_session_is_made_or_declined(self):
        self.fill(1)
        answer = self.connection.call("fetch", 11, {
            "max_wait_ms": 0, "session_id": 0, "session_epoch": 0,
            "topics": [{"topic": self.topic, "partitions": [
                {"partition": 0, "fetch_offset": 0,
                 "partition_max_bytes": 1000}]}]})
        self.assertEqual(answer["error_code"], 0)
        self.assertEqual(len(answer["responses"]), 1)
        self.assertGreaterEqual(answer["session_id"], 0)

    def test_large_answers_come_whole(self):
        self.fill(30, size=1000000)
        answer = self.fetch(0)
        found = batches.split_batches(answer["records"])
        self.assertEqual([b.base_offset for b in found], list(range(30)))

    def test_offsets_by_name_and_by_time(self):
        self.fill(10, stamp=1000)
        ask = self.connection.list_offset
        self.assertEqual(ask(self.topic, -1)["offset"], 10)
        self.assertEqual(ask(self.topic, -2)["offset"], 0)
        newest = ask(self.topic, -3)
        self.assertEqual((newest["offset"], newest["timestamp"]),
                         (9, 1700000009000))
        found = ask(self.topic, 1700000004500)
        self.assertEqual((found["offset"], found["timestamp"]),
                         (5, 1700000005000))
        beyond = ask(self.topic, 1700000009001)
        self.assertEqual((beyond["error_code"], beyond["offset"],
                          beyond["timestamp"]), (0, -1, -1))
        self.assertEqual(ask(self.topic, -4, version=8)["offset"], 0)
        self.assertEqual(ask(self.topic, -5, version=9)["offset"], -1)
        self.assertEqual(ask(self.topic, -1, partition=5)["error_code"],
                         UNKNOWN_TOPIC)

    def test_time_finds_a_record_inside_a_batch(self):
        self.connection.create_topic(self.topic)
        records = b"".join(batches.encode_record(i, b"v",
                                                 timestamp_delta=100 * i)
                           for i in range(5))
        batch = bytearray(batches.encode_batch(
            [b"v"] * 5, records=records, timestamp=1700000000000))
        batch[35:43] = (1700000000400).to_bytes(8, "big")
        self.connection.produce(self.topic, batches.seal(batch))
        found = self.connection.list_offset(self.topic, 1700000000250)
        self.assertEqual((found["offset"], found["timestamp"]),
                         (3, 1700000000300))

    def test_the_end_of_the_leaders_epoch(self):
        self.fill(4)
        answer = self.connection.call("offset_for_leader_epoch", 3, {
            "replica_id": -1, "topics": [{"topic": self.topic, "partitions": [
                {"partition": 0, "leader_epoch": 0},
                {"partition": 0, "leader_epoch": 50}]}]})
        known = answer["topics"][0]["partitions"][0]
        self.assertEqual((known["error_code"], known["leader_epoch"],
                          known["end_offset"]), (0, 0, 4))
