# SPDX-License-Identifier: Apache-2.0
"""One connection to a broker, spoken by hand: for requests that no well-bred
client would send, and to see the answers' fields as they are."""
import os
import socket
import struct

import codec

HERE = os.path.dirname(os.path.abspath(__file__))
KEYS = {
    "produce": 0, "fetch": 1, "list_offsets": 2, "metadata": 3,
    "offset_commit": 8, "offset_fetch": 9, "find_coordinator": 10,
    "join_group": 11, "heartbeat": 12, "leave_group": 13, "sync_group": 14,
    "describe_groups": 15, "list_groups": 16, "api_versions": 18,
    "create_topics": 19, "delete_topics": 20, "delete_records": 21,
    "init_producer_id": 22, "offset_for_leader_epoch": 23,
    "describe_acls": 29, "describe_configs": 32, "alter_configs": 33,
    "describe_log_dirs": 35, "create_partitions": 37, "delete_groups": 42,
    "elect_leaders": 43, "incremental_alter_configs": 44,
    "alter_partition_reassignments": 45, "list_partition_reassignments": 46,
    "offset_delete": 47, "describe_quorum": 55, "describe_cluster": 60,
    "describe_producers": 61, "unregister_broker": 64,
    "consumer_group_heartbeat": 68, "consumer_group_describe": 69,
    "describe_topic_partitions": 75,
}


class Api:
    def __init__(self, name, first_flexible, request, answer):
        self.key = KEYS[name]
        self.first_flexible = first_flexible
        self.request = codec.parse_layout(request)
        self.answer = codec.parse_layout(answer)

    def flexible(self, version):
        return version >= self.first_flexible


def read_layouts():
    """The same layouts that the broker's codecs are compared with."""
    apis = {}
    path = os.path.join(HERE, "../transport/layouts.txt")
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file
                 if line.strip() and not line.startswith("#")]
    for head, request, answer in zip(lines[::3], lines[1::3], lines[2::3]):
        name, _, flexible = head.split()
        first = 1 << 15 if flexible == "none" else int(flexible)
        assert request[0] == "Q" and answer[:2] == "A ", name
        apis[name] = Api(name, first, request[2:], answer[2:])
    return apis


APIS = read_layouts()


class Closed(Exception):
    """The broker closed the connection."""


class Connection:
    def __init__(self, address, timeout=10):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def close(self):
        self.socket.close()

    def frame(self, name, version, values, client="system-test"):
        """The bytes of a request; every one gets the next correlation id."""
        api = APIS[name]
        self.correlation += 1
        header = struct.pack(">hhi", api.key, version, self.correlation)
        raw = client.encode()
        header += struct.pack(">h", len(raw)) + raw
        if api.flexible(version):
            header += b"\0"
        body = codec.encode(api.request, version, api.flexible(version),
                            values)
        return struct.pack(">i", len(header + body)) + header + body

    def send_raw(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed() from error

    def send(self, name, version, values, client="system-test"):
        self.send_raw(self.frame(name, version, values, client))
        return self.correlation

    def receive_exactly(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                chunk = self.socket.recv(min(count - len(data), 1 << 20))
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                raise Closed()
            data += chunk
        return bytes(data)

    def receive_frame(self):
        size = struct.unpack(">i", self.receive_exactly(4))[0]
        return self.receive_exactly(size)

    def receive(self, name, version):
        """(correlation id, answer) of the next answer on the connection."""
        api = APIS[name]
        frame = self.receive_frame()
        correlation = struct.unpack(">i", frame[:4])[0]
        # ApiVersions answers have the old header at every version.
        tagged = api.flexible(version) and name != "api_versions"
        if tagged and frame[4] != 0:
            raise ValueError("tags in a response header")
        body = frame[5 if tagged else 4:]
        return correlation, codec.decode(api.answer, version,
                                         api.flexible(version), body)

    def call(self, name, version, values):
        sent = self.send(name, version, values)
        correlation, answer = self.receive(name, version)
        assert correlation == sent, (correlation, sent)
        return answer

    def closed_by_broker(self):
        """True when the broker closes without another byte."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    # -- what many tests ask ---------------------------------------------------

    def create_topic(self, name, partitions=1, configs=None):
        answer = self.call("create_topics", 5, {"topics": [{
            "name": name, "num_partitions": partitions,
            "replication_factor": 1,
            "configs": [{"name": k, "value": str(v)}
                        for k, v in (configs or {}).items()],
        }], "timeout_ms": 10000})
        topic = answer["topics"][0]
        assert topic["error_code"] == 0, topic
        return topic

    def produce(self, topic, records, partition=0, acks=-1, version=8):
        """Sends one batch; None for acks=0, else the partition's answer."""
        values = {"acks": acks, "timeout_ms": 10000, "topic_data": [{
            "name": topic, "partition_data": [
                {"index": partition, "records": records}]}]}
        if acks == 0:
            self.send("produce", version, values)
            return None
        answer = self.call("produce", version, values)
        return answer["responses"][0]["partition_responses"][0]

    def fetch(self, topic, offset, partition=0, max_wait_ms=0, min_bytes=1,
              bytes_max=1 << 26, version=11):
        answer = self.call("fetch", version, {
            "max_wait_ms": max_wait_ms, "min_bytes": min_bytes,
            "max_bytes": bytes_max, "topics": [{"topic": topic, "partitions": [
                {"partition": partition, "fetch_offset": offset,
                 "partition_max_bytes": bytes_max}]}]})
        assert answer.get("error_code", 0) == 0, answer
        return answer["responses"][0]["partitions"][0]

    def list_offset(self, topic, timestamp, partition=0, version=7):
        answer = self.call("list_offsets", version, {
            "replica_id": -1, "topics": [{"name": topic, "partitions": [
                {"partition_index": partition, "timestamp": timestamp}]}]})
        return answer["topics"][0]["partitions"][0]

    def end_offset(self, topic, partition=0):
        return self.list_offset(topic, -1, partition)["offset"]

    def start_offset(self, topic, partition=0):
        return self.list_offset(topic, -2, partition)["offset"]

    def producer_id(self):
        answer = self.call("init_producer_id", 2, {
            "transactional_id": None, "transaction_timeout_ms": 60000})
        assert answer["error_code"] == 0, answer
        return answer["producer_id"]
