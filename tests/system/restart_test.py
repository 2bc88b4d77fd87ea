# SPDX-License-Identifier: Apache-2.0
"""What a restart keeps, after a clean stop and after a kill."""
import os

import batches
import broker
import log_files
import wire


class Restart(broker.BrokerTest):
    def fill(self, address):
        """A topic with settings, records and a producer's state."""
        with wire.Connection(address) as connection:
            topic = connection.create_topic("kept", 2, {
                "retention.ms": 7777777, "segment.bytes": 1 << 20})
            self.assertEqual(topic["error_code"], 0)
            self.producer = connection.producer_id()
            for i in range(12):
                answer = connection.produce("kept", self.batch(i))
                self.assertEqual(answer["base_offset"], 3 * i)
            connection.call("delete_records", 1, {
                "timeout_ms": 5000, "topics": [{
                    "name": "kept", "partitions": [
                        {"partition_index": 0, "offset": 5}]}]})
            connection.create_topic("gone")
            connection.call("delete_topics", 3, {
                "topic_names": ["gone"], "timeout_ms": 5000})

    def batch(self, number):
        return batches.encode_batch(
            [b"%d" % (3 * number + i) + bytes(60000) for i in range(3)],
            producer=(self.producer, 0, 3 * number))

    def snapshot(self, address):
        with wire.Connection(address) as connection:
            metadata = connection.call("metadata", 12, {"topics": None})
            configs = connection.call("describe_configs", 4, {"resources": [{
                "resource_type": 2, "resource_name": "kept",
                "configuration_keys": None}]})["results"][0]
            return {
                "cluster": metadata["cluster_id"],
                "node": metadata["brokers"][0]["node_id"],
                "topics": {t["name"]: (t["topic_id"], len(t["partitions"]))
                           for t in metadata["topics"]},
                "configs": {c["name"]: (c["value"], c["config_source"])
                            for c in configs["configs"]},
                "offsets": (connection.start_offset("kept"),
                            connection.end_offset("kept")),
                "records": batches.values_of(
                    connection.fetch("kept", 5)["records"]),
            }

    def check_everything_is_kept(self, end, *options):
        server = self.broker(*options)
        self.fill(server.address)
        before = self.snapshot(server.address)
        self.assertEqual(before["offsets"], (5, 36))
        self.assertEqual(set(before["topics"]), {"kept"})
        for _ in range(2):
            end(server)
            server = self.broker(*options)
            self.assertEqual(self.snapshot(server.address), before)
        with wire.Connection(server.address) as connection:
            # The producer's last batches are known, a gap is not accepted.
            for i in range(7, 12):
                answer = connection.produce("kept", self.batch(i))
                self.assertEqual((answer["error_code"],
                                  answer["base_offset"]), (0, 3 * i))
            self.assertEqual(connection.produce(
                "kept", self.batch(13))["error_code"], 45)
            self.assertEqual(connection.end_offset("kept"), 36)
            answer = connection.produce("kept", self.batch(12))
            self.assertEqual(answer["base_offset"], 36)
        server.stop()
        log_files.Partition(server.data_dirs[0], "kept").check()

    def test_a_clean_stop_keeps_everything(self):
        self.check_everything_is_kept(broker.Broker.stop)

    def test_a_kill_keeps_everything(self):
        self.check_everything_is_kept(broker.Broker.kill)

    def test_a_kill_keeps_everything_with_fsync(self):
        self.check_everything_is_kept(broker.Broker.kill, "--set",
                                      "troupe.durability=fsync")

    def test_a_kill_keeps_everything_with_interval(self):
        self.check_everything_is_kept(broker.Broker.kill, "--set",
                                      "troupe.durability=interval")

    def test_producer_ids_stay_unique(self):
        seen = set()
        for end in (broker.Broker.stop, broker.Broker.kill) * 2:
            server = self.broker()
            with wire.Connection(server.address) as connection:
                fresh = {connection.producer_id() for _ in range(20)}
            self.assertEqual(len(fresh), 20)
            self.assertFalse(fresh & seen)
            seen |= fresh
            end(server)

    def torn(self, damage):
        """Kills a broker, damages the end of its log, starts it again."""
        server = self.broker()
        with wire.Connection(server.address) as connection:
            connection.create_topic("torn")
            for i in range(10):
                connection.produce("torn",
                                   batches.encode_batch([b"%d" % i]))
        server.kill()
        path = os.path.join(server.data_dirs[0], "torn-0",
                            f"{0:020d}.log")
        damage(path)
        self.server = self.broker()
        with wire.Connection(self.server.address) as connection:
            values = batches.values_of(
                connection.fetch("torn", 0)["records"])
            end = connection.end_offset("torn")
            self.assertEqual(len(values), end)
            answer = connection.produce("torn",
                                        batches.encode_batch([b"next"]))
            self.assertEqual(answer["base_offset"], end)
        self.server.stop()
        log_files.Partition(server.data_dirs[0], "torn").check()
        return values

    def test_a_torn_tail_is_cut(self):
        def cut(path):
            os.truncate(path, os.path.getsize(path) - 5)

        self.assertEqual(self.torn(cut), [b"%d" % i for i in range(9)])
        self.assertIn("torn-0", self.server.log(), "it is reported")

    def test_garbage_behind_the_last_batch_is_cut(self):
        def add(path):
            with open(path, "ab") as file:
                file.write(b"\x01\x02\x03" * 50)

        self.assertEqual(self.torn(add), [b"%d" % i for i in range(10)])

    def test_a_batch_with_flipped_bits_ends_the_log(self):
        def flip(path):
            with open(path, "r+b") as file:
                data = bytearray(file.read())
                data[-1] ^= 1
                file.seek(0)
                file.write(data)

        self.assertEqual(self.torn(flip), [b"%d" % i for i in range(9)])

    def test_damage_in_the_middle_takes_nothing_behind_it(self):
        server = self.broker("--set", "troupe.durability=fsync")
        with wire.Connection(server.address) as connection:
            connection.create_topic("middle", 1, {"segment.bytes": 1 << 20})
            for i in range(60):
                connection.produce("middle", batches.encode_batch(
                    [b"%d" % i + bytes(100000)]))
        server.kill()
        folder = os.path.join(server.data_dirs[0], "middle-0")
        segments = sorted(n for n in os.listdir(folder) if n.endswith(".log"))
        self.assertGreater(len(segments), 4)
        with open(os.path.join(folder, segments[1]), "r+b") as file:
            file.seek(5000)
            byte = file.read(1)[0]
            file.seek(5000)
            file.write(bytes([byte ^ 1]))
        server = self.broker("--set", "troupe.durability=fsync")
        with wire.Connection(server.address) as connection:
            self.assertEqual(connection.end_offset("middle"), 60)
            damaged = int(segments[1].split(".")[0])
            for offset in range(60):
                answer = connection.fetch("middle", offset, bytes_max=1)
                # Below the recovery point nothing is scanned: that batch is for
                # the consumer's CRC check to find.
                if offset == damaged:
                    continue
                self.assertEqual(answer["error_code"], 0)
                first = batches.split_batches(answer["records"])[0]
                self.assertEqual(first.base_offset, offset)

    def test_lost_and_wrong_indexes_are_made_again(self):
        server = self.broker()
        with wire.Connection(server.address) as connection:
            connection.create_topic("indexed", 1, {"segment.bytes": 1 << 20})
            for i in range(60):
                connection.produce("indexed", batches.encode_batch(
                    [bytes(60000)], timestamp=1700000000000 + i))
        server.kill()
        folder = os.path.join(server.data_dirs[0], "indexed-0")
        names = sorted(os.listdir(folder))
        indexes = [n for n in names if n.endswith(".index")]
        self.assertGreater(len(indexes), 2)
        os.remove(os.path.join(folder, indexes[0]))
        with open(os.path.join(folder, indexes[1]), "wb") as file:
            file.write(b"\xff" * 803)
        for name in names:
            if name.endswith(".timeindex"):
                os.remove(os.path.join(folder, name))
        server = self.broker()
        with wire.Connection(server.address) as connection:
            self.assertEqual(connection.list_offset(
                "indexed", 1700000000037)["offset"], 37)
            # An index is made again when it is used: each of them is.
            for offset in range(60):
                answer = connection.fetch("indexed", offset, bytes_max=1)
                first = batches.split_batches(answer["records"])[0]
                self.assertEqual(first.base_offset, offset)
        server.stop()
        log_files.Partition(server.data_dirs[0], "indexed").check()
