# SPDX-License-Identifier: Apache-2.0
"""Every advertised version of every API is answered in that version's form."""
import batches
import broker
import wire

RANGES = {
    "produce": (0, 11), "list_offsets": (1, 9), "metadata": (0, 12),
    "api_versions": (0, 4), "create_topics": (0, 7), "delete_topics": (0, 6),
    "delete_records": (0, 2), "init_producer_id": (0, 5),
    "offset_for_leader_epoch": (2, 4), "describe_acls": (0, 3),
    "describe_configs": (0, 4), "alter_configs": (0, 2),
    "describe_log_dirs": (0, 4), "create_partitions": (0, 3),
    "incremental_alter_configs": (0, 1),
    "elect_leaders": (0, 2), "alter_partition_reassignments": (0, 1),
    "list_partition_reassignments": (0, 0), "describe_cluster": (0, 1),
    "describe_quorum": (0, 2), "unregister_broker": (0, 0),
    "describe_producers": (0, 0), "describe_topic_partitions": (0, 0),
    "offset_commit": (1, 9), "offset_fetch": (1, 9),
    "find_coordinator": (0, 5), "join_group": (0, 9), "heartbeat": (0, 4),
    "leave_group": (0, 5), "sync_group": (0, 5), "describe_groups": (0, 5),
    "list_groups": (0, 5), "delete_groups": (0, 2), "offset_delete": (0, 0),
    "consumer_group_heartbeat": (0, 1), "consumer_group_describe": (0, 1),
}
SECURITY_DISABLED = 54
NO_REASSIGNMENT_IN_PROGRESS = 85
BROKER_ID_NOT_REGISTERED = 102


class Versions(broker.SharedBrokerTest):
    def setUp(self):
        super().setUp()
        self.connection = wire.Connection(self.address)
        self.addCleanup(self.connection.close)
        self.ranges = {
            key["api_key"]: (key["min_version"], key["max_version"])
            for key in self.connection.call("api_versions", 0,
                                            {})["api_keys"]}

    def each(self, name, values):
        """Calls every advertised version; yields (version, answer)."""
        first, last = self.ranges[wire.KEYS[name]]
        for version in range(first, last + 1):
            self.context = f"{name}, version {version}"
            yield version, self.connection.call(
                name, version,
                values(version) if callable(values) else values)

    def test_the_advertised_ranges_are_the_promised_ones(self):
        for name, expected in RANGES.items():
            with self.subTest(name):
                self.assertEqual(self.ranges.get(wire.KEYS[name]), expected)
        first, last = self.ranges[wire.KEYS["fetch"]]
        self.assertEqual(first, 4)
        self.assertIn(last, (12, 17))

    def test_nothing_else_is_advertised(self):
        self.assertLessEqual(set(self.ranges), set(wire.KEYS.values()))

    def test_produce_and_fetch(self):
        self.connection.create_topic(self.topic)
        ids = self.connection.call("metadata", 12, {
            "topics": [{"name": self.topic}]})["topics"][0]["topic_id"]
        self.assertNotEqual(ids, bytes(16))
        _, last = self.ranges[0]
        for version in range(3, last + 1):
            with self.subTest(api="produce", version=version):
                answer = self.connection.produce(
                    self.topic, batches.encode_batch([b"v"]), version=version)
                self.assertEqual((answer["error_code"],
                                  answer["base_offset"]), (0, version - 3))

        def request(version):
            return {"max_wait_ms": 0, "min_bytes": 1, "topics": [{
                **({"topic": self.topic} if version < 13
                   else {"topic_id": ids}),
                "partitions": [{"partition": 0, "fetch_offset": 1,
                                "partition_max_bytes": 1 << 20}]}]}

        for _, answer in self.each("fetch", request):
            part = answer["responses"][0]["partitions"][0]
            self.assertEqual(part["error_code"], 0)
            self.assertEqual(
                len(batches.split_batches(part["records"])), last - 3)

    def test_metadata(self):
        self.connection.create_topic(self.topic, 2)

        def request(version):
            return {"topics": [{"name": self.topic}]}

        for version, answer in self.each("metadata", request):
            self.assertEqual(len(answer["brokers"]), 1)
            node = answer["brokers"][0]
            self.assertEqual(f'{node["host"]}:{node["port"]}', self.address)
            topic = answer["topics"][0]
            self.assertEqual((topic["error_code"], topic["name"],
                              len(topic["partitions"])), (0, self.topic, 2))
            if version >= 1:
                self.assertEqual(answer["controller_id"], node["node_id"])
            if version >= 2:
                self.assertTrue(answer["cluster_id"])

    def test_metadata_for_all_none_and_by_id(self):
        self.connection.create_topic(self.topic)
        call = self.connection.call
        names = [t["name"] for t in call("metadata", 0,
                                         {"topics": []})["topics"]]
        self.assertIn(self.topic, names)
        self.assertEqual(call("metadata", 1, {"topics": []})["topics"], [])
        everything = call("metadata", 12, {"topics": None})["topics"]
        own = [t for t in everything if t["name"] == self.topic][0]
        by_id = call("metadata", 12, {"topics": [
            {"topic_id": own["topic_id"], "name": None}]})["topics"][0]
        self.assertEqual((by_id["error_code"], by_id["name"]),
                         (0, self.topic))
        unknown = call("metadata", 12, {"topics": [
            {"topic_id": b"\x77" * 16, "name": None}]})["topics"][0]
        self.assertEqual(unknown["error_code"], 100)

    def test_topics_are_made_only_when_allowed(self):
        call = self.connection.call
        for allowed, code in ((False, 3), (True, 0)):
            topic = call("metadata", 4, {
                "topics": [{"name": self.topic}],
                "allow_auto_topic_creation": allowed})["topics"][0]
            self.assertEqual(topic["error_code"], code)
        bad = call("metadata", 4, {"topics": [{"name": "a b"}],
                                   "allow_auto_topic_creation": True})
        self.assertEqual(bad["topics"][0]["error_code"], 17)

    def test_topics_come_and_go(self):
        def creation(version):
            return {"timeout_ms": 5000, "topics": [{
                "name": f"{self.topic}-{version}", "num_partitions": 2,
                "replication_factor": 1,
                "configs": [{"name": "retention.ms", "value": "5000"}]}]}

        for version, answer in self.each("create_topics", creation):
            topic = answer["topics"][0]
            self.assertEqual(topic["error_code"], 0, topic)
            if version >= 5:
                self.assertEqual(topic["num_partitions"], 2)
                self.assertIn(("retention.ms", "5000"), [
                    (c["name"], c["value"]) for c in topic["configs"]])
            if version >= 7:
                self.assertNotEqual(topic["topic_id"], bytes(16))

        def more(version):
            return {"timeout_ms": 5000, "topics": [{
                "name": f"{self.topic}-{version}", "count": 3,
                "assignments": None}]}

        for _, answer in self.each("create_partitions", more):
            self.assertEqual(answer["results"][0]["error_code"], 0)

        def deletion(version):
            name = f"{self.topic}-{version}"
            return {"timeout_ms": 5000, **(
                {"topics": [{"name": name}]} if version >= 6
                else {"topic_names": [name]})}

        for _, answer in self.each("delete_topics", deletion):
            self.assertEqual(answer["responses"][0]["error_code"], 0)

    def test_validation_creates_nothing(self):
        call = self.connection.call
        answer = call("create_topics", 4, {
            "timeout_ms": 5000, "validate_only": True, "topics": [{
                "name": self.topic, "num_partitions": -1,
                "replication_factor": -1}]})
        self.assertEqual(answer["topics"][0]["error_code"], 0)
        topic = call("metadata", 4, {"topics": [{"name": self.topic}],
                                    "allow_auto_topic_creation": False})
        self.assertEqual(topic["topics"][0]["error_code"], 3)

    def test_configs(self):
        self.connection.create_topic(self.topic)
        for _, answer in self.each("alter_configs", {"resources": [{
                "resource_type": 2, "resource_name": self.topic, "configs": [
                    {"name": "retention.ms", "value": "4321"}]}]}):
            self.assertEqual(answer["responses"][0]["error_code"], 0)
        for _, answer in self.each("incremental_alter_configs", {
                "resources": [{
                    "resource_type": 2, "resource_name": self.topic,
                    "configs": [{"name": "cleanup.policy",
                                 "config_operation": 0, "value": "delete"}]}],
        }):
            self.assertEqual(answer["responses"][0]["error_code"], 0)
        for version, answer in self.each("describe_configs", {
                "include_synonyms": True, "resources": [{
                    "resource_type": 2, "resource_name": self.topic,
                    "configuration_keys": ["retention.ms"]}]}):
            config, = answer["results"][0]["configs"]
            self.assertEqual(config["value"], "4321")
            if version >= 1:
                self.assertEqual(config["config_source"], 1)
                self.assertIn("604800000",
                              [s["value"] for s in config["synonyms"]])

    def test_offsets_records_and_producers(self):
        self.connection.create_topic(self.topic)
        for _ in range(3):
            self.connection.produce(self.topic, batches.encode_batch([b"v"]))
        for _, answer in self.each("list_offsets", {
                "replica_id": -1, "topics": [{
                    "name": self.topic, "partitions": [
                        {"partition_index": 0, "timestamp": -1}]}]}):
            self.assertEqual(
                answer["topics"][0]["partitions"][0]["offset"], 3)
        for version, answer in self.each("delete_records", lambda version: {
                "timeout_ms": 5000, "topics": [{
                    "name": self.topic, "partitions": [
                        {"partition_index": 0, "offset": version + 1}]}]}):
            part = answer["topics"][0]["partitions"][0]
            self.assertEqual((part["error_code"], part["low_watermark"]),
                             (0, version + 1))
        for _, answer in self.each("offset_for_leader_epoch", {
                "topics": [{"topic": self.topic, "partitions": [
                    {"partition": 0, "leader_epoch": 0}]}]}):
            self.assertEqual(
                answer["topics"][0]["partitions"][0]["end_offset"], 3)
        for _, answer in self.each("init_producer_id", {
                "transactional_id": None, "transaction_timeout_ms": 1000}):
            self.assertEqual((answer["error_code"], answer["producer_epoch"]),
                             (0, 0))
            self.assertGreaterEqual(answer["producer_id"], 0)

    def test_directories_cluster_and_the_rest(self):
        self.connection.create_topic(self.topic, 2)
        for version, answer in self.each("describe_log_dirs",
                                         {"topics": None}):
            found, = answer["results"]
            self.assertEqual(found["error_code"], 0)
            self.assertEqual(found["log_dir"], self.broker.data_dirs[0])
            partitions = [t for t in found["topics"]
                          if t["name"] == self.topic][0]["partitions"]
            self.assertEqual(len(partitions), 2)
            if version >= 4:
                self.assertGreater(found["usable_bytes"], 0)
        for _, answer in self.each("describe_cluster", {}):
            self.assertEqual(answer["error_code"], 0)
            self.assertEqual(answer["controller_id"],
                             answer["brokers"][0]["broker_id"])
        for _, answer in self.each("describe_acls", {
                "resource_type_filter": 1, "resource_name_filter": None,
                "principal_filter": None, "host_filter": None,
                "operation": 1, "permission_type": 1}):
            self.assertEqual(answer["error_code"], SECURITY_DISABLED)
        for _, answer in self.each("list_partition_reassignments",
                                   {"topics": None}):
            self.assertEqual((answer["error_code"], answer["topics"]),
                             (0, []))

    def test_replicas_leaders_and_the_quorum(self):
        self.connection.create_topic(self.topic)
        for _, answer in self.each("alter_partition_reassignments", {
                "topics": [{"name": self.topic, "partitions": [
                    {"partition_index": 0, "replicas": None}]}]}):
            partition, = answer["responses"][0]["partitions"]
            self.assertEqual(partition["error_code"],
                             NO_REASSIGNMENT_IN_PROGRESS)
        for _, answer in self.each("elect_leaders",
                                   {"topic_partitions": None}):
            self.assertEqual(answer["replica_election_results"], [])
        for version, answer in self.each("describe_quorum", {
                "topics": [{"topic_name": "__cluster_metadata",
                            "partitions": [{"partition_index": 0}]}]}):
            self.assertEqual(answer["error_code"], 0)
            quorum, = answer["topics"][0]["partitions"]
            voter, = quorum["current_voters"]
            self.assertEqual(quorum["leader_id"], voter["replica_id"])
            self.assertEqual(quorum["observers"], [])
            if version >= 1:
                self.assertGreater(voter["last_caught_up_timestamp"], 0)
        for _, answer in self.each("unregister_broker", {"broker_id": 4711}):
            self.assertEqual(answer["error_code"], BROKER_ID_NOT_REGISTERED)

    def test_topics_are_described_in_pages(self):
        self.connection.create_topic(self.topic, 5)
        seen, cursor = [], None
        for _ in range(5):
            answer = self.connection.call("describe_topic_partitions", 0, {
                "topics": [{"name": self.topic}],
                "response_partition_limit": 2, "cursor": cursor})
            for topic in answer["topics"]:
                seen += [p["partition_index"] for p in topic["partitions"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        self.assertEqual(seen, [0, 1, 2, 3, 4])
