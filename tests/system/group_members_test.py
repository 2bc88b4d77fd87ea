# SPDX-License-Identifier: Apache-2.0
"""What a member of a classic group notices: work that is committed is not
repeated, static members keep their place, cooperative ones what they have, and
a broker that restarts disturbs nobody."""
import collections
import os
import signal
import subprocess
import sys
import unittest

import batches
import broker
import group_records
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
PARTITIONS = 6
ALL = set(range(PARTITIONS))
PATIENCE_S = 60

Note = collections.namedtuple("Note", "at what numbers")


class Member:
    def __init__(self, test, strategy="range", instance=None):
        self.path = os.path.join(test.directory, f"member-{len(test.members)}")
        test.members.append(self)
        command = [sys.executable, os.path.join(HERE, "recording_member.py"),
                   test.server.address, "workers", "work", strategy]
        with open(self.path, "wb") as out, open(self.path + ".err",
                                                "wb") as err:
            self.process = subprocess.Popen(
                command + ([instance] if instance else []), stdout=out,
                stderr=err)

    def notes(self, *kinds):
        """In the order in which they were written."""
        with open(self.path, encoding="utf-8") as file:
            lines = [line.split() for line in file.read().split("\n")[:-1]]
        return [Note(int(line[0]), line[1],
                     [int(x) if x.isdigit() else x for x in line[2:]])
                for line in lines if not kinds or line[1] in kinds]

    def changes(self):
        return self.notes("assigned", "revoked")

    def owned(self):
        found = set()
        for x in self.changes():
            if x.what == "assigned":
                found |= set(x.numbers)
            else:
                found -= set(x.numbers)
        return found

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)


def repeated(notes):
    """Reads of what was committed before, in these notes of all members."""
    committed, found = collections.Counter(), []
    for x in sorted(notes):
        if x.what == "read" and x.numbers[1] < committed[x.numbers[0]]:
            found.append(x)
        if x.what == "committed":
            committed[x.numbers[0]] = max(committed[x.numbers[0]],
                                          x.numbers[1])
    return found


class GroupMembers(broker.BrokerTest):
    seconds = 150
    options = ("--set", "group.min.session.timeout.ms=1000",
               "--set", "group.initial.rebalance.delay.ms=100",
               "--set", "offsets.topic.num.partitions=1")

    def setUp(self):
        super().setUp()
        try:
            import confluent_kafka
        except ImportError as error:
            raise unittest.SkipTest(f"python3-confluent-kafka: {error}")
        self.assertTrue(confluent_kafka.__version__)
        self.members = []
        self.addCleanup(lambda: [member.end() for member in self.members])
        self.sent = collections.Counter()
        self.port = broker.free_port()
        self.server = self.serve()
        with wire.Connection(self.server.address) as connection:
            connection.create_topic("work", PARTITIONS)

    def serve(self):
        return self.broker(*self.options, port=self.port)

    def produce(self, each):
        with wire.Connection(self.server.address, timeout=30) as connection:
            for partition in range(PARTITIONS):
                for _ in range(each):
                    answer = connection.produce(
                        "work", batches.encode_batch([b"x"]),
                        partition=partition)
                    self.assertEqual(answer["error_code"], 0)
                    self.sent[partition] += 1

    def notes(self, *kinds):
        return [x for member in self.members for x in member.notes(*kinds)]

    def wait_until_read(self):
        """Until every record has been processed by somebody."""
        expected = {(p, i) for p in ALL for i in range(self.sent[p])}

        def done():
            return {tuple(x.numbers) for x in self.notes("read")} >= expected
        broker.wait_until(done, PATIENCE_S, "every record")

    def wait_until_shared(self, *members):
        """Until these own every partition, each once."""
        def done():
            owned = [member.owned() for member in members]
            return all(owned) and set().union(*owned) == ALL \
                and sum(map(len, owned)) == len(ALL)
        broker.wait_until(
            done, PATIENCE_S,
            lambda: f"partitions shared: {[x.owned() for x in members]}")

    def generation(self):
        """Of the group, as the offsets topic has it."""
        found, offset = None, 0
        with wire.Connection(self.server.address, timeout=30) as connection:
            end = connection.end_offset("__consumer_offsets")
            while offset < end:
                answer = connection.fetch("__consumer_offsets", offset)
                self.assertEqual(answer["error_code"], 0)
                for x in group_records.records_of(answer["records"]):
                    if x.kind == group_records.GROUP:
                        found = x.value["generation"]
                offset = batches.split_batches(
                    answer["records"])[-1].last_offset + 1
        return found

    def test_committed_work_is_not_repeated(self):
        killed, stopped, third = Member(self), Member(self), Member(self)
        self.wait_until_shared(killed, stopped, third)
        self.produce(20)
        self.wait_until_read()
        killed.signal(signal.SIGKILL)
        self.wait_until_shared(stopped, third)
        self.produce(20)
        self.wait_until_read()
        stopped.signal(signal.SIGSTOP)
        before = len(stopped.notes())
        self.wait_until_shared(third)
        self.produce(20)
        self.server.stop()
        self.server = self.serve()
        self.wait_until_read()
        stopped.signal(signal.SIGCONT)
        # What it had fetched before it slept may come until it knows better.
        broker.wait_until(lambda: any(x.what == "revoked" for x
                                      in stopped.notes()[before:]),
                          PATIENCE_S, "the sleeper to learn of it")
        asleep = stopped.notes()[before:]
        asleep = asleep[:[x.what for x in asleep].index("revoked")]
        self.wait_until_shared(stopped, third)
        self.produce(20)
        self.server.kill()
        self.server = self.serve()
        fourth = Member(self)
        self.wait_until_shared(stopped, third, fourth)
        self.produce(20)
        self.wait_until_read()
        awake = [x for x in self.notes() if x not in asleep]
        self.assertGreater(len([x for x in awake if x.what == "committed"]),
                           PARTITIONS)
        self.assertEqual(repeated(awake), [])

    def test_a_static_member_returns_to_its_place(self):
        first = Member(self, instance="a")
        other = Member(self, instance="b")
        self.wait_until_shared(first, other)
        generation, owned = self.generation(), first.owned()
        undisturbed = other.changes()
        for number in (signal.SIGKILL, signal.SIGTERM):
            first.signal(number)
            first.process.wait(20)
            first = Member(self, instance="a")
            broker.wait_until(lambda: first.owned() == owned, PATIENCE_S,
                              "the place of the one that went")
        self.produce(3)
        self.wait_until_read()
        self.assertEqual(other.changes(), undisturbed)
        self.assertEqual(self.generation(), generation)

    def test_of_two_with_one_instance_id_the_older_is_fenced(self):
        older = Member(self, instance="a")
        self.wait_until_shared(older)
        newer = Member(self, instance="a")
        self.wait_until_shared(newer)
        broker.wait_until(lambda: older.notes("error"), PATIENCE_S,
                          "the older one to be fenced")
        self.assertIn("fenced", older.notes("error")[0].numbers)
        self.assertEqual(newer.notes("error"), [])

    def test_cooperative_members_keep_what_they_have(self):
        joined, moved = [], 0
        for _ in range(3):
            before = {x: x.owned() for x in joined}
            joined.append(Member(self, "cooperative-sticky"))
            self.wait_until_shared(*joined)
            kept = [before[x] & x.owned() for x in before]
            moved += len(ALL) - sum(map(len, kept)) if before else 0
        # As few as make the shares equal: three, then two.
        self.assertEqual(moved, 5)
        revoked = [x for member in joined for x in member.notes("revoked")]
        self.assertEqual(sum(len(x.numbers) for x in revoked), moved)
        joined[0].signal(signal.SIGTERM)
        joined[0].process.wait(20)
        before = [x.notes("revoked") for x in joined[1:]]
        self.wait_until_shared(*joined[1:])
        for notes, member in zip(before, joined[1:]):
            self.assertEqual([x for x in member.notes("revoked")[len(notes):]
                              if x.numbers], [])
        self.produce(3)
        self.wait_until_read()

    def test_a_restart_of_the_broker_disturbs_nobody(self):
        first, second = Member(self), Member(self)
        self.wait_until_shared(first, second)
        self.produce(3)
        self.wait_until_read()
        generation = self.generation()
        changes = [first.changes(), second.changes()]
        for end in (self.server.stop, lambda: self.server.kill()):
            end()
            self.server = self.serve()
            self.produce(8)
            self.wait_until_read()
            self.assertEqual([first.changes(), second.changes()], changes)
            self.assertEqual(self.generation(), generation)
        self.assertEqual(repeated(self.notes()), [])
