# SPDX-License-Identifier: Apache-2.0
"""Three nodes, producers and a group, and faults alone and together: nodes
killed and stopped, links cut in every manner, disks full or slow. After healing nothing
acknowledged is lost, doubled or out of order, and all replicas are equal.

FAULT_RUNS and FAULT_SECONDS make it longer; FAULT_SEED chooses the faults."""
import contextlib
import os
import random
import signal
import subprocess
import threading
import time
import unittest

import broker
import cluster
import network

try:
    from confluent_kafka import Consumer, KafkaException
    from replicated import PARTITIONS, TOPIC, ReplicatedTest, Stream
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")

if "FAULT_RUNS" not in os.environ:
    raise unittest.SkipTest("a campaign of its own: set FAULT_RUNS")
RUNS = int(os.environ["FAULT_RUNS"])
SECONDS = int(os.environ.get("FAULT_SECONDS", "20"))
SEED = int(os.environ.get("FAULT_SEED", "1"))
NODES = 3
DISK_BYTES = 512 << 20
# The broker on a disk that is slow when told so (slow_disk.cpp).
ON_SLOW_DISK = os.path.join(os.path.dirname(os.path.abspath(broker.TROUPE)),
                            "troupe_on_slow_disk")


def setUpModule():
    network.enter_namespaces()


class Node(cluster.Node):
    """In a network namespace and on a disk of its own."""

    def __init__(self, net, directory, seed_address, *options):
        super().__init__(directory, seed_address, "--cluster-insecure",
                         *options)
        self.net = net
        self.number = net.add()
        self.host = net.address(self.number)
        self.port = 9092
        self.cluster_address = f"{self.host}:9093"
        data = self.data_dirs[0]
        os.makedirs(data, exist_ok=True)
        network.run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}",
                    "tmpfs", data)
        self.slowness = os.path.join(directory, "slowness")
        self.env["SLOW_DISK_TEST_FILE"] = self.slowness

    def command(self):
        plain = super().command()
        plain[0] = ON_SLOW_DISK
        at = plain.index("--listen") + 1
        plain[at] = f"{self.host}:{self.port}"
        return self.net.prefix(self.number) + plain

    def revive(self):
        """Two faults may have met it: the first that heals starts it."""
        if not self.alive():
            self.spawn()

    def fill_disk(self):
        path = os.path.join(self.data_dirs[0], "filler")
        with open(path, "wb") as file:
            try:
                while True:
                    file.write(b"\0" * (1 << 20))
            except OSError:
                pass

    def free_disk(self):
        os.remove(os.path.join(self.data_dirs[0], "filler"))

    def slow_disk_down(self, sync_ms):
        """Each sync takes that long, and each write a tenth of it."""
        with open(self.slowness, "w", encoding="ascii") as file:
            file.write(str(sync_ms))

    def speed_disk_up(self):
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.slowness)

    def end(self):
        super().end()
        subprocess.run(["umount", "-l", self.data_dirs[0]], check=False)


class FaultyCluster(cluster.Cluster):
    def __init__(self, directory, size, *options):
        self.net = network.Network()
        super().__init__(directory, size, *options)

    def add(self, *options):
        seed = self.nodes[0].cluster_address if self.nodes else None
        name = os.path.join(self.directory, f"node-{len(self.nodes)}")
        node = Node(self.net, name, seed, *self.options, *options)
        self.nodes.append(node)
        return node

    @property
    def bootstrap(self):
        return ",".join(f"{node.host}:{node.port}" for node in self.nodes)

    def end(self):
        super().end()
        self.net.end()


class Workers:
    """Members of a group that commit what they have seen."""

    def __init__(self, bootstrap, count=2):
        self.bootstrap = bootstrap
        self.lock = threading.Lock()
        self.seen = [set() for _ in range(PARTITIONS)]
        self.committed = [-1] * PARTITIONS
        self.errors = []
        self.doing = ["starting"] * count
        self.running = True
        self.threads = [threading.Thread(target=self.work, args=(number,),
                                         daemon=True)
                        for number in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": "workers",
            "auto.offset.reset": "earliest", "enable.auto.commit": False,
            "session.timeout.ms": 6000, "log_level": 0})
        consumer.subscribe([TOPIC], on_assign=self.assigned)
        while self.running:
            self.doing[number] = f"member {number} consumes"
            messages = consumer.consume(500, 0.2)
            with self.lock:
                for message in messages:
                    if message.error() is None:
                        self.seen[message.partition()].add(message.offset())
            self.doing[number] = f"member {number} commits"
            try:
                done = consumer.commit(asynchronous=False) if messages else []
            except KafkaException:
                continue  # not acknowledged: it may be seen again
            with self.lock:
                for x in done:
                    if x.error is None:
                        self.committed[x.partition] = max(
                            self.committed[x.partition], x.offset)
        consumer.close()

    def assigned(self, consumer, partitions):
        """What was committed never goes back."""
        with self.lock:
            floor = {p.partition: self.committed[p.partition]
                     for p in partitions}
        for x in consumer.committed(partitions, 20):
            if x.offset >= 0 and x.offset < floor[x.partition]:
                self.errors.append(f"{x.partition}: committed {x.offset} after "
                                   f"{floor[x.partition]}")

    def has_all(self, counts):
        with self.lock:
            # More than were sent are found and named by what is checked next.
            return all(len(seen) >= count
                       for seen, count in zip(self.seen, counts))

    def progress(self, counts):
        """For whoever waited in vain: how far each partition is, and what the
        members do."""
        with self.lock:
            seen = [f"{p}: {len(seen)} of {count} (committed "
                    f"{self.committed[p]})" for p, (seen, count)
                    in enumerate(zip(self.seen, counts))]
        return "; ".join(seen + self.doing)

    def finish(self):
        self.running = False
        for thread in self.threads:
            thread.join(30)


class Faults(ReplicatedTest):
    seconds = RUNS * (SECONDS + 150)

    def start_cluster(self):
        nodes = FaultyCluster(self.directory, NODES)
        self.clusters.append(nodes)
        return nodes.start()

    # -- faults: each answers what heals it -----------------------------------

    def kill(self, nodes, chance):
        node = chance.choice(nodes.nodes)
        node.kill()
        return node.revive

    def freeze(self, nodes, chance):
        node = chance.choice(nodes.nodes)
        node.signal(signal.SIGSTOP)
        return lambda: node.signal(signal.SIGCONT)

    def isolate(self, nodes, chance, victim=None):
        if victim is None:
            victim = chance.randrange(NODES)
        for other in range(NODES):
            if other != victim:
                nodes.net.cut(victim, other)
                nodes.net.cut(other, victim)
        return nodes.net.heal

    def isolate_leader(self, nodes, chance):
        victim = self.leader(nodes)
        return self.isolate(nodes, chance, victim or 0)

    def cut_pair(self, nodes, chance):
        a, b = chance.sample(range(NODES), 2)
        nodes.net.cut(a, b)
        nodes.net.cut(b, a)
        return nodes.net.heal

    def cut_one_way(self, nodes, chance):
        a, b = chance.sample(range(NODES), 2)
        nodes.net.cut(a, b)
        return nodes.net.heal

    def fill(self, nodes, chance):
        node = chance.choice(nodes.nodes)
        node.fill_disk()

        def heal():
            node.free_disk()
            node.revive()
        return heal

    def slow_down(self, nodes, chance):
        node = chance.choice(nodes.nodes)
        node.slow_disk_down(chance.choice((50, 300, 2000)))
        return node.speed_disk_up

    # -- runs ------------------------------------------------------------------

    def survive(self, seed, *kinds):
        chance = random.Random(seed)
        nodes = self.start_cluster()
        self.context = f"seed {seed}"
        self.create(nodes, **{"min.insync.replicas": "2"})
        self.in_sync(nodes, NODES)
        stream = Stream(nodes.bootstrap)
        self.addCleanup(stream.abandon)
        workers = Workers(nodes.bootstrap)
        self.addCleanup(workers.finish)
        stream.await_more(300)
        pause = threading.Event()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            chosen = chance.sample(kinds, min(len(kinds), chance.choice((1, 2))))
            heals = [kind(nodes, chance) for kind in chosen]
            pause.wait(chance.uniform(0.5, 4))
            for heal in heals:
                heal()
            for node in nodes.nodes:
                self.assertTrue(node.alive(), f"{node.directory} died")
            pause.wait(chance.uniform(0.5, 3))
        nodes.net.heal()
        self.in_sync(nodes, NODES)
        stream.await_more(300)
        stream.finish()
        broker.wait_until(
            lambda: workers.has_all(stream.sent), 60,
            lambda: f"all in the group: {workers.progress(stream.sent)}")
        workers.finish()
        self.assertEqual(workers.errors, [])
        self.check(nodes, stream)
        self.in_sync(nodes, NODES)
        for node in nodes.nodes:
            self.assertEqual(node.stop(), 0)
        self.check_replicas(nodes, stream)

    def run_all(self, *kinds):
        for number in range(RUNS):
            self.survive(SEED + number, *kinds)
            self.clusters.pop().end()

    def test_nodes_that_die_and_freeze(self):
        self.run_all(self.kill, self.freeze)

    def test_links_that_are_cut(self):
        self.run_all(self.isolate, self.isolate_leader, self.cut_pair,
                     self.cut_one_way)

    def test_disks_that_are_slow(self):
        self.run_all(self.slow_down, self.kill)

    def test_everything_together(self):
        self.run_all(self.kill, self.freeze, self.isolate, self.cut_one_way,
                     self.fill, self.slow_down)
