# SPDX-License-Identifier: Apache-2.0
"""Groups spoken by hand: every advertised version of every API of classic
groups, and the errors that clients steer by."""
import broker
import wire

UNKNOWN_TOPIC = 3
COORDINATOR_LOADING = 14
ILLEGAL_GENERATION = 22
UNKNOWN_MEMBER = 25
REBALANCE_IN_PROGRESS = 27
NON_EMPTY_GROUP = 68
GROUP_NOT_FOUND = 69
MEMBER_ID_REQUIRED = 79


class Groups(broker.SharedBrokerTest):
    options = ("--set", "group.initial.rebalance.delay.ms=0",
               "--set", "offsets.topic.num.partitions=3")

    def setUp(self):
        super().setUp()
        self.connection = wire.Connection(self.address, timeout=30)
        self.addCleanup(self.connection.close)
        self.connection.create_topic(self.topic, 3)
        self.group = "group-" + self.topic
        self.find_coordinator()

    def find_coordinator(self):
        def found():
            answer = self.connection.call("find_coordinator", 4, {
                "coordinator_keys": [self.group]})["coordinators"][0]
            return answer["error_code"] == 0 and answer
        answer = broker.wait_until(found, what="the coordinator")
        self.assertEqual(f'{answer["host"]}:{answer["port"]}', self.address)
        broker.wait_until(
            lambda: self.connection.call("heartbeat", 0, {
                "group_id": self.group})["error_code"] != COORDINATOR_LOADING,
            what="the group's partition")

    def join(self, version=5, member_id="", group=None, **more):
        values = {"group_id": group or self.group, "member_id": member_id,
                  "session_timeout_ms": 10000, "protocol_type": "consumer",
                  "protocols": [{"name": "range", "metadata": b"\0\0"}]}
        if version >= 1:
            values["rebalance_timeout_ms"] = 10000
        values.update(more)
        return self.connection.call("join_group", version, values)

    def member(self, version=5, group=None):
        """Joins as the only member and syncs: (member id, generation)."""
        answer = self.join(version, group=group)
        if answer["error_code"] == MEMBER_ID_REQUIRED:
            answer = self.join(version, answer["member_id"], group=group)
        self.assertEqual(answer["error_code"], 0)
        self.sync(answer["member_id"], answer["generation_id"], group=group)
        return answer["member_id"], answer["generation_id"]

    def sync(self, member_id, generation, version=3, group=None):
        answer = self.connection.call("sync_group", version, {
            "group_id": group or self.group, "generation_id": generation,
            "member_id": member_id, "assignments": [
                {"member_id": member_id, "assignment": b"mine"}]})
        self.assertEqual(answer["error_code"], 0)
        self.assertEqual(answer["assignment"], b"mine")
        return answer

    def commit(self, offset, member=("", -1), version=7, partition=0,
               topic=None, group=None):
        answer = self.connection.call("offset_commit", version, {
            "group_id": group or self.group, "member_id": member[0],
            "generation_id_or_member_epoch": member[1],
            "topics": [{"name": topic or self.topic, "partitions": [
                {"partition_index": partition, "committed_offset": offset,
                 "committed_metadata": "note"}]}]})
        return answer["topics"][0]["partitions"][0]["error_code"]

    def committed(self, version=5, group=None):
        group = group or self.group
        topics = [{"name": self.topic, "partition_indexes": [0, 1]}]
        if version < 8:
            answer = self.connection.call("offset_fetch", version, {
                "group_id": group, "topics": topics})
        else:
            answer = self.connection.call("offset_fetch", version, {
                "groups": [{"group_id": group, "topics": topics}]})
            answer = answer["groups"][0]
        self.assertEqual(answer.get("error_code", 0), 0)
        return [part["committed_offset"]
                for part in answer["topics"][0]["partitions"]]

    def describe(self, version=5, group=None):
        return self.connection.call("describe_groups", version, {
            "groups": [group or self.group]})["groups"][0]

    def versions(self, name, last, first=0):
        for version in range(first, last + 1):
            with self.subTest(name, version=version):
                yield version

    def test_find_coordinator(self):
        for version in self.versions("find_coordinator", 5):
            keys = {"coordinator_keys": [self.group]} if version >= 4 \
                else {"key": self.group}
            answer = self.connection.call("find_coordinator", version, keys)
            part = answer["coordinators"][0] if version >= 4 else answer
            self.assertEqual(part["error_code"], 0)
            self.assertEqual(f'{part["host"]}:{part["port"]}', self.address)

    def test_join_in_every_version(self):
        for version in self.versions("join_group", 9):
            group = f"{self.group}-{version}"
            member, generation = self.member(version, group)
            self.assertEqual(generation, 1)
            again = self.join(version, member, group)
            self.assertEqual(again["error_code"], 0)
            self.assertEqual(again["generation_id"], 2)
            self.assertEqual(again["leader"], member)
            self.assertEqual(again["protocol_name"], "range")
            self.assertEqual([m["member_id"] for m in again["members"]],
                             [member])

    def test_a_new_member_is_sent_back_for_its_id(self):
        for version in self.versions("join_group", 9):
            answer = self.join(version, group=f"{self.group}-{version}")
            expected = MEMBER_ID_REQUIRED if version >= 4 else 0
            self.assertEqual(answer["error_code"], expected)
            self.assertNotEqual(answer["member_id"], "")

    def test_sync_heartbeat_and_leave_in_every_version(self):
        for version in self.versions("sync_group", 5):
            group = f"{self.group}-{version}"
            member, generation = self.member(group=group)
            answer = self.sync(member, generation, version, group)
            if version >= 5:
                self.assertEqual(answer["protocol_name"], "range")
            for wrong, code in ((0, 0), (1, ILLEGAL_GENERATION)):
                answer = self.connection.call("heartbeat", min(version, 4), {
                    "group_id": group, "generation_id": generation + wrong,
                    "member_id": member})
                self.assertEqual(answer["error_code"], code)
            for code in (0, UNKNOWN_MEMBER):
                answer = self.connection.call("leave_group", version, {
                    "group_id": group, **(
                        {"members": [{"member_id": member}]} if version >= 3
                        else {"member_id": member})})
                part = answer["members"][0] if version >= 3 else answer
                self.assertEqual(part["error_code"], code)

    def test_a_second_member_makes_the_first_rejoin(self):
        first, generation = self.member()
        with wire.Connection(self.address, timeout=30) as other:
            other.send("join_group", 3, {
                "group_id": self.group, "member_id": "",
                "session_timeout_ms": 10000, "rebalance_timeout_ms": 10000,
                "protocol_type": "consumer",
                "protocols": [{"name": "range", "metadata": b"\0\0"}]})
            broker.wait_until(
                lambda: self.connection.call("heartbeat", 3, {
                    "group_id": self.group, "generation_id": generation,
                    "member_id": first})["error_code"]
                == REBALANCE_IN_PROGRESS, what="the rebalance")
            again = self.join(5, first)
            _, joined = other.receive("join_group", 3)
            self.assertEqual((again["generation_id"],
                              joined["generation_id"]), (2, 2))
            self.assertEqual(len(again["members"]), 2)
            self.assertEqual(joined["members"], [])

    def test_offsets_in_every_version(self):
        for version in self.versions("offset_commit", 9, first=1):
            self.assertEqual(self.commit(version * 10, version=version), 0)
            self.assertEqual(self.committed(), [version * 10, -1])
        for version in self.versions("offset_fetch", 9, first=1):
            self.assertEqual(self.committed(version), [90, -1])

    def test_all_offsets_of_a_group(self):
        for partition in range(3):
            self.assertEqual(self.commit(partition, partition=partition), 0)
        answer = self.connection.call("offset_fetch", 7, {
            "group_id": self.group, "topics": None})
        self.assertEqual(len(answer["topics"]), 1)
        self.assertEqual([p["committed_offset"]
                          for p in answer["topics"][0]["partitions"]],
                         [0, 1, 2])

    def test_commits_are_fenced(self):
        member, generation = self.member()
        self.assertEqual(self.commit(1, (member, generation)), 0)
        self.assertEqual(self.commit(2, (member, generation + 1)),
                         ILLEGAL_GENERATION)
        self.assertEqual(self.commit(2, ("nobody", generation)),
                         UNKNOWN_MEMBER)
        self.assertEqual(self.commit(2), UNKNOWN_MEMBER)
        self.assertEqual(self.commit(2, (member, generation), topic="nope"),
                         UNKNOWN_TOPIC)
        self.assertEqual(self.committed(), [1, -1])

    def test_describe_and_list_in_every_version(self):
        member, _ = self.member()
        for version in self.versions("describe_groups", 5):
            group = self.describe(version)
            self.assertEqual(group["error_code"], 0)
            self.assertEqual(group["group_state"], "Stable")
            self.assertEqual(group["members"][0]["member_id"], member)
            self.assertEqual(group["members"][0]["client_host"], "/127.0.0.1")
            self.assertEqual(group["members"][0]["member_assignment"],
                             b"mine")
            self.assertEqual(self.describe(version, "nope")["group_state"],
                             "Dead")
        for version in self.versions("list_groups", 5):
            filters = {"states_filter": ["stable"]} if version >= 4 else {}
            listed = self.connection.call("list_groups", version, filters)
            self.assertEqual(listed["error_code"], 0)
            self.assertIn(self.group,
                          [g["group_id"] for g in listed["groups"]])
        listed = self.connection.call("list_groups", 4, {
            "states_filter": ["empty"]})
        self.assertNotIn(self.group,
                         [g["group_id"] for g in listed["groups"]])

    def test_delete_groups_in_every_version(self):
        for version in self.versions("delete_groups", 2):
            group = f"{self.group}-{version}"
            self.assertEqual(self.commit(7, group=group), 0)
            for code in (0, GROUP_NOT_FOUND):
                answer = self.connection.call("delete_groups", version, {
                    "groups_names": [group]})
                self.assertEqual(answer["results"][0]["error_code"], code)
            self.assertEqual(self.committed(group=group), [-1, -1])
        self.member()
        answer = self.connection.call("delete_groups", 2, {
            "groups_names": [self.group]})
        self.assertEqual(answer["results"][0]["error_code"], NON_EMPTY_GROUP)

    def test_offset_delete(self):
        self.assertEqual(self.commit(7), 0)
        self.assertEqual(self.commit(8, partition=1), 0)
        answer = self.connection.call("offset_delete", 0, {
            "group_id": self.group, "topics": [{
                "name": self.topic, "partitions": [
                    {"partition_index": 0}, {"partition_index": 77}]}]})
        self.assertEqual(answer["error_code"], 0)
        codes = [p["error_code"] for p in answer["topics"][0]["partitions"]]
        self.assertEqual(codes, [0, UNKNOWN_TOPIC])
        self.assertEqual(self.committed(), [-1, 8])

    def test_offsets_go_with_their_topic(self):
        self.assertEqual(self.commit(7), 0)
        self.connection.call("delete_topics", 3, {
            "topic_names": [self.topic], "timeout_ms": 5000})

        def gone():
            answer = self.connection.call("offset_fetch", 7, {
                "group_id": self.group, "topics": None})
            return answer["topics"] == []
        broker.wait_until(gone, what="the offsets of the deleted topic")
