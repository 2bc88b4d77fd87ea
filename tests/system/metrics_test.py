# SPDX-License-Identifier: Apache-2.0
"""What a monitor reads at /metrics: of one node, and of two."""
import re
import urllib.error
import urllib.request

import batches
import broker
import cluster
import wire

LISTEN = ("--set", "troupe.metrics.listen=127.0.0.1:0",
          "--set", "offsets.topic.num.partitions=4")
SERIES = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def scrape(server, path="/metrics"):
    """{(name, (label, value), ...): number}"""
    at = re.findall(r"metrics\.listening address=(\S+)", server.log())[-1]
    with urllib.request.urlopen(f"http://{at}{path}", timeout=10) as answer:
        lines = answer.read().decode().split("\n")
    series = {}
    for line in lines:
        if not line or line.startswith("#"):
            continue
        name, labels, value = SERIES.match(line).groups()
        key = (name,) + tuple(sorted(LABEL.findall(labels or "")))
        assert key not in series, line
        series[key] = float(value)
    return series


def lag(group, partition, topic="read"):
    return ("troupe_group_lag", ("group", group),
            ("partition", str(partition)), ("topic", topic))


def commit(address, group, partition, offset):
    """Until the coordinator is there."""
    def committed():
        with wire.Connection(address) as connection:
            connection.call("find_coordinator", 3, {"key": group})
            answer = connection.call("offset_commit", 7, {
                "group_id": group, "member_id": "",
                "generation_id_or_member_epoch": -1,
                "topics": [{"name": "read", "partitions": [
                    {"partition_index": partition,
                     "committed_offset": offset}]}]})
        return answer["topics"][0]["partitions"][0]["error_code"] == 0
    broker.wait_until(committed, 20, "commit")


def pages(series):
    return (series[("troupe_page_cache_hits_total",)]
            + series[("troupe_page_cache_misses_total",)])


class Metrics(broker.BrokerTest):
    def fill(self, address):
        with wire.Connection(address) as connection:
            self.assertEqual(
                connection.create_topic("read", 2)["error_code"], 0)
            for value in (b"a", b"b", b"c"):
                connection.produce("read", batches.encode_batch([value]))

    def test_a_node_tells_what_it_does(self):
        server = self.broker(*LISTEN)
        self.fill(server.address)
        with wire.Connection(server.address) as connection:
            connection.fetch("read", 0)
            # They count what has been sent, a moment after it was.
            broker.wait_until(lambda: pages(scrape(server)) > 0, 10,
                              "pages that were read")
            series = scrape(server)
        self.assertGreater(series[("troupe_received_bytes_total",)], 0)
        self.assertGreater(series[("troupe_sent_bytes_total",)], 0)
        self.assertGreaterEqual(
            series[("troupe_connections_accepted_total",)], 2)
        self.assertGreaterEqual(series[("troupe_connections_open",)], 1)
        self.assertFalse([x for x in series if "peer" in x[0]])

    def test_groups_lag_until_they_commit_the_end(self):
        server = self.broker(*LISTEN)
        self.fill(server.address)
        commit(server.address, "g", 0, 1)
        commit(server.address, 'a "quoted"\nname', 1, 0)
        series = scrape(server)
        self.assertEqual(series[lag("g", 0)], 2)
        self.assertEqual(
            series[lag(r'a \"quoted\"\nname', 1)], 0)
        self.assertEqual(series[("troupe_group_lag_complete",)], 1)
        commit(server.address, "g", 0, 3)
        self.assertEqual(scrape(server)[lag("g", 0)], 0)
        server.stop()
        server.start()
        broker.wait_until(lambda: lag("g", 0) in scrape(server), 20,
                          "lag after a restart")
        self.assertEqual(scrape(server)[lag("g", 0)], 0)

    def test_nothing_listens_unless_asked(self):
        server = self.broker()
        self.assertNotIn("metrics.listening", server.log())

    def test_other_paths_are_not_there(self):
        server = self.broker(*LISTEN)
        with self.assertRaises(urllib.error.HTTPError) as found:
            scrape(server, "/other")
        self.assertEqual(found.exception.code, 404)
        self.assertEqual(server.stop(), 0)

    def test_an_address_that_is_none_ends_the_start(self):
        server = self.make_broker("--set", "troupe.metrics.listen=nowhere")
        server.spawn()
        self.assertEqual(server.wait(), 1)
        self.assertIn("nowhere", server.log())


class ClusterMetrics(broker.BrokerTest):
    seconds = 120

    def setUp(self):
        super().setUp()
        self.nodes = cluster.Cluster(self.directory, 2, *LISTEN)
        self.addCleanup(self.nodes.end)
        self.nodes.start()

    def logs(self):
        return self.nodes.logs()

    def test_a_node_tells_of_its_link_to_the_other(self):
        def link():
            return [value for key, value in scrape(self.nodes.nodes[0]).items()
                    if key[0] == "troupe_peer_up"]
        broker.wait_until(lambda: link() == [1], 20, "link")
        series = scrape(self.nodes.nodes[0])
        names = {key[0] for key in series if key[0].startswith("troupe_peer")}
        self.assertIn("troupe_peer_received_bytes_total", names)
        self.assertIn("troupe_peer_round_trip_seconds", names)
