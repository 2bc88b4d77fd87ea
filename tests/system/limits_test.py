# SPDX-License-Identifier: Apache-2.0
"""Full, read-only and failing disks."""
import os
import subprocess
import unittest

import batches
import broker
import wire

STORAGE_ERROR = 56


class SmallDisk:
    """A tmpfs of a few MiB; needs root and the right to mount."""

    def __init__(self, test, path, mib):
        if os.geteuid() != 0:
            raise unittest.SkipTest("mounting a small disk needs root")
        os.makedirs(path)
        self.path = path
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "troupe-test",
             path], capture_output=True, text=True)
        if mounted.returncode:
            raise unittest.SkipTest("mounting is not allowed here: "
                                    + mounted.stderr.strip())
        test.addCleanup(subprocess.run, ["umount", "-l", path])

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.path],
                       check=True, capture_output=True)


def fill_up(disk):
    """Takes all that is left of a disk; the path of the file that does."""
    filler = os.path.join(disk.path, "filler")
    # Unbuffered: nothing is left to write when the file is closed.
    with open(filler, "wb", 0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    return filler


def expire_everything(connection):
    """Sets `retention.ms` of the topic `t` to next to nothing."""
    answer = connection.call("incremental_alter_configs", 1, {
        "resources": [{
            "resource_type": 2, "resource_name": "t", "configs": [{
                "name": "retention.ms", "config_operation": 0,
                "value": "1"}]}],
        "validate_only": False})
    return answer["responses"][0]["error_code"]


class Limits(broker.BrokerTest):
    def disk(self, name, mib=24):
        return SmallDisk(self, os.path.join(self.directory, name), mib)

    def produce(self, connection, partition=0, size=500000):
        return connection.produce("t", batches.encode_batch([bytes(size)]),
                                  partition)["error_code"]

    def fill(self, connection, partition=0):
        """Produces until an error comes; answers it."""
        for _ in range(200):
            code = self.produce(connection, partition)
            if code:
                return code
        raise AssertionError("the disk does not fill")

    def fill_and_stop(self):
        """A broker fills its disk and stops; the end offset of its log."""
        server = self.broker()
        with wire.Connection(server.address) as connection:
            connection.create_topic("t")
            self.fill(connection)
            end = connection.end_offset("t")
            self.assertGreater(end, 0)
        server.stop()
        return end

    def places(self, connection):
        """partition -> data directory of the topic `t`."""
        answer = connection.call("describe_log_dirs", 1, {"topics": None})
        return {p["partition_index"]: d["log_dir"]
                for d in answer["results"] for t in d["topics"]
                if t["name"] == "t" for p in t["partitions"]}

    def test_a_full_disk_is_an_error_and_recovers_by_itself(self):
        disk = self.disk("data")
        filler = os.path.join(disk.path, "filler")
        with open(filler, "wb") as file:
            file.write(bytes(8 << 20))
        server = self.broker()
        with wire.Connection(server.address) as connection:
            connection.create_topic("t")
            self.assertEqual(self.fill(connection), STORAGE_ERROR)
            end = connection.end_offset("t")
            self.assertGreater(end, 0)
            answer = connection.fetch("t", 0)
            self.assertEqual(
                len(batches.split_batches(answer["records"])), end,
                "what is there can be read")
            os.remove(filler)
            broker.wait_until(lambda: self.produce(connection) == 0,
                              what="the partition takes records again")
            self.assertEqual(connection.end_offset("t"), end + 1)

    def test_a_full_disk_does_not_stop_the_other(self):
        self.disk("small", 12)
        server = self.broker(data_dirs=("data", "small"))
        with wire.Connection(server.address) as connection:
            connection.create_topic("t", 4)
            places = self.places(connection)
            self.assertEqual(set(places.values()), set(server.data_dirs),
                             "partitions are spread over directories")
            small = [p for p, d in places.items() if d.endswith("/small")][0]
            large = [p for p, d in places.items() if d.endswith("/data")][0]
            self.assertEqual(self.fill(connection, small), STORAGE_ERROR)
            self.assertEqual(self.produce(connection, large), 0)

    def test_a_topic_made_on_a_full_disk_comes_up_later(self):
        disk = self.disk("small", 4)
        server = self.broker("--set", "log.retention.check.interval.ms=100",
                             data_dirs=("data", "small"))
        filler = fill_up(disk)
        with wire.Connection(server.address) as connection:
            connection.create_topic("t", 2)
            codes = [self.produce(connection, p, size=1000) for p in (0, 1)]
            self.assertEqual(sorted(codes), [0, STORAGE_ERROR])
            offline = codes.index(STORAGE_ERROR)
            os.remove(filler)
            broker.wait_until(
                lambda: self.produce(connection, offline, size=1000) == 0,
                what="the partition is opened again")

    def test_a_start_on_a_full_disk_makes_room_by_itself(self):
        disk = self.disk("data")
        end = self.fill_and_stop()
        fill_up(disk)
        server = self.broker("--set", "log.retention.check.interval.ms=50",
                             "--set", "log.segment.delete.delay.ms=0")
        self.assertIn("node.space_reserve_spent", server.log())
        with wire.Connection(server.address) as connection:
            self.assertEqual(connection.end_offset("t"), end)
            answer = connection.fetch("t", 0)
            self.assertEqual(answer["error_code"], 0)
            self.assertGreater(len(answer["records"]), 0)
            self.assertEqual(self.fill(connection), STORAGE_ERROR)
            self.assertEqual(expire_everything(connection), 0)
            broker.wait_until(lambda: self.produce(connection) == 0,
                              what="retention makes room")
        self.assertEqual(server.stop(), 0)

    def test_a_full_disk_stops_a_start_by_name_and_loses_nothing(self):
        disk = self.disk("data")
        end = self.fill_and_stop()
        os.remove(os.path.join(disk.path, ".space_reserve"))
        filler = fill_up(disk)
        refused = self.make_broker()
        refused.spawn()
        self.assertGreater(refused.wait(), 0)
        self.assertIn(disk.path, refused.log())
        os.remove(filler)
        server = self.broker()
        with wire.Connection(server.address) as connection:
            self.assertEqual(connection.end_offset("t"), end)

    def test_a_read_only_directory_is_refused_by_name(self):
        disk = self.disk("data")
        disk.remount("ro")
        server = self.make_broker()
        server.spawn()
        self.assertGreater(server.wait(), 0)
        self.assertIn(disk.path, server.log())

    def test_a_data_directory_that_is_a_file_is_refused_by_name(self):
        with open(os.path.join(self.directory, "data"), "wb"):
            pass
        server = self.make_broker()
        server.spawn()
        self.assertGreater(server.wait(), 0)
        self.assertIn(server.data_dirs[0], server.log())

    def test_a_failed_directory_fails_its_partitions_only(self):
        disk = self.disk("second")
        server = self.broker(data_dirs=("data", "second"))
        with wire.Connection(server.address) as connection:
            connection.create_topic("t", 4)
            places = self.places(connection)
            for partition in range(4):
                self.assertEqual(
                    self.produce(connection, partition, size=1000), 0)
        server.stop()
        disk.remount("ro")
        server = self.broker(data_dirs=("data", "second"))
        with wire.Connection(server.address) as connection:
            for partition, place in places.items():
                self.context = f"partition {partition} in {place}"
                code = self.produce(connection, partition, size=1000)
                if place.endswith("/second"):
                    self.assertNotEqual(code, 0)
                else:
                    self.assertEqual(code, 0)
                    self.assertEqual(connection.end_offset("t", partition), 2)
        server.stop()
        disk.remount("rw")
        server = self.broker(data_dirs=("data", "second"))
        with wire.Connection(server.address) as connection:
            for partition, place in places.items():
                self.assertEqual(
                    self.produce(connection, partition, size=1000), 0)
                self.assertEqual(connection.fetch("t", 0, partition)
                                 ["error_code"], 0)

    def test_directories_in_another_order_lose_nothing(self):
        server = self.broker(data_dirs=("one", "two"))
        with wire.Connection(server.address) as connection:
            connection.create_topic("t", 4)
            for partition in range(4):
                self.assertEqual(
                    self.produce(connection, partition, size=1000), 0)
        server.stop()
        swapped = self.broker(data_dirs=("two", "one"))
        with wire.Connection(swapped.address) as connection:
            for partition in range(4):
                self.context = f"swapped, partition {partition}"
                self.assertEqual(connection.end_offset("t", partition), 1)
        swapped.stop()
        server = self.broker(data_dirs=("one", "two"))
        with wire.Connection(server.address) as connection:
            for partition in range(4):
                self.context = f"partition {partition}"
                self.assertEqual(connection.end_offset("t", partition), 1)
