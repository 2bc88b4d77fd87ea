# SPDX-License-Identifier: Apache-2.0
"""Rows of the cluster's benchmark: nodes under load, and a node that joins."""
import json
import os
import statistics
import subprocess
import threading
import time

import broker
from bench_cluster_tools import (MIB, cpu_seconds, disk_bytes, round_trips_ms,
                                 told)


class LoadRows:
    def produce(self, nodes, factor, acks):
        """(MB/s, CPU-seconds per GB and node) of the load generator."""
        output = os.path.join(self.directory, "produce.json")
        before = [cpu_seconds(n.process.pid) for n in nodes.nodes]
        subprocess.run(
            [broker.TROUPE, "bench", "produce", "--bootstrap",
             nodes.nodes[0].address, "--topic", f"p{time.monotonic_ns()}",
             "--partitions", "3", "--replication-factor", str(factor),
             "--connections", "3", "--pipeline", "4", "--batch-bytes", "1MB",
             "--record-bytes", "1024", "--acks", str(acks), "--duration",
             str(self.arguments.seconds), "--quiet", "--json", output],
            check=True, stdout=subprocess.DEVNULL, timeout=120)
        after = [cpu_seconds(n.process.pid) for n in nodes.nodes]
        with open(output, encoding="utf-8") as file:
            report = json.load(file)
        sent = report["bytes"]
        return (report["mb_per_s"],
                [(b - a) / (sent / 1e9) for a, b in zip(before, after)])

    def row_produce(self):
        single, triple, cpu = [], [], []
        for _ in range(self.arguments.repeat):
            single.append(self.produce(self.fresh(1), 1, 1)[0])
            speed, used = self.produce(self.fresh(3), 3, -1)
            triple.append(speed)
            cpu += used
        settings = "1 KiB records, 1 MiB batches, 3 connections x 4"
        told("produce, one node, acks=1", single, "MB/s", settings)
        told("produce, three nodes, RF 3, acks=all", triple, "MB/s", settings)
        told("of the single node", [t / s for s, t in zip(single, triple)],
             "", "goal 0.25")
        told("CPU per GB and node", cpu, "s", settings)

    def row_round_trip(self):
        """What the links' own heartbeats take while batches fill the links."""
        nodes = self.fresh(3)
        for node in nodes.nodes:
            node.metrics = broker.free_port()
            node.stop()
            node.options += ("--set",
                             f"troupe.metrics.listen=127.0.0.1:{node.metrics}")
            node.start(60)
        nodes.await_voters(3, 60)
        times, running = [], threading.Event()
        running.set()

        def look():
            pause = threading.Event()
            while running.is_set():
                for node in nodes.nodes:
                    times.extend(round_trips_ms(node.metrics))
                pause.wait(0.1)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            speed, _ = self.produce(nodes, 3, -1)
        finally:
            running.clear()
            thread.join()
        times.sort()
        told("round trip between nodes under load: p99",
             [times[int(0.99 * len(times))]], "ms",
             f"{len(times)} readings, each of the last heartbeat, at "
             f"{speed:.0f} MB/s, acks=all, RF 3; goal 20")
        told("the same: all readings", times, "ms", "")

    def row_join(self):
        """A fourth node takes its share of the replicas while a load goes on."""
        nodes = self.fresh(3)
        for number in range(8):
            self.fill(nodes, f"data-{number}", self.arguments.fill_mb // 8)
        before = [self.latency_ms(nodes) for _ in range(3)]
        nodes.add()
        joined = nodes.nodes[-1]
        joined.start(60)
        begin = time.monotonic()
        during = [self.latency_ms(nodes) for _ in range(3)]
        copied = disk_bytes(joined.data_dirs[0])
        settings = (f"fixed rate of {self.arguments.join_rate} records/s of 1 "
                    "KiB, acks=all, RF 3")
        told("p99 of produce before a node joins", before, "ms", settings)
        told("the same while data moves to it", during, "ms",
             f"{copied / MIB:.0f} MiB in {time.monotonic() - begin:.0f} s; "
             "goal 1.5 times")
        told("of the one before", [x / statistics.median(before)
                                   for x in during], "", "goal 1.5")

    def fill(self, nodes, topic, megabytes):
        subprocess.run(
            [broker.TROUPE, "bench", "produce", "--bootstrap",
             nodes.nodes[0].address, "--topic", topic, "--partitions", "6",
             "--replication-factor", "3", "--connections", "3", "--batch-bytes",
             "1MB", "--record-bytes", "1024", "--acks", "-1", "--records",
             str(megabytes * 1000), "--quiet"],
            check=True, stdout=subprocess.DEVNULL, timeout=300)

    def latency_ms(self, nodes):
        output = os.path.join(self.directory, "latency.json")
        subprocess.run(
            [broker.TROUPE, "bench", "produce", "--bootstrap",
             nodes.nodes[0].address, "--topic", "loaded", "--partitions", "3",
             "--replication-factor", "3", "--connections", "3",
             "--batch-bytes", "16KB", "--record-bytes", "1024", "--acks", "-1",
             "--rate", str(self.arguments.join_rate), "--duration",
             str(self.arguments.seconds), "--quiet", "--json", output],
            check=True, stdout=subprocess.DEVNULL, timeout=120)
        with open(output, encoding="utf-8") as file:
            return json.load(file)["latency_ms"]["p99"]
