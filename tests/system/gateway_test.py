# SPDX-License-Identifier: Apache-2.0
"""The gateway of examples/gateway: HTTP beside Kafka's clients."""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

import broker
import gateway
import wire

if not os.access(gateway.GATEWAY, os.X_OK):
    raise unittest.SkipTest(f"{gateway.GATEWAY} is not there")

README = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../examples/gateway/README.md")


class Shared(unittest.TestCase):
    """Tests of one class that share a gateway; each uses its own topics."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="troupe-test-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.gateway = gateway.Gateway(cls.directory, *cls.options)
        cls.addClassCleanup(cls.gateway.end)
        cls.gateway.start()

    def setUp(self):
        self.topic = self.id().rsplit(".", 1)[1].replace("_", "-")[:100]

    def tearDown(self):
        self.assertTrue(self.gateway.alive(), "the gateway died")

    def logs(self):
        return self.gateway.log()[-4000:]

    def create(self, partitions=1, **configs):
        with wire.Connection(self.gateway.address) as connection:
            connection.create_topic(
                self.topic, partitions,
                {k.replace("_", "."): v for k, v in configs.items()})

    def produce(self, *records):
        answer = self.gateway.produce(self.topic, *records)
        self.assertEqual(answer.status, 200, answer.bytes)
        return answer.json["offsets"]

    def records(self, **query):
        answer = self.gateway.records(self.topic, **query)
        self.assertEqual(answer.status, 200, answer.bytes)
        return answer.json

    def kcat(self, *arguments, stdin=b""):
        run = subprocess.run(
            ["kcat", "-b", self.gateway.address, "-t", self.topic, *arguments],
            input=stdin, capture_output=True, timeout=30, check=False)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        return run.stdout


class Http(Shared):
    def test_kcat_reads_what_http_produced(self):
        self.create()
        offsets = self.produce(
            {"partition": 0, "key": "k", "value": "one",
             "headers": [{"key": "colour", "value": "blue"},
                         {"key": "colour", "value": "red"}]},
            {"value": "two"}, {"key": "gone"},
            {"value_base64": base64.b64encode(b"\0\xff").decode()})
        self.assertEqual(offsets, [{"partition": 0, "offset": n}
                                   for n in range(4)])
        rows = [json.loads(line) for line in self.kcat(
            "-C", "-e", "-q", "-J", "-c", "3").decode().splitlines()]
        self.assertEqual([r["payload"] for r in rows], ["one", "two", None])
        self.assertEqual([r["key"] for r in rows], ["k", None, "gone"])
        self.assertEqual(rows[0]["headers"],
                         ["colour", "blue", "colour", "red"])
        self.assertEqual(self.kcat("-C", "-e", "-q", "-o", "3", "-D", ""),
                         b"\0\xff")

    def test_http_reads_what_kcat_produced(self):
        self.create()
        self.kcat("-P", "-K:", "-H", "h=1", "-z", "zstd",
                  stdin=b"a:1\nb:2\n")
        page = self.records(offset=0)
        self.assertEqual([(r["offset"], r["key"], r["value"])
                          for r in page["records"]],
                         [(0, "a", "1"), (1, "b", "2")])
        self.assertEqual(page["records"][0]["headers"],
                         [{"key": "h", "value": "1"}])
        self.assertEqual((page["next_offset"], page["high_watermark"]),
                         (2, 2))

    def test_a_binary_record_goes_there_and_back(self):
        self.create(partitions=2)
        value = bytes(range(256)) * 100
        answer = self.gateway.ask(
            "POST", f"/topics/{self.topic}/records?partition=1&key=a%00%FF",
            value, Content_Type=gateway.BINARY)
        self.assertEqual(answer.json, {"offsets": [
            {"partition": 1, "offset": 0}]})
        page = self.gateway.records(self.topic, 1, gateway.BINARY, offset=0)
        self.assertEqual(page.headers["Content-Type"], gateway.BINARY)
        self.assertEqual(page.headers["Troupe-Next-Offset"], "1")
        self.assertEqual(page.headers["Troupe-High-Watermark"], "1")
        (offset, _, key, read, headers), = gateway.decode_binary(page.bytes)
        self.assertEqual((offset, key, read, headers),
                         (0, b"a\0\xff", value, []))
        record, = self.gateway.records(self.topic, 1).json["records"]
        self.assertEqual(base64.b64decode(record["value_base64"]), value)

    def test_pages_follow_each_other(self):
        self.create()
        self.produce(*({"value": f"record {i}"} for i in range(2000)))
        seen, at, pages = [], 0, 0
        while at < 2000:
            page = self.records(offset=at, max_bytes=20000)
            self.assertGreater(page["next_offset"], at)
            at = page["next_offset"]
            seen += [r["value"] for r in page["records"]]
            pages += 1
        self.assertEqual(seen, [f"record {i}" for i in range(2000)])
        self.assertGreater(pages, 5)

    def test_a_reader_waits_for_the_next_record(self):
        self.create()
        found = []
        reader = threading.Thread(target=lambda: found.append(
            self.records(offset=0, wait_ms=20000)))
        reader.start()
        self.produce({"value": "at last"})
        reader.join(20)
        self.assertEqual([r["value"] for r in found[0]["records"]],
                         ["at last"])

    def test_nothing_new_is_an_empty_page(self):
        self.create()
        self.produce({"value": "old"})
        for wait in (0, 200):
            page = self.records(offset=1, wait_ms=wait)
            self.assertEqual(page, {"records": [], "next_offset": 1,
                                    "high_watermark": 1})
        self.assertEqual(self.records(offset="latest")["next_offset"], 1)
        self.assertEqual(len(self.records(offset="earliest")["records"]), 1)

    def test_errors_have_kafkas_names(self):
        self.create()
        ask, topic = self.gateway.ask, self.topic
        for wanted, answer in (
                ((404, "UNKNOWN_TOPIC_OR_PARTITION"),
                 self.gateway.produce("no-such-topic", {"value": "a"})),
                ((404, "UNKNOWN_TOPIC_OR_PARTITION"),
                 self.gateway.produce(topic, {"partition": 9})),
                ((404, "UNKNOWN_TOPIC_OR_PARTITION"),
                 self.gateway.records(topic, 9)),
                ((416, "OFFSET_OUT_OF_RANGE"),
                 self.gateway.records(topic, offset=5)),
                ((400, "INVALID_TOPIC_EXCEPTION"),
                 ask("GET", "/topics/..%2Fetc/partitions/0/records")),
                ((404, "INVALID_REQUEST"), ask("GET", "/../etc/passwd")),
                ((405, "INVALID_REQUEST"),
                 ask("GET", f"/topics/{topic}/records")),
                ((415, "INVALID_REQUEST"),
                 ask("POST", f"/topics/{topic}/records", "{}")),
                ((400, "INVALID_REQUEST"),
                 ask("POST", f"/topics/{topic}/records", "{",
                     Content_Type=gateway.JSON)),
                ((406, "INVALID_REQUEST"),
                 self.gateway.records(topic, accept="text/html")),
                ((426, "INVALID_REQUEST"),
                 ask("GET", f"/topics/{topic}/partitions/0/stream"))):
            told = answer.json
            told = told["offsets"][0] if "offsets" in told else told
            self.assertEqual((answer.status, told["error"]), wanted)
            self.assertTrue(told["message"])

    def test_what_a_request_got_wrong_is_told_per_record(self):
        self.create()
        answer = self.gateway.produce(self.topic, {"value": "a"},
                                      {"partition": 7}, {"value": "b"})
        self.assertEqual(answer.status, 404)
        first, second, third = answer.json["offsets"]
        self.assertEqual([first["offset"], third["offset"]], [0, 1])
        self.assertEqual(second["error_code"], 3)
        # Larger than the topic takes.
        self.topic += "-small"
        self.create(max_message_bytes=1000)
        answer = self.gateway.produce(self.topic, {"value": "x" * 5000})
        self.assertEqual(answer.status, 413)
        self.assertEqual(answer.json["offsets"][0]["error"],
                         "MESSAGE_TOO_LARGE")

    def test_a_connection_is_used_again(self):
        self.create()
        body = b'{"records":[{"value":"a"}]}'
        head = (f"POST /topics/{self.topic}/records HTTP/1.1\r\nHost: h\r\n"
                f"Content-Type: {gateway.JSON}\r\n"
                f"Content-Length: {len(body)}\r\n").encode()
        with self.gateway.connect() as connection:
            # The others ahead of the first one's answer.
            connection.sendall((head + b"\r\n" + body) * 2 + head
                               + b"Connection: close\r\n\r\n" + body)
            told = gateway.read_to_end(connection)
        self.assertEqual(told.count(b"HTTP/1.1 200 OK\r\n"), 3)
        self.assertEqual(re.findall(rb'"offset":(\d)', told),
                         [b"0", b"1", b"2"])

    def test_the_readme(self):
        with open(README, encoding="utf-8") as file:
            text = file.read()
        steps = [step for block in re.findall(r"```console\n(.*?)```", text,
                                              re.S)
                 for step in block.split("$ ")[1:]]
        self.assertGreater(len(steps), 3)
        self.topic = "orders"
        self.create(partitions=2)
        for step in steps:
            # All lines of a command but the first are indented.
            command, output = re.fullmatch(r"(.*\n(?: {4}.*\n)*)((?s:.*))",
                                           step).groups()
            command = command.replace("127.0.0.1:8080", self.gateway.http) \
                .replace("127.0.0.1:9092", self.gateway.address)
            done = subprocess.run(["bash", "-c", command], timeout=30,
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.stdout.strip(), output.strip(),
                             f"{command}{done.stderr}")


class Life(broker.BrokerTest):
    def make_broker(self, *options, **named):
        made = gateway.Gateway(self.directory, *options, **named)
        self.brokers.append(made)
        return made

    def test_it_stops_while_clients_wait(self):
        running = self.broker("--topic", "t")
        with running.connect() as idle, running.connect() as waiting:
            waiting.sendall(
                b"GET /topics/t/partitions/0/records?wait_ms=20000 HTTP/1.1"
                b"\r\nHost: h\r\nContent-Length: 1\r\n"
                b"Expect: 100-continue\r\n\r\n")
            # From here on the request has begun, and will be answered.
            self.assertIn(b"100 Continue", waiting.recv(100))
            waiting.sendall(b"x")
            self.assertEqual(running.stop(), 0)
            self.assertEqual(idle.recv(1), b"")
            answer = gateway.read_answer(waiting)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json["records"], [])
        self.assertEqual(answer.headers["Connection"], "close")

    def test_records_survive_a_restart(self):
        running = self.broker("--topic", "t")
        running.produce("t", {"value": "kept"})
        self.assertEqual(running.stop(), 0)
        running = self.broker("--topic", "t")
        record, = running.records("t").json["records"]
        self.assertEqual(record["value"], "kept")

    def test_an_address_in_use_is_said(self):
        running = self.broker()
        second = subprocess.run(
            [gateway.GATEWAY, "--listen", running.http, "--kafka-listen",
             "127.0.0.1:0"], capture_output=True, text=True, timeout=30,
            check=False)
        self.assertEqual(second.returncode, 1)
        self.assertIn("cannot listen on " + running.http, second.stderr)
