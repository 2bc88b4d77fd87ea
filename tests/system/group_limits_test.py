# SPDX-License-Identifier: Apache-2.0
"""What one client cannot do to the groups of others: members and groups without
end, metadata and regular expressions that are too much, garbage."""
import random
import time

import broker
import wire

OFFSET_METADATA_TOO_LARGE = 12
GROUP_MAX_SIZE_REACHED = 81
INVALID_REGULAR_EXPRESSION = 128
PATIENCE_S = 60
MEMBERS_MAX = 20
NEW_MEMBERS_MAX = 200
#: Of the broker, beyond what it has at the start. RocksDB's buffers are part.
GROWTH_MAX_MIB = 96
#: The longest that others may wait for an answer meanwhile.
ANSWER_MAX_S = 2


class GroupLimits(broker.BrokerTest):
    seconds = 120
    options = ("--set", "group.initial.rebalance.delay.ms=500",
               "--set", f"group.max.size={MEMBERS_MAX}",
               "--set", f"group.consumer.max.size={NEW_MEMBERS_MAX}",
               "--set", "offsets.topic.num.partitions=2")

    def setUp(self):
        super().setUp()
        self.server = self.broker(*self.options)
        self.connection = self.connect()
        self.connection.create_topic("work", 4)

        def served():
            found = self.connection.call("find_coordinator", 4, {
                "coordinator_keys": ["g"]})["coordinators"][0]
            return found["error_code"] == 0 and self.connection.call(
                "list_groups", 5, {})["error_code"] == 0
        broker.wait_until(served, PATIENCE_S, "the coordinator")

    def connect(self):
        connection = wire.Connection(self.server.address, timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        return connection

    def beat(self, connection, member, group="new", epoch=0, **more):
        more = more or {"subscribed_topic_names": ["work"]}
        return connection.call("consumer_group_heartbeat", 1, {
            "group_id": group, "member_id": member, "member_epoch": epoch,
            "rebalance_timeout_ms": 30000, "topic_partitions": [], **more})

    def rss_mib(self):
        with open(f"/proc/{self.server.process.pid}/status",
                  encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file
                        if line.startswith("VmRSS")) / 1024

    def bystander(self):
        """A member of a group of its own; the function beats for it."""
        connection = self.connect()
        answer = self.beat(connection, "me", "other")
        self.assertEqual(answer["error_code"], 0)

        def beat():
            began = time.monotonic()
            found = connection.call("consumer_group_heartbeat", 1, {
                "group_id": "other", "member_id": "me",
                "member_epoch": answer["member_epoch"]})
            self.assertEqual(found["error_code"], 0)
            self.assertLess(time.monotonic() - began, ANSWER_MAX_S)
        return beat

    def test_a_group_of_kip_848_has_a_largest_size(self):
        beat = self.bystander()
        codes = []
        for i in range(NEW_MEMBERS_MAX + 50):
            codes.append(self.beat(self.connection, f"m{i}")["error_code"])
            beat()
        self.assertEqual(codes, [0] * NEW_MEMBERS_MAX
                         + [GROUP_MAX_SIZE_REACHED] * 50)
        left = self.beat(self.connection, "m0", epoch=-1)
        self.assertEqual(left["error_code"], 0)
        self.assertEqual(self.beat(self.connection, "late")["error_code"], 0)

    def test_a_classic_group_has_a_largest_size(self):
        connections = [self.connect() for _ in range(MEMBERS_MAX + 10)]
        for connection in connections:
            connection.send("join_group", 3, {
                "group_id": "old", "member_id": "",
                "session_timeout_ms": 10000, "rebalance_timeout_ms": 10000,
                "protocol_type": "consumer",
                "protocols": [{"name": "range", "metadata": b"x"}]})
        answers = [x.receive("join_group", 3)[1] for x in connections]
        self.assertEqual(
            sorted(x["error_code"] for x in answers),
            [0] * MEMBERS_MAX + [GROUP_MAX_SIZE_REACHED] * 10)
        joined = [x for x in answers if x["error_code"] == 0]
        self.assertEqual({x["generation_id"] for x in joined}, {1})

    def commit_to(self, groups):
        """A commit to each of them, many under way."""
        for begin in range(0, len(groups), 500):
            some = groups[begin:begin + 500]
            for group in some:
                self.connection.send("offset_commit", 7, {
                    "group_id": group, "member_id": "",
                    "generation_id_or_member_epoch": -1, "topics": [
                        {"name": "work", "partitions": [
                            {"partition_index": 0, "committed_offset": 1,
                             "committed_metadata": "x" * 100}]}]})
            for _ in some:
                _, answer = self.connection.receive("offset_commit", 7)
                self.assertEqual(
                    answer["topics"][0]["partitions"][0]["error_code"], 0)

    def delete(self, groups):
        for begin in range(0, len(groups), 1000):
            answer = self.connection.call("delete_groups", 2, {
                "groups_names": groups[begin:begin + 1000]})
            self.assertEqual({x["error_code"] for x in answer["results"]}, {0})

    def test_thousands_of_groups_take_little_and_give_it_back(self):
        beat = self.bystander()
        begin = self.rss_mib()
        for turn in range(5):
            groups = [f"g-{turn}-{i}" for i in range(4000)]
            self.commit_to(groups)
            beat()
            listed = self.connection.call("list_groups", 5, {})["groups"]
            self.assertEqual({x["group_id"] for x in listed},
                             {*groups, "other"})
            self.delete(groups)
            beat()
        self.assertLess(self.rss_mib() - begin, GROWTH_MAX_MIB)
        listed = self.connection.call("list_groups", 5, {})["groups"]
        self.assertEqual([x["group_id"] for x in listed], ["other"])

    def test_metadata_that_is_too_large_is_refused_alone(self):
        answer = self.connection.call("offset_commit", 7, {
            "group_id": "g", "member_id": "",
            "generation_id_or_member_epoch": -1, "topics": [
                {"name": "work", "partitions": [
                    {"partition_index": i, "committed_offset": i,
                     "committed_metadata": "x" * size}
                    for i, size in enumerate((4096, 4097))]}]})
        self.assertEqual(
            [x["error_code"] for x in answer["topics"][0]["partitions"]],
            [0, OFFSET_METADATA_TOO_LARGE])

    def test_a_regular_expression_that_explodes_holds_nobody_up(self):
        beat = self.bystander()
        for name in ("a" * 200, "a" * 200 + "b"):
            self.connection.create_topic(name)

        def subscribe(member, regex):
            began = time.monotonic()
            answer = self.beat(self.connection, member,
                               subscribed_topic_regex=regex)
            self.assertLess(time.monotonic() - began, ANSWER_MAX_S)
            beat()
            return answer["error_code"]

        # Exponential where a matcher tries and goes back.
        for i, regex in enumerate(("(a*)*c", "(a|aa)+$", "(.*)(.*)(.*)c")):
            self.assertEqual(subscribe(f"m{i}", regex), 0)
        for i, regex in enumerate(("((a{100}){100}){100}", "a(", "x" * 20000)):
            self.assertEqual(subscribe(f"n{i}", regex),
                             INVALID_REGULAR_EXPRESSION)

    def test_garbage_is_described_as_it_came(self):
        noise = random.Random(1)
        metadata, assignment = noise.randbytes(3000), noise.randbytes(3000)
        joined = self.connection.call("join_group", 3, {
            "group_id": "odd", "member_id": "", "session_timeout_ms": 10000,
            "rebalance_timeout_ms": 10000, "protocol_type": "consumer",
            "protocols": [{"name": "range", "metadata": metadata}]})
        self.assertEqual(joined["error_code"], 0)
        synced = self.connection.call("sync_group", 3, {
            "group_id": "odd", "generation_id": joined["generation_id"],
            "member_id": joined["member_id"], "assignments": [
                {"member_id": joined["member_id"], "assignment": assignment},
                {"member_id": "nobody", "assignment": b"x"}]})
        self.assertEqual(synced["error_code"], 0)
        group = self.connection.call("describe_groups", 5, {
            "groups": ["odd"]})["groups"][0]
        self.assertEqual((group["error_code"], group["group_state"]),
                         (0, "Stable"))
        self.assertEqual(
            [(x["member_metadata"], x["member_assignment"])
             for x in group["members"]], [(metadata, assignment)])
