# SPDX-License-Identifier: Apache-2.0
"""Frames, headers and connections: what arrives before any API is chosen."""
import os
import random
import resource
import socket
import struct

import batches
import broker
import wire

TLS_HELLO = bytes.fromhex("16030102000100 01fc0303".replace(" ", "")) \
    + bytes(64)


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


class Frames(broker.SharedBrokerTest):
    def connect(self, timeout=10):
        connection = wire.Connection(self.address, timeout)
        self.addCleanup(connection.close)
        return connection

    def assert_serves(self):
        with wire.Connection(self.address) as connection:
            answer = connection.call("api_versions", 0, {})
            self.assertEqual(answer["error_code"], 0)

    def assert_closes(self, data):
        connection = self.connect()
        try:
            connection.send_raw(data)
            self.assertTrue(connection.closed_by_broker())
        except wire.Closed:
            pass
        self.assert_serves()

    def test_impossible_sizes_close_the_connection(self):
        for size in (-1, -2**31, 2**31 - 1, 104857601, 0, 3):
            with self.subTest(size=size):
                self.assert_closes(struct.pack(">i", size) + bytes(16))

    def test_other_protocols_close_the_connection(self):
        for name, data in (("TLS", TLS_HELLO),
                           ("HTTP", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                           ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n")):
            with self.subTest(name):
                self.assert_closes(data)

    def test_garbage_of_a_sound_size_closes_the_connection(self):
        noise = random.Random(1)
        for _ in range(50):
            size = noise.randrange(1, 300)
            body = b"\x7f\xff" + noise.randbytes(size)
            self.assert_closes(struct.pack(">i", len(body)) + body)

    def test_unknown_apis_and_versions_close_the_connection(self):
        def header(key, version):
            body = struct.pack(">hhih", key, version, 7, -1) + bytes(8)
            return struct.pack(">i", len(body)) + body

        for key, version in ((999, 0), (-1, 0), (4, 0), (71, 0), (3, 99),
                             (3, -1), (1, 3), (19, 99)):
            with self.subTest(key=key, version=version):
                self.assert_closes(header(key, version))

    def test_a_body_that_lies_about_its_lengths_closes_the_connection(self):
        def metadata(body):
            head = struct.pack(">hhih", 3, 4, 7, -1)
            return struct.pack(">i", len(head + body)) + head + body

        for name, body in (
                ("huge array", struct.pack(">i", 2**31 - 1) + b"\0"),
                ("string beyond the end", struct.pack(">ih", 1, 500) + b"a"),
                ("negative string", struct.pack(">ih", 1, -5) + b"\0"),
                ("negative array", struct.pack(">i", -7) + b"\0"),
                ("nothing", b""),
                ("bytes left over", struct.pack(">ib", 0, 0) + bytes(9))):
            with self.subTest(name):
                self.assert_closes(metadata(body))

    def test_announced_bytes_are_not_allocated_before_they_come(self):
        before = resident_kib(self.broker.process.pid)
        for _ in range(50):
            self.connect().send_raw(struct.pack(">i", 100 << 20) + bytes(100))
        self.assert_serves()
        grown = resident_kib(self.broker.process.pid) - before
        self.assertLess(grown, 200 << 10, "KiB")

    def test_too_new_api_versions_get_error_35_in_version_0(self):
        connection = self.connect()
        head = struct.pack(">hhih", 18, 99, 1234, -1) + b"\xff\xff\xff"
        connection.send_raw(struct.pack(">i", len(head)) + head)
        correlation, answer = connection.receive("api_versions", 0)
        self.assertEqual(correlation, 1234)
        self.assertEqual(answer["error_code"], 35)
        self.assertIn(18, [key["api_key"] for key in answer["api_keys"]])
        self.assertEqual(
            connection.call("api_versions", 3, {
                "client_software_name": "a", "client_software_version": "1"
            })["error_code"], 0)

    def test_requests_are_answered_in_their_order(self):
        connection = self.connect()
        connection.create_topic(self.topic)
        expected = []
        for _ in range(10):
            expected.append(("fetch", 11, connection.send("fetch", 11, {
                "max_wait_ms": 50, "min_bytes": 1, "topics": [{
                    "topic": self.topic, "partitions": [
                        {"partition": 0, "fetch_offset": 0,
                         "partition_max_bytes": 1000}]}]})))
            expected.append(("metadata", 9, connection.send(
                "metadata", 9, {"topics": []})))
            expected.append(("api_versions", 0, connection.send(
                "api_versions", 0, {})))
        for name, version, sent in expected:
            correlation, _ = connection.receive(name, version)
            self.assertEqual(correlation, sent)

    def test_more_pipelined_requests_than_may_be_in_flight(self):
        connection = self.connect()
        frames = b"".join(connection.frame("api_versions", 0, {})
                          for _ in range(1000))
        connection.send_raw(frames)
        for i in range(1000):
            self.assertEqual(connection.receive("api_versions", 0)[0], i + 1)

    def test_acks_0_has_no_answer(self):
        connection = self.connect()
        connection.create_topic(self.topic)
        for i in range(5):
            connection.produce(self.topic,
                               batches.encode_batch([b"%d" % i]), acks=0)
        # The next answer on the connection belongs to this request.
        self.assertEqual(connection.end_offset(self.topic), 5)

    def test_acks_0_that_fails_closes_the_connection(self):
        connection = self.connect()
        connection.create_topic(self.topic)
        connection.produce(self.topic, b"not a batch", acks=0)
        self.assertTrue(connection.closed_by_broker())
        self.assert_serves()

    def test_a_frame_may_come_byte_by_byte(self):
        connection = self.connect()
        for byte in connection.frame("metadata", 9, {"topics": []}):
            connection.send_raw(bytes([byte]))
        correlation, answer = connection.receive("metadata", 9)
        self.assertEqual(correlation, 1)
        self.assertEqual(len(answer["brokers"]), 1)

    def test_half_frames_and_gone_clients_do_no_harm(self):
        for cut in (1, 4, 5, 9, 20):
            connection = self.connect()
            connection.send_raw(
                connection.frame("metadata", 9, {"topics": []})[:cut])
            connection.close()
        for _ in range(20):
            connection = self.connect()
            connection.socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.send("metadata", 9, {"topics": None})
            connection.close()
        self.assert_serves()

    def test_a_client_that_never_reads_does_not_fill_the_memory(self):
        with wire.Connection(self.address) as connection:
            connection.create_topic(self.topic)
            for _ in range(20):
                connection.produce(self.topic, batches.encode_batch(
                    [bytes(900000)]))
        before = resident_kib(self.broker.process.pid)
        lazy = self.connect(timeout=0.5)
        request = lazy.frame("fetch", 11, {
            "max_wait_ms": 0, "min_bytes": 1, "max_bytes": 50 << 20,
            "topics": [{"topic": self.topic, "partitions": [
                {"partition": 0, "fetch_offset": 0,
                 "partition_max_bytes": 50 << 20}]}]}) * 100
        try:
            for _ in range(10000):  # more than socket buffers can hold
                lazy.send_raw(request)
        except (socket.timeout, TimeoutError):
            pass  # the broker stopped reading: that is what is wanted
        else:
            self.fail("the broker read a million requests of a lazy client")
        self.assert_serves()
        grown = resident_kib(self.broker.process.pid) - before
        self.assertLess(grown, 200 << 10, "KiB")

    def test_a_thousand_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 1200:
            self.skipTest(f"only {hard} open files are allowed here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
        connections = [self.connect() for _ in range(1000)]
        for connection in connections:
            connection.send("api_versions", 0, {})
        for connection in connections:
            self.assertEqual(connection.receive("api_versions", 0)[0], 1)
        for connection in connections:
            connection.close()
        broker.wait_until(
            lambda: len(os.listdir(f"/proc/{self.broker.process.pid}/fd"))
            < 300, what="closed connections are let go")


class Bounds(broker.BrokerTest):
    def test_connections_beyond_the_limit_are_closed(self):
        server = self.broker("--set", "max.connections=5")
        kept = [wire.Connection(server.address) for _ in range(5)]
        for connection in kept:
            connection.call("api_versions", 0, {})
        with wire.Connection(server.address) as further:
            self.assertTrue(further.closed_by_broker())
        kept.pop().close()

        def fits_again():
            with wire.Connection(server.address) as connection:
                try:
                    connection.call("api_versions", 0, {})
                    return True
                except wire.Closed:
                    return False

        broker.wait_until(fits_again, what="a place that became free")
        for connection in kept:
            connection.close()

    def test_idle_connections_are_closed(self):
        server = self.broker("--set", "connections.max.idle.ms=300")
        with wire.Connection(server.address) as connection:
            connection.call("api_versions", 0, {})
            self.assertTrue(connection.closed_by_broker())

    def test_frames_beyond_the_limit_close_the_connection(self):
        server = self.broker("--set", "socket.request.max.bytes=10000")
        with wire.Connection(server.address) as connection:
            connection.create_topic("t")
            try:
                connection.produce("t", batches.encode_batch([bytes(20000)]))
                self.fail("answered")
            except wire.Closed:
                pass
        with wire.Connection(server.address) as connection:
            self.assertEqual(connection.end_offset("t"), 0)
