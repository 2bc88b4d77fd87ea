# SPDX-License-Identifier: Apache-2.0
"""A group changes its protocol under real members of the classic one: a member
of KIP-848, spoken by hand, comes and goes beside them."""
import unittest

import batches
import broker
import consumer_groups_test as spoken
import groups_test
import wire

PARTITIONS = 6
CLASSIC, CONSUMER = 0, 1
OPTIONS = groups_test.OPTIONS + (
    "--set", "group.consumer.session.timeout.ms=30000",
    "--set", "group.consumer.heartbeat.interval.ms=100")


class GroupMigration(broker.BrokerTest):
    seconds = 170

    def setUp(self):
        super().setUp()
        self.members = []
        self.addCleanup(lambda: [member.end() for member in self.members])
        self.sent = 0
        self.port = broker.free_port()
        self.serve()
        self.connection.create_topic("work", PARTITIONS)

    def serve(self):
        self.server = self.broker(*OPTIONS, port=self.port)
        self.connection = wire.Connection(self.server.address, timeout=30)
        self.addCleanup(self.connection.close)

    def join_classic(self, library):
        return groups_test.Member(self, library, self.server.address,
                                  "workers", "work")

    def join_new(self):
        return spoken.Member(self.connection, "workers", ["work"])

    def describe(self):
        return self.connection.call("consumer_group_describe", 1, {
            "group_ids": ["workers"]})["groups"][0]

    def produce(self, count):
        for _ in range(count):
            answer = self.connection.produce(
                "work", batches.encode_batch([b"%d" % self.sent]),
                partition=self.sent % PARTITIONS)
            self.assertEqual(answer["error_code"], 0)
            self.sent += 1

    def wait_for(self, values):
        wanted = set(values)

        def read():
            return {int(value) for member in self.members
                    for value in member.values()} >= wanted
        broker.wait_until(read, 60, f"{len(wanted)} records")

    def wait_for_classic(self, count):
        def stable():
            group = self.connection.call("describe_groups", 5, {
                "groups": ["workers"]})["groups"][0]
            return group["group_state"] == "Stable" \
                and len(group["members"]) == count
        broker.wait_until(stable, 60, f"a classic group of {count}")

    def wait_for_mixed(self, member, classic_count):
        def settled():
            self.assertEqual(member.beat(), 0)
            group = self.describe()
            if group["error_code"] != 0 or group["group_state"] != "Stable":
                return False
            types = sorted(x["member_type"] for x in group["members"])
            owned = [partition for x in group["members"]
                     for y in x["assignment"]["topic_partitions"]
                     for partition in y["partitions"]]
            return types == [CLASSIC] * classic_count + [CONSUMER] \
                and sorted(owned) == list(range(PARTITIONS))
        broker.wait_until(settled, 60, "members of both protocols in balance")

    def run_migration(self, library):
        self.join_classic(library)
        self.join_classic(library)
        self.wait_for_classic(2)
        self.produce(30)
        self.wait_for(range(30))
        member = self.join_new()
        self.wait_for_mixed(member, 2)
        own = {x for partitions in member.owned.values() for x in partitions}
        self.assertEqual(len(own), 2)
        self.produce(30)
        self.wait_for(x for x in range(self.sent) if x % PARTITIONS not in own)
        # The broker goes away and comes back: all go on as they were.
        self.server.kill()
        self.serve()
        member.connection = self.connection
        broker.wait_until(lambda: member.beat() == 0, 30, "the coordinator")
        self.wait_for_mixed(member, 2)
        self.join_classic(library)
        self.wait_for_mixed(member, 3)
        # Nobody committed for the partitions that it had.
        member.leave()
        self.wait_for_classic(3)
        self.assertEqual(self.describe()["error_code"],
                         spoken.GROUP_NOT_FOUND)
        self.wait_for(range(self.sent))

    def test_librdkafka_members_stay_while_the_protocol_changes(self):
        try:
            import confluent_kafka
        except ImportError as error:
            raise unittest.SkipTest(f"python3-confluent-kafka: {error}")
        self.assertTrue(confluent_kafka.__version__)
        self.run_migration("confluent")

    def test_kafka_python_members_stay_while_the_protocol_changes(self):
        try:
            import kafka
        except ImportError as error:
            raise unittest.SkipTest(f"python3-kafka: {error}")
        self.assertTrue(kafka.__version__)
        self.run_migration("kafka")
