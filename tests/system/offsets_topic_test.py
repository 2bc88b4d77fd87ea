# SPDX-License-Identifier: Apache-2.0
"""What the group coordinator leaves on disk: `__consumer_offsets` in Kafka's
format, compacted like any other topic, and a RocksDB that can be lost."""
import glob
import os
import re
import shutil
import struct
import time

import batches
import broker
import group_records
import log_files
import wire

TOPIC = "__consumer_offsets"
PATIENCE_S = 60


class OffsetsTopic(broker.BrokerTest):
    seconds = 120
    options = ("--set", "offsets.topic.num.partitions=1",
               "--set", "group.initial.rebalance.delay.ms=0",
               "--set", "offsets.topic.segment.bytes=102400",
               "--set", "log.cleaner.backoff.ms=100",
               "--set", "log.cleaner.min.cleanable.ratio=0.01")

    def setUp(self):
        super().setUp()
        self.port = broker.free_port()
        self.serve()
        with wire.Connection(self.server.address) as connection:
            connection.create_topic("work", 4)

    def serve(self):
        self.server = self.broker(*self.options, port=self.port)
        self.connection = wire.Connection(self.server.address, timeout=30)
        self.addCleanup(self.connection.close)
        broker.wait_until(self.loaded, PATIENCE_S, "the coordinator")

    def loaded(self):
        found = self.connection.call("find_coordinator", 4, {
            "coordinator_keys": ["g"]})["coordinators"][0]
        return found["error_code"] == 0 and self.connection.call(
            "list_groups", 5, {})["error_code"] == 0

    def data(self):
        return self.server.data_dirs[0]

    def commit(self, group, offset, partition=0, metadata="", member=("", -1),
               leader_epoch=-1):
        answer = self.connection.call("offset_commit", 7, {
            "group_id": group, "member_id": member[0],
            "generation_id_or_member_epoch": member[1], "topics": [
                {"name": "work", "partitions": [
                    {"partition_index": partition, "committed_offset": offset,
                     "committed_leader_epoch": leader_epoch,
                     "committed_metadata": metadata}]}]})
        self.assertEqual(
            answer["topics"][0]["partitions"][0]["error_code"], 0)

    def committed(self, group, partition=0):
        answer = self.connection.call("offset_fetch", 5, {
            "group_id": group, "topics": [
                {"name": "work", "partition_indexes": [partition]}]})
        self.assertEqual(answer["error_code"], 0)
        return answer["topics"][0]["partitions"][0]["committed_offset"]

    def join(self, group):
        """A member of a classic group of its own, with an assignment."""
        answer = self.connection.call("join_group", 3, {
            "group_id": group, "member_id": "", "session_timeout_ms": 10000,
            "rebalance_timeout_ms": 20000, "protocol_type": "consumer",
            "protocols": [{"name": "range", "metadata": b"wants"}]})
        self.assertEqual(answer["error_code"], 0)
        member = answer["member_id"], answer["generation_id"]
        answer = self.connection.call("sync_group", 3, {
            "group_id": group, "generation_id": member[1],
            "member_id": member[0], "assignments": [
                {"member_id": member[0], "assignment": b"gets"}]})
        self.assertEqual(answer["error_code"], 0)
        return member

    def from_disk(self):
        """Every record of the topic, from its segment files."""
        partition = log_files.Partition(self.data(), TOPIC, torn_tail=True)
        return [record for batch in partition.batches()
                for record in group_records.records_of(batch.data)]

    def from_socket(self):
        """The same as a consumer reads it."""
        found, offset = [], self.connection.start_offset(TOPIC)
        end = self.connection.end_offset(TOPIC)
        while offset < end:
            answer = self.connection.fetch(TOPIC, offset)
            self.assertEqual(answer["error_code"], 0)
            got = answer["records"]
            found += group_records.records_of(got)
            offset = batches.split_batches(got)[-1].last_offset + 1
        return found

    def test_commits_are_kafkas_records(self):
        before = time.time() * 1000
        self.commit("assigned", 42, 1, "note", leader_epoch=3)
        self.commit("assigned", 43, 1)
        member = self.join("joined")
        self.commit("joined", 7, 2, member=member)
        records = self.from_disk()
        self.assertEqual(records, self.from_socket())
        commits = [x for x in records
                   if x.kind in group_records.OFFSET_COMMITS]
        self.assertEqual(
            [(x.key, x.value["offset"], x.value["leader_epoch"],
              x.value["metadata"]) for x in commits],
            [({"group": "assigned", "topic": "work", "partition": 1}, 42, 3,
              "note"),
             ({"group": "assigned", "topic": "work", "partition": 1}, 43, -1,
              ""),
             ({"group": "joined", "topic": "work", "partition": 2}, 7, -1,
              "")])
        for x in commits:
            self.assertTrue(before - 1 <= x.value["commit_timestamp"]
                            <= time.time() * 1000)
        group = [x for x in records if x.kind == group_records.GROUP
                 and x.key == {"group": "joined"}][-1]
        self.assertEqual(
            (group.value["protocol_type"], group.value["generation"],
             group.value["protocol"], group.value["leader"]),
            ("consumer", member[1], "range", member[0]))
        self.assertEqual(
            [(x["member_id"], x["client_id"], x["session_timeout_ms"],
              x["rebalance_timeout_ms"], x["subscription"], x["assignment"])
             for x in group.value["members"]],
            [(member[0], "system-test", 10000, 20000, b"wants", b"gets")])

    def test_what_is_deleted_becomes_a_tombstone(self):
        self.commit("g", 5, 0)
        self.commit("g", 6, 1)
        answer = self.connection.call("offset_delete", 0, {
            "group_id": "g", "topics": [
                {"name": "work", "partitions": [{"partition_index": 0}]}]})
        self.assertEqual(
            answer["topics"][0]["partitions"][0]["error_code"], 0)

        def gone():
            return [(x.kind, x.key) for x in self.from_disk()
                    if x.value is None]

        def offset(partition):
            return 1, {"group": "g", "topic": "work", "partition": partition}

        self.assertEqual(gone(), [offset(0)])
        answer = self.connection.call("delete_groups", 2, {
            "groups_names": ["g"]})["results"][0]
        self.assertEqual(answer["error_code"], 0)
        self.assertIn(offset(1), gone())
        self.assertEqual((self.committed("g", 0), self.committed("g", 1)),
                         (-1, -1))

    def test_groups_of_kip_848_are_kafkas_records(self):
        answer = self.connection.call("consumer_group_heartbeat", 1, {
            "group_id": "new", "member_id": "me", "member_epoch": 0,
            "rebalance_timeout_ms": 30000, "subscribed_topic_names": ["work"],
            "topic_partitions": []})
        self.assertEqual(answer["error_code"], 0)
        self.assertEqual(self.from_disk(), self.from_socket())
        last = {(x.kind, x.key.get("member_id")): x.value
                for x in self.from_disk() if x.key["group"] == "new"}
        epoch = answer["member_epoch"]
        self.assertEqual(last[3, None]["epoch"], epoch)
        self.assertEqual(last[6, None]["assignment_epoch"], epoch)
        self.assertEqual((last[5, "me"]["subscribed_topic_names"],
                          last[5, "me"]["rebalance_timeout_ms"]),
                         (["work"], 30000))
        self.assertEqual(last[8, "me"]["member_epoch"], epoch)
        for partitions in (last[7, "me"]["topic_partitions"],
                           last[8, "me"]["assigned_partitions"]):
            self.assertEqual([x["partitions"] for x in partitions],
                             [[0, 1, 2, 3]])

    def fill(self, commits=4000):
        """Many commits of few groups, several segments of them."""
        sent = 0
        while sent < commits:
            count = min(200, commits - sent)
            for i in range(sent, sent + count):
                self.connection.send("offset_commit", 7, {
                    "group_id": "g%d" % (i % 5), "member_id": "",
                    "generation_id_or_member_epoch": -1, "topics": [
                        {"name": "work", "partitions": [
                            {"partition_index": i % 4, "committed_offset": i,
                             "committed_metadata": "x" * 100}]}]})
            for _ in range(count):
                _, answer = self.connection.receive("offset_commit", 7)
                self.assertEqual(
                    answer["topics"][0]["partitions"][0]["error_code"], 0)
            sent += count
        return {("g%d" % (i % 5), i % 4): i for i in range(commits - 20,
                                                          commits)}

    def check(self, expected):
        found = {x: self.committed(*x) for x in expected}
        self.assertEqual(found, expected)

    def test_it_is_compacted_and_nothing_is_forgotten(self):
        expected = self.fill()

        def few():
            records = self.from_socket()
            return records if len(records) < 2000 else None

        records = broker.wait_until(few, PATIENCE_S, "compaction")
        last = {(x.key["group"], x.key["partition"]): x.value["offset"]
                for x in records if x.kind in group_records.OFFSET_COMMITS}
        self.assertEqual(last, expected)
        self.check(expected)
        self.server.kill()
        self.serve()
        self.check(expected)
        self.server.kill()
        shutil.rmtree(self.database())
        self.serve()
        self.check(expected)

    def database(self):
        """The directory of RocksDB."""
        found = glob.glob(os.path.join(self.data(), "**", "CURRENT"),
                          recursive=True)
        self.assertEqual(len(found), 1)
        return os.path.dirname(found[0])

    def records_loaded(self):
        """How many each start read from the log: those that the database
        lacked."""
        return [int(x) for x in re.findall(
            r"groups\.loaded tp=%s-0 .*records=(\d+)" % TOPIC,
            self.server.log())]

    def test_a_lost_database_is_made_again_from_the_log(self):
        expected = self.fill(400)
        self.server.stop()
        shutil.rmtree(self.database())
        self.serve()
        self.check(expected)
        self.assertEqual(self.records_loaded()[-1], len(self.from_disk()))

    def test_a_damaged_database_is_made_again_from_the_log(self):
        expected = self.fill(400)
        self.server.stop()
        self.serve()
        self.server.stop()
        self.assertEqual(self.records_loaded()[-1], 0)
        damaged = glob.glob(os.path.join(self.database(), "*.sst")) \
            + glob.glob(os.path.join(self.database(), "MANIFEST-*"))
        self.assertTrue(damaged)
        for path in damaged:
            with open(path, "r+b") as file:
                size = os.path.getsize(path)
                file.write(struct.pack(">I", 0xdeadbeef) * (size // 4))
        self.serve()
        self.check(expected)
        self.assertEqual(self.records_loaded()[-1], len(self.from_disk()))
