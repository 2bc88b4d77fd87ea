# SPDX-License-Identifier: Apache-2.0
"""Starts a cluster of our own for a test and ends it again."""
import os
import shutil
import signal
import tempfile
import unittest

import broker


class Node(broker.Broker):
    """One node; its ports stay the same when it starts again."""

    def __init__(self, directory, seed_address, *options):
        os.makedirs(directory, exist_ok=True)
        super().__init__(directory, *options, port=broker.free_port())
        self.cluster_address = f"127.0.0.1:{broker.free_port()}"
        self.seed_address = seed_address

    def stop(self):
        """Others take its leaderships over first, which takes some time."""
        self.signal(signal.SIGTERM)
        return self.wait(60)

    def command(self):
        out = super().command() + ["--cluster-listen", self.cluster_address]
        if self.seed_address:
            out += ["--join", self.seed_address]
        return out


class Cluster:
    """The first node founds it, the others join that one."""

    def __init__(self, directory, size, *options):
        self.directory = directory
        self.options = options
        self.nodes = []
        for _ in range(size):
            self.add()

    def add(self, *options):
        seed = self.nodes[0].cluster_address if self.nodes else None
        name = os.path.join(self.directory, f"node-{len(self.nodes)}")
        node = Node(name, seed, *self.options, *options)
        self.nodes.append(node)
        return node

    def start(self, seconds=30):
        for node in self.nodes:
            node.start(seconds)
        return self

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def end(self):
        for node in self.nodes:
            node.end()

    def logs(self):
        return "\n".join(f"== {node.directory}\n{node.log()[-3000:]}"
                         for node in self.nodes)


class ClusterTest(unittest.TestCase):
    """A test with a directory and a cluster of its own."""

    seconds = 120

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="troupe-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.clusters = []
        self.addCleanup(lambda: [x.end() for x in self.clusters])

    def cluster(self, size=3, *options):
        cluster = Cluster(self.directory, size, *options)
        self.clusters.append(cluster)
        return cluster.start()

    def logs(self):
        return "\n".join(x.logs() for x in self.clusters)
