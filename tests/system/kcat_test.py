# SPDX-License-Identifier: Apache-2.0
"""kcat, the command line client on librdkafka."""
import json
import os
import subprocess

import batches
import broker
import log_files
import wire

CODECS = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


class Kcat(broker.SharedBrokerTest):
    def kcat(self, *arguments, stdin=b"", seconds=30):
        run = subprocess.run(["kcat", "-b", self.address, *arguments],
                             input=stdin, capture_output=True,
                             timeout=seconds)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        return run.stdout

    def produce(self, *arguments, stdin):
        return self.kcat("-P", "-t", self.topic, "-p", "0", *arguments,
                         stdin=stdin)

    def consume(self, *arguments, offset="beginning"):
        return self.kcat("-C", "-t", self.topic, "-p", "0", "-e", "-q",
                         "-o", offset, *arguments)

    def create(self, partitions=1, **configs):
        with wire.Connection(self.address) as connection:
            connection.create_topic(
                self.topic, partitions,
                {k.replace("_", "."): v for k, v in configs.items()})

    def test_lists_brokers_and_topics(self):
        self.create(partitions=3)
        text = self.kcat("-L").decode()
        self.assertIn("1 brokers:", text)
        self.assertIn(self.address, text)
        self.assertIn(f'topic "{self.topic}" with 3 partitions', text)

    def test_lists_as_json(self):
        self.create(partitions=2)
        listed = json.loads(self.kcat("-L", "-J", "-t", self.topic))
        self.assertEqual(len(listed["brokers"]), 1)
        self.assertEqual(listed["brokers"][0]["name"], self.address)
        self.assertEqual(len(listed["topics"][0]["partitions"]), 2)
        for partition in listed["topics"][0]["partitions"]:
            self.assertEqual(partition["leader"],
                             listed["brokers"][0]["id"])
            self.assertEqual(len(partition["isrs"]), 1)

    def test_produces_and_consumes_lines(self):
        lines = b"".join(b"line %d\n" % i for i in range(1000))
        self.produce(stdin=lines)
        self.assertEqual(self.consume(), lines)

    def test_a_topic_is_made_by_producing_to_it(self):
        self.produce(stdin=b"first\n")
        self.assertEqual(self.consume(), b"first\n")

    def test_compresses_with_each_codec(self):
        lines = b"".join(b"the same words again, line %d\n" % i
                         for i in range(2000))
        for name, number in CODECS.items():
            with self.subTest(name):
                self.topic = "codec-" + name
                self.create()
                self.produce("-z", name, "-X", "linger.ms=200", stdin=lines)
                self.assertEqual(self.consume(), lines)
                found = {b.codec for b in log_files.Partition(
                    self.broker.data_dirs[0], self.topic).batches()}
                self.assertEqual(found, {number}, "codec in the log")

    def test_keys_headers_and_null_values(self):
        self.produce("-K:", "-Z", "-H", "colour=blue", "-H", "colour=red",
                     stdin=b"k1:v1\nk2:\n:v3\n")
        rows = [json.loads(line) for line in
                self.consume("-J").decode().splitlines()]
        self.assertEqual([r["key"] for r in rows], ["k1", "k2", None])
        self.assertEqual([r["payload"] for r in rows], ["v1", None, "v3"])
        self.assertEqual(rows[0]["headers"],
                         ["colour", "blue", "colour", "red"])
        self.assertEqual([r["offset"] for r in rows], [0, 1, 2])
        self.assertTrue(all(r["tstype"] == "create" for r in rows))
        self.assertTrue(all(r["broker"] == rows[0]["broker"] for r in rows))

    def test_messages_of_one_megabyte(self):
        self.create(max_message_bytes=2000000)
        names = []
        for i in range(3):
            names.append(os.path.join(self.directory, f"message-{i}"))
            with open(names[-1], "wb") as file:
                file.write(os.urandom(1 << 20))
        self.produce("-X", "message.max.bytes=2000000", *names, stdin=b"")
        got = self.consume("-f", "%s", "-X",
                           "fetch.message.max.bytes=3000000")
        expected = b""
        for name in names:
            with open(name, "rb") as file:
                expected += file.read()
        self.assertTrue(got == expected, f"{len(got)} bytes came back")

    def test_too_large_messages_are_refused(self):
        self.create(max_message_bytes=1000)
        run = subprocess.run(
            ["kcat", "-b", self.address, "-P", "-t", self.topic],
            input=b"x" * 5000 + b"\n", capture_output=True, timeout=30)
        self.assertIn(b"Message size too large", run.stderr)
        self.assertEqual(self.consume(), b"")

    def test_starts_at_offsets(self):
        self.produce(stdin=b"".join(b"%d\n" % i for i in range(10)))
        self.assertEqual(self.consume(offset="7"), b"7\n8\n9\n")
        self.assertEqual(self.consume(offset="-2"), b"8\n9\n")
        self.assertEqual(self.consume("-c", "1", offset="3"), b"3\n")
        self.assertEqual(self.consume(offset="end"), b"")

    def stamped(self):
        """Ten records, one per batch, a second apart."""
        with wire.Connection(self.address) as connection:
            connection.create_topic(self.topic)
            for i in range(10):
                answer = connection.produce(self.topic, batches.encode_batch(
                    [b"%d" % i], timestamp=1700000000000 + 1000 * i))
                self.assertEqual(answer["error_code"], 0)

    def test_starts_and_ends_at_timestamps(self):
        self.stamped()
        self.assertEqual(self.consume("-o", "s@1700000007000",
                                      offset="s@1700000007000"),
                         b"7\n8\n9\n")
        self.assertEqual(self.consume("-o", "e@1700000003000",
                                      offset="s@1700000001500"), b"2\n")

    def test_queries_offsets_by_timestamp(self):
        self.stamped()

        def query(timestamp):
            text = self.kcat("-Q", "-t", f"{self.topic}:0:{timestamp}")
            return text.decode().split("offset ")[1].strip()

        self.assertEqual(query(1700000004000), "4")
        self.assertEqual(query(1700000004001), "5")
        self.assertEqual(query(1699999999999), "0")
        self.assertEqual(query(-2), "0")
        self.assertEqual(query(-1), "10")

    def test_many_partitions_keep_each_its_order(self):
        self.create(partitions=4)
        lines = b"".join(b"%d:%d\n" % (i % 16, i) for i in range(2000))
        self.kcat("-P", "-t", self.topic, "-K:", stdin=lines)
        out = self.kcat("-C", "-t", self.topic, "-e", "-q", "-f",
                        "%p %k %s\n", "-o", "beginning").decode()
        last = {}
        rows = [row.split() for row in out.splitlines()]
        self.assertEqual(len(rows), 2000)
        for partition, key, value in rows:
            self.assertGreater(int(value), last.get((partition, key), -1))
            last[partition, key] = int(value)

    def test_each_level_of_acknowledgement(self):
        for acks in ("0", "1", "all"):
            self.produce("-X", f"acks={acks}", stdin=b"acks %s\n"
                         % acks.encode())
        got = broker.wait_until(
            lambda: len(self.consume().splitlines()) == 3 and self.consume())
        self.assertEqual(got, b"acks 0\nacks 1\nacks all\n")

    def test_an_idempotent_producer(self):
        lines = b"".join(b"%d\n" % i for i in range(5000))
        self.produce("-X", "enable.idempotence=true", stdin=lines)
        self.assertEqual(self.consume(), lines)
        for batch in log_files.Partition(self.broker.data_dirs[0],
                                         self.topic).batches():
            self.assertGreaterEqual(batch.producer_id, 0)
