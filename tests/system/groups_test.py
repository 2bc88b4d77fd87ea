# SPDX-License-Identifier: Apache-2.0
"""Balanced consumers of three client libraries: members come, die, sleep and
return, the broker restarts, and every record is read at least once."""
import os
import signal
import subprocess
import sys
import unittest

import batches
import broker
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
PARTITIONS = 6
OPTIONS = ("--set", "group.min.session.timeout.ms=1000",
           "--set", "group.initial.rebalance.delay.ms=100",
           "--set", "offsets.topic.num.partitions=4")


class Member:
    def __init__(self, test, library, address, group, topic):
        self.path = os.path.join(test.directory, f"member-{len(test.members)}")
        test.members.append(self)
        with open(self.path, "wb") as out, open(self.path + ".err",
                                                "wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, os.path.join(HERE, "group_member.py"),
                 library, address, group, topic], stdout=out, stderr=err)

    def values(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read().split("\n")[:-1]

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)


class KcatMember(Member):
    def __init__(self, test):
        self.path = os.path.join(test.directory, f"kcat-{len(test.members)}")
        with open(self.path, "wb") as out, open(self.path + ".err",
                                                "wb") as err:
            self.process = subprocess.Popen(
                ["kcat", "-b", test.address, "-G", "workers", "-u", "-q", "-X",
                 "auto.offset.reset=earliest", "-X", "session.timeout.ms=3000",
                 "-X", "heartbeat.interval.ms=500", "work"], stdout=out,
                stderr=err)


class Groups(broker.BrokerTest):
    seconds = 170

    def setUp(self):
        super().setUp()
        self.members = []
        self.addCleanup(lambda: [member.end() for member in self.members])
        self.sent = 0
        self.port = broker.free_port()

    def serve(self):
        return self.broker(*OPTIONS, port=self.port)

    def produce(self, count):
        with wire.Connection(self.address, timeout=30) as connection:
            for _ in range(count):
                answer = connection.produce(
                    "work", batches.encode_batch([b"%d" % self.sent]),
                    partition=self.sent % PARTITIONS)
                self.assertEqual(answer["error_code"], 0)
                self.sent += 1

    def read(self):
        return {int(value) for member in self.members
                for value in member.values()}

    def wait_for_all(self, seconds=60):
        expected = set(range(self.sent))
        try:
            broker.wait_until(lambda: self.read() >= expected, seconds,
                              "every record")
        except AssertionError:
            missing = sorted(expected - self.read())
            self.fail(f"{len(missing)} records were not read: {missing[:20]}")

    def group(self):
        with wire.Connection(self.address, timeout=30) as connection:
            return connection.call("describe_groups", 5, {
                "groups": ["workers"]})["groups"][0]

    def wait_for_members(self, count, seconds=60):
        def stable():
            group = self.group()
            return group["group_state"] == "Stable" \
                and len(group["members"]) == count
        broker.wait_until(stable, seconds, f"a stable group of {count}")

    def run_group(self, library):
        server = self.serve()
        self.address = server.address
        with wire.Connection(self.address) as connection:
            connection.create_topic("work", PARTITIONS)

        def join():
            return Member(self, library, self.address, "workers", "work")

        killed, stopped, _ = join(), join(), join()
        self.wait_for_members(3)
        self.produce(60)
        self.wait_for_all()
        killed.signal(signal.SIGKILL)
        self.wait_for_members(2)
        self.produce(60)
        self.wait_for_all()
        stopped.signal(signal.SIGSTOP)
        self.wait_for_members(1)
        self.produce(60)
        self.wait_for_all()
        server.stop()
        server = self.serve()
        self.wait_for_members(1)
        self.produce(60)
        stopped.signal(signal.SIGCONT)
        self.wait_for_members(2)
        self.wait_for_all()
        server.kill()
        self.serve()
        join()
        self.produce(60)
        self.wait_for_members(3)
        self.wait_for_all()

    def test_confluent_members_come_and_go(self):
        try:
            import confluent_kafka
        except ImportError as error:
            raise unittest.SkipTest(f"python3-confluent-kafka: {error}")
        self.assertTrue(confluent_kafka.__version__)
        self.run_group("confluent")

    def test_kafka_python_members_come_and_go(self):
        try:
            import kafka
        except ImportError as error:
            raise unittest.SkipTest(f"python3-kafka: {error}")
        self.assertTrue(kafka.__version__)
        self.run_group("kafka")

    def kcat(self, *more):
        run = subprocess.run(
            ["kcat", "-b", self.address, "-G", "readers", "-e", "-q", "-X",
             "auto.offset.reset=earliest", *more, "work"],
            capture_output=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        return sorted(int(line) for line in run.stdout.split())

    def test_kcat_goes_on_where_it_ended(self):
        server = self.serve()
        self.address = server.address
        with wire.Connection(self.address) as connection:
            connection.create_topic("work", PARTITIONS)
        self.produce(30)
        self.assertEqual(self.kcat(), list(range(30)))
        self.produce(20)
        self.assertEqual(self.kcat(), list(range(30, 50)))
        server.stop()
        server = self.serve()
        self.produce(10)
        self.assertEqual(self.kcat(), list(range(50, 60)))
        server.kill()
        self.serve()
        self.produce(10)
        self.assertEqual(self.kcat(), list(range(60, 70)))

    def test_kcat_members_come_and_go(self):
        self.address = self.serve().address
        with wire.Connection(self.address) as connection:
            connection.create_topic("work", PARTITIONS)
        for _ in range(3):
            self.members.append(KcatMember(self))
        killed, stopped, _ = self.members
        self.wait_for_members(3)
        self.produce(60)
        self.wait_for_all()
        killed.signal(signal.SIGKILL)
        self.wait_for_members(2)
        self.produce(60)
        self.wait_for_all()
        stopped.signal(signal.SIGSTOP)
        self.wait_for_members(1)
        self.produce(60)
        self.wait_for_all()
        stopped.signal(signal.SIGCONT)
        self.wait_for_members(2)
        self.produce(60)
        self.wait_for_all()
