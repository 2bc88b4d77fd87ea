# SPDX-License-Identifier: Apache-2.0
"""WebSockets of the gateway in examples/gateway."""
import os
import unittest

import broker
import gateway
import wire

if not os.access(gateway.GATEWAY, os.X_OK):
    raise unittest.SkipTest(f"{gateway.GATEWAY} is not there")


class StreamTest(broker.BrokerTest):
    def make_broker(self, *options, **named):
        made = gateway.Gateway(self.directory, *options, **named)
        self.brokers.append(made)
        return made

    def open(self, running, query="", topic="t", **headers):
        stream = gateway.WebSocket(
            running, f"/topics/{topic}/partitions/0/stream?{query}", **headers)
        self.addCleanup(stream.close)
        return stream

    def fill(self, running, count, size, topic="t"):
        value = "x" * size
        for _ in range(count):
            answer = running.produce(topic, {"value": value})
            self.assertEqual(answer.status, 200, answer.bytes)

    def expect_end(self, stream, code, error=None):
        """An error message if there is one, and the close frame."""
        if error:
            self.assertEqual(stream.receive()["error"], error)
        with self.assertRaises(gateway.Closed) as closed:
            stream.receive()
        self.assertEqual(closed.exception.code, code)
        if error:
            self.assertEqual(closed.exception.reason, error)


class Streams(StreamTest):
    def setUp(self):
        super().setUp()
        self.running = self.broker("--topic", "t", "--credit-max", "20")

    def test_records_come_as_they_are_appended(self):
        stream = self.open(self.running, "offset=0&credit=20")
        for offset in range(3):
            self.running.produce("t", {"key": "k", "value": f"v{offset}"})
            page = stream.receive()
            record, = page["records"]
            self.assertEqual((record["offset"], record["value"]),
                             (offset, f"v{offset}"))
            self.assertEqual(page["next_offset"], offset + 1)

    def test_pages_come_as_they_are_granted(self):
        self.fill(self.running, 6, 200_000)
        stream = self.open(self.running, "offset=0&credit=2")
        for offset in range(2):
            self.assertEqual(stream.receive()["next_offset"], offset + 1)
        # A page that was not granted would come before this answer.
        stream.send({"produce": {"records": [{"value": "last"}]}, "id": 1})
        self.assertEqual(stream.receive()["id"], 1)
        stream.send({"credit": 5})
        offsets = []
        while 6 not in offsets:
            offsets += [r["offset"] for r in stream.receive()["records"]]
        self.assertEqual(offsets, [2, 3, 4, 5, 6])

    def test_binary_pages(self):
        stream = self.open(self.running, "offset=0&format=binary")
        self.running.produce("t", {"key": "k", "value_base64": "AP8=",
                                   "headers": [{"key": "h"}]})
        opcode, payload = stream.receive_frame()
        self.assertEqual(opcode, 2)
        (offset, _, *record), = gateway.decode_binary(payload)
        self.assertEqual((offset, record),
                         (0, [b"k", b"\0\xff", [(b"h", None)]]))

    def test_records_are_taken_on_the_same_socket(self):
        stream = self.open(self.running, "credit=0")
        for number in range(40):
            stream.send({"id": number, "produce": {
                "records": [{"value": "a"}, {"value": "b"}]}})
        answers = [stream.receive() for _ in range(40)]
        self.assertEqual({a["id"] for a in answers}, set(range(40)))
        offsets = [o["offset"] for a in answers
                   for o in a["answer"]["offsets"]]
        self.assertEqual(sorted(offsets), list(range(80)))
        stream.send({"id": 7, "produce": {"records": [{"partition": 9}]}})
        answer = stream.receive()
        self.assertEqual((answer["id"], answer["status"]), (7, 404))
        self.assertEqual(answer["answer"]["offsets"][0]["error"],
                         "UNKNOWN_TOPIC_OR_PARTITION")

    def test_what_cannot_be_read_ends_it(self):
        self.expect_end(self.open(self.running, "offset=9"), 1008,
                        "OFFSET_OUT_OF_RANGE")
        self.expect_end(self.open(self.running, topic="nowhere"), 1008,
                        "UNKNOWN_TOPIC_OR_PARTITION")
        stream = self.open(self.running, "offset=0")
        self.fill(self.running, 1, 10)
        stream.receive()
        with wire.Connection(self.running.address) as connection:
            connection.call("delete_topics", 3, {
                "topic_names": ["t"], "timeout_ms": 10000})
        self.expect_end(stream, 1008, "UNKNOWN_TOPIC_OR_PARTITION")

    def test_messages_that_make_no_sense_end_it(self):
        for text in (b"", b"{", b"[]", b'{"credit":21}', b'{"credit":1e9}',
                     b'{"credit":-1}', b'{"produce":1,"id":1}',
                     b'{"produce":{"records":[]},"id":1}'):
            stream = self.open(self.running, "credit=0")
            stream.send_frame(1, text)
            self.expect_end(stream, 1008, "INVALID_REQUEST")
        stream = self.open(self.running, "credit=0")
        stream.send_frame(2, b'{"credit":1}')
        self.expect_end(stream, 1008, "INVALID_REQUEST")
        # Credit that adds up.
        stream = self.open(self.running, "credit=0&offset=latest")
        for _ in range(3):
            stream.send({"credit": 10})
        self.expect_end(stream, 1008, "INVALID_REQUEST")

    def test_frames_against_the_rules_end_it(self):
        big = self.open(self.running, "credit=0")
        big.send_frame(1, b"[" * (300 << 10))
        self.expect_end(big, 1009)
        stream = self.open(self.running, "credit=0")
        stream.send_frame(1, b"\xff\xfe")
        self.expect_end(stream, 1007)
        # Not masked.
        stream = self.open(self.running, "credit=0")
        stream.socket.sendall(b"\x81\x02{}")
        self.expect_end(stream, 1002)
        self.assertEqual(self.running.produce("t", {}).status, 200)

    def test_other_origins_are_refused(self):
        refused = self.open(self.running, Origin="https://evil.example")
        self.assertEqual(refused.answer.status, 403)
        self.assertEqual(refused.answer.error, "TOPIC_AUTHORIZATION_FAILED")
        own = self.open(self.running, Origin="http://" + self.running.http)
        self.assertEqual(own.answer.status, 101)

    def test_it_is_closed_when_the_gateway_stops(self):
        stream = self.open(self.running, "offset=0")
        # Served from here on.
        stream.send({"produce": {"records": [{}]}, "id": 1})
        told = [stream.receive() for _ in range(2)]
        self.assertIn(1, [x.get("id") for x in told])
        self.running.signal(15)
        self.expect_end(stream, 1001)
        stream.close()
        self.assertEqual(self.running.wait(), 0)


class SlowStreams(StreamTest):
    def test_who_does_not_read_is_hung_up_on(self):
        running = self.broker("--topic", "t", "--write-timeout-ms", "500")
        self.fill(running, 40, 900_000)
        before = memory(running)
        # More than the kernel keeps for them.
        streams = [self.open(running, "offset=0&credit=1000")
                   for _ in range(8)]
        broker.wait_until(lambda: not established(running), 20,
                          "that they are hung up on")
        # Unread pages, and blocks that they come from: not the log of each.
        self.assertLess(memory(running) - before, 100 << 20)
        for stream in streams:
            stream.close()
        page = running.records("t", offset=39).json
        self.assertEqual(len(page["records"]), 1)

    def test_who_does_not_answer_pings_is_hung_up_on(self):
        running = self.broker("--topic", "t", "--idle-timeout-ms", "400")
        stream = self.open(running, "offset=latest")
        self.assertEqual(stream.exactly(1)[0] & 0x0f, 9)
        broker.wait_until(lambda: not established(running), 20,
                          "that it is hung up on")


def memory(running):
    """Resident bytes."""
    with open(f"/proc/{running.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def established(running):
    """Connections to the HTTP port that the gateway has."""
    port = f":{int(running.http.rsplit(':', 1)[1]):04X}"
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return [row for row in rows if row[1].endswith(port) and row[3] == "01"]
