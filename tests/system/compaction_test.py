# SPDX-License-Identifier: Apache-2.0
"""Compaction of topics while clients write and read."""
import os

import batches
import broker
import wire

KEYS = 20
#: The longest that a compaction may take to show.
PATIENCE_S = 60


class Compaction(broker.BrokerTest):
    options = ("--set", "log.cleaner.backoff.ms=100")

    def start(self):
        return self.broker(*self.options)

    def create(self, address, topic, **configs):
        with wire.Connection(address) as connection:
            connection.create_topic(topic, 1, {
                "cleanup.policy": "compact", "segment.bytes": 1 << 20,
                "min.cleanable.dirty.ratio": 0.01, **configs})

    def write(self, address, topic, begin, end):
        """Value `i` for key `i % KEYS`."""
        with wire.Connection(address) as connection:
            for i in range(begin, end):
                answer = connection.produce(topic, batches.encode_batch(
                    [b"%08d" % i + bytes(50000)], key=b"key-%d" % (i % KEYS)))
                self.assertEqual(answer["error_code"], 0)

    def read(self, address, topic):
        """Offset and number of every record, in order."""
        found, offset = [], 0
        with wire.Connection(address) as connection:
            end = connection.end_offset(topic)
            while offset < end:
                answer = connection.fetch(topic, offset)
                self.assertEqual(answer["error_code"], 0)
                got = batches.split_batches(answer["records"])
                self.assertTrue(got, "nothing at offset %d" % offset)
                for batch in got:
                    for record_offset, value in batches.record_values(batch):
                        if record_offset >= offset:
                            found.append((record_offset, int(value[:8])))
                    offset = batch.last_offset + 1
        return found

    def last_values(self, records):
        return {number % KEYS: number for _, number in records}

    def wait_until_compacted(self, server, topic, most):
        def few():
            records = self.read(server.address, topic)
            return records if len(records) <= most else None

        return broker.wait_until(few, PATIENCE_S, "compaction of " + topic)

    def test_the_last_value_of_each_key_stays_before_during_and_after(self):
        server = self.start()
        self.create(server.address, "latest")
        for begin in range(0, 400, 100):
            self.write(server.address, "latest", begin, begin + 100)
            records = self.read(server.address, "latest")
            self.assertEqual(self.last_values(records), {
                i % KEYS: i for i in range(begin + 100 - KEYS, begin + 100)})
        # The active segment holds some twenty records that must not go.
        records = self.wait_until_compacted(server, "latest", 3 * KEYS)
        self.assertEqual(self.last_values(records),
                         {i % KEYS: i for i in range(380, 400)})
        offsets = [offset for offset, _ in records]
        self.assertEqual(offsets, sorted(set(offsets)))
        for offset, number in records:
            self.assertEqual(offset, number)
        server.kill()
        server = self.start()
        again = self.read(server.address, "latest")
        self.assertEqual(self.last_values(again), self.last_values(records))
        self.write(server.address, "latest", 400, 401)
        self.assertEqual(self.read(server.address, "latest")[-1], (400, 400))
        server.stop()
        server = self.start()
        self.assertEqual(self.read(server.address, "latest")[-1], (400, 400))
        self.assertEqual(
            [n for n in os.listdir(os.path.join(server.data_dirs[0],
                                                "latest-0"))
             if n.endswith((".cleaned", ".swap"))], [])

    def test_other_topics_are_left_alone(self):
        server = self.start()
        self.create(server.address, "kept", **{"cleanup.policy": "delete"})
        self.create(server.address, "compacted")
        for topic in ("kept", "compacted"):
            self.write(server.address, topic, 0, 200)
        self.wait_until_compacted(server, "compacted", 3 * KEYS)
        self.assertEqual([n for _, n in self.read(server.address, "kept")],
                         list(range(200)))
