# SPDX-License-Identifier: Apache-2.0
"""Groups of KIP-848 spoken by hand, on one broker and across restarts."""
import uuid

import broker
import wire

COORDINATOR_LOADING = (14, 15)
UNKNOWN_MEMBER = 25
INCONSISTENT_PROTOCOL = 23
UNSUPPORTED_VERSION = 35
GROUP_NOT_FOUND = 69
FENCED_INSTANCE = 82
SUBSCRIBED_TO_TOPIC = 86
STALE_EPOCH = 113
INVALID_REGEX = 128

JOINING, LEAVING, LEAVING_FOR_A_WHILE = 0, -1, -2
PARTITIONS = 6
OPTIONS = ("--set", "group.consumer.session.timeout.ms=3000",
           "--set", "group.consumer.heartbeat.interval.ms=100",
           "--set", "group.initial.rebalance.delay.ms=0",
           "--set", "offsets.topic.num.partitions=3")


class Member:
    """A consumer that gives up and takes over at once what it is told to."""

    def __init__(self, connection, group, topics=None, regex=None,
                 instance=None):
        self.connection = connection
        self.group = group
        self.topics = topics
        self.regex = regex
        self.instance = instance
        self.id = str(uuid.uuid4())
        self.epoch = JOINING
        self.owned = {}

    def send(self, epoch, **more):
        return self.connection.call("consumer_group_heartbeat", 1, {
            "group_id": self.group, "member_id": self.id,
            "member_epoch": epoch, "instance_id": self.instance, **more})

    def beat(self):
        """Joins when it is not in; returns the error."""
        more = {"topic_partitions": [
            {"topic_id": topic, "partitions": partitions}
            for topic, partitions in self.owned.items()]}
        if self.epoch == JOINING:
            more.update(rebalance_timeout_ms=10000,
                        subscribed_topic_names=self.topics,
                        subscribed_topic_regex=self.regex)
        answer = self.send(self.epoch, **more)
        if answer["error_code"] != 0:
            return answer["error_code"]
        assert answer["member_id"] == self.id, answer
        self.epoch = answer["member_epoch"]
        if answer["assignment"] is not None:
            self.owned = {x["topic_id"]: x["partitions"]
                          for x in answer["assignment"]["topic_partitions"]}
        return 0

    def leave(self, epoch=LEAVING):
        answer = self.send(epoch)
        assert answer["error_code"] == 0, answer
        assert answer["member_epoch"] == epoch, answer

    def partitions(self):
        return sum(len(x) for x in self.owned.values())


class ConsumerGroups(broker.BrokerTest):
    seconds = 120

    def setUp(self):
        super().setUp()
        self.port = broker.free_port()
        self.group = "workers"
        self.serve()
        self.connection.create_topic("work", PARTITIONS)

    def serve(self):
        self.server = self.broker(*OPTIONS, port=self.port)
        self.connection = wire.Connection(self.server.address, timeout=30)
        self.addCleanup(self.connection.close)

        def served():
            self.connection.call("find_coordinator", 4, {
                "coordinator_keys": [self.group]})
            answer = self.connection.call("consumer_group_heartbeat", 1, {
                "group_id": self.group, "member_id": "nobody",
                "member_epoch": 1})
            loading = self.connection.call("list_groups", 5, {})["error_code"]
            return loading == 0 \
                and answer["error_code"] not in COORDINATOR_LOADING
        broker.wait_until(served, what="the coordinator")

    def member(self, **more):
        more = more or {"topics": ["work"]}
        return Member(self.connection, self.group, **more)

    def describe(self, version=1, group=None):
        return self.connection.call("consumer_group_describe", version, {
            "group_ids": [group or self.group]})["groups"][0]

    def settle(self, members, partitions=PARTITIONS):
        """Beats until the group is stable and they share everything."""
        def settled():
            for member in members:
                self.assertEqual(member.beat(), 0)
            group = self.describe()
            owned = [(topic, index) for member in members
                     for topic, indexes in member.owned.items()
                     for index in indexes]
            self.assertEqual(len(owned), len(set(owned)), "two owners")
            return group["group_state"] == "Stable" \
                and len(group["members"]) == len(members) \
                and len(owned) == partitions
        broker.wait_until(settled, 30, f"{len(members)} members in balance")
        self.assertEqual({member.epoch for member in members},
                         {self.describe()["group_epoch"]})

    def shares(self, members):
        return sorted(member.partitions() for member in members)

    def test_members_come_leave_and_die(self):
        first, second, third = (self.member() for _ in range(3))
        self.settle([first])
        self.settle([first, second, third])
        self.assertEqual(self.shares([first, second, third]), [2, 2, 2])
        third.leave()
        self.settle([first, second])
        self.assertEqual(self.shares([first, second]), [3, 3])
        self.assertEqual(third.beat(), UNKNOWN_MEMBER)
        # From now on `second` is silent: its session ends.
        self.settle([first])
        self.assertEqual(second.beat(), UNKNOWN_MEMBER)

    def test_a_static_member_returns_to_its_partitions(self):
        other = self.member()
        first = self.member(topics=["work"], instance="one")
        self.settle([other, first])
        before, epoch = first.owned, first.epoch
        first.leave(LEAVING_FOR_A_WHILE)
        again = self.member(topics=["work"], instance="one")
        self.assertEqual(again.beat(), 0)
        self.assertEqual((again.owned, again.epoch), (before, epoch))
        self.assertEqual(first.beat(), FENCED_INSTANCE)
        self.settle([other, again])
        self.assertEqual(other.epoch, epoch)

    def test_a_regular_expression_finds_new_topics(self):
        self.connection.create_topic("logs-a", 2)
        bad = self.member(regex="(")
        self.assertEqual(bad.beat(), INVALID_REGEX)
        first = self.member(regex="logs-.*")
        self.settle([first], 2)
        self.connection.create_topic("logs-b", 3)
        self.settle([first], 5)
        described = self.describe()["members"][0]
        self.assertEqual(described["subscribed_topic_regex"], "logs-.*")
        self.assertEqual(
            {x["topic_name"]
             for x in described["assignment"]["topic_partitions"]},
            {"logs-a", "logs-b"})

    def check_restart(self, end):
        members = [self.member(), self.member(topics=["work"], instance="s")]
        self.settle(members)
        before = self.describe()
        end(self.server)
        self.serve()
        self.assertEqual(self.describe(), before)
        for member in members:
            member.connection = self.connection
            epoch, owned = member.epoch, member.owned
            self.assertEqual(member.beat(), 0)
            self.assertEqual((member.epoch, member.owned), (epoch, owned))
        self.assertEqual(self.describe(), before)

    def test_a_clean_restart_keeps_the_group(self):
        self.check_restart(broker.Broker.stop)

    def test_a_killed_broker_keeps_the_group(self):
        self.check_restart(broker.Broker.kill)

    def test_a_group_that_everybody_left_stays_left(self):
        first = self.member()
        self.settle([first])
        first.leave()
        epoch = self.describe()["group_epoch"]
        self.server.kill()
        self.serve()
        group = self.describe()
        self.assertEqual((group["group_state"], group["group_epoch"]),
                         ("Empty", epoch))
        answer = self.connection.call("delete_groups", 2, {
            "groups_names": [self.group]})["results"][0]
        self.assertEqual(answer["error_code"], 0)
        self.server.stop()
        self.serve()
        self.assertEqual(self.describe()["error_code"], GROUP_NOT_FOUND)

    def commit(self, member_id, epoch, version=9, group=None):
        return self.connection.call("offset_commit", version, {
            "group_id": group or self.group, "member_id": member_id,
            "generation_id_or_member_epoch": epoch, "topics": [
                {"name": "work", "partitions": [
                    {"partition_index": 0, "committed_offset": 7}]}]
        })["topics"][0]["partitions"][0]["error_code"]

    def fetch(self, member_id, epoch):
        return self.connection.call("offset_fetch", 9, {"groups": [{
            "group_id": self.group, "member_id": member_id,
            "member_epoch": epoch, "topics": [
                {"name": "work", "partition_indexes": [0]}]}]})["groups"][0]

    def test_offsets_belong_to_the_epoch(self):
        first = self.member()
        self.settle([first])
        self.assertEqual(self.commit(first.id, first.epoch), 0)
        self.assertEqual(self.commit(first.id, first.epoch + 1), STALE_EPOCH)
        self.assertEqual(self.commit("nobody", first.epoch), UNKNOWN_MEMBER)
        self.assertEqual(self.commit(first.id, first.epoch, 8),
                         UNSUPPORTED_VERSION)
        found = self.fetch(first.id, first.epoch)
        self.assertEqual(
            found["topics"][0]["partitions"][0]["committed_offset"], 7)
        self.assertEqual(self.fetch(None, -1)["error_code"], 0)
        self.assertEqual(self.fetch(first.id, first.epoch + 1)["error_code"],
                         STALE_EPOCH)
        deleted = self.connection.call("offset_delete", 0, {
            "group_id": self.group, "topics": [
                {"name": "work", "partitions": [{"partition_index": 0}]}]})
        self.assertEqual(
            deleted["topics"][0]["partitions"][0]["error_code"],
            SUBSCRIBED_TO_TOPIC)

    def join_classic(self, group):
        return self.connection.call("join_group", 3, {
            "group_id": group, "member_id": "", "session_timeout_ms": 10000,
            "rebalance_timeout_ms": 10000, "protocol_type": "consumer",
            "protocols": [{"name": "range", "metadata": b"\0\0"}]})

    def listed(self, **filters):
        groups = self.connection.call("list_groups", 5, filters)["groups"]
        return {x["group_id"]: (x["group_type"], x["protocol_type"],
                                x["group_state"]) for x in groups}

    def test_both_types_are_listed_and_described(self):
        self.settle([self.member()])
        self.assertEqual(self.join_classic("old")["error_code"], 0)
        old = ("classic", "consumer", "CompletingRebalance")
        new = ("consumer", "consumer", "Stable")
        self.assertEqual(self.listed(), {"old": old, self.group: new})
        self.assertEqual(self.listed(types_filter=["Consumer"]),
                         {self.group: new})
        self.assertEqual(self.listed(types_filter=["classic"]), {"old": old})
        self.assertEqual(self.listed(states_filter=["stable"]),
                         {self.group: new})
        classic = self.connection.call("describe_groups", 5, {
            "groups": ["old", self.group]})["groups"]
        self.assertEqual([x["group_state"] for x in classic],
                         ["CompletingRebalance", "Dead"])
        self.assertEqual(self.describe(group="old")["error_code"],
                         GROUP_NOT_FOUND)

    def test_bytes_of_no_consumer_keep_the_protocol(self):
        self.settle([self.member()])
        self.assertEqual(self.join_classic(self.group)["error_code"],
                         INCONSISTENT_PROTOCOL)
        self.assertEqual(self.join_classic("old")["error_code"], 0)
        late = Member(self.connection, "old", topics=["work"])
        self.assertEqual(late.beat(), GROUP_NOT_FOUND)

    def test_the_first_version_gives_member_ids(self):
        answer = self.connection.call("consumer_group_heartbeat", 0, {
            "group_id": self.group, "member_id": "", "member_epoch": JOINING,
            "rebalance_timeout_ms": 10000, "server_assignor": "range",
            "subscribed_topic_names": ["work"], "topic_partitions": []})
        self.assertEqual((answer["error_code"], answer["member_epoch"]),
                         (0, 1))
        self.assertEqual(answer["heartbeat_interval_ms"], 100)
        for version in (0, 1):
            group = self.describe(version)
            self.assertEqual(group["members"][0]["member_id"],
                             answer["member_id"])
            self.assertEqual((group["assignor_name"],
                              group["assignment_epoch"]), ("range", 1))
