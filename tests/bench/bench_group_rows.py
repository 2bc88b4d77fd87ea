# SPDX-License-Identifier: Apache-2.0
"""What is measured of consumer groups and their offsets."""
import glob
import os
import shutil
import time

from bench_offsets import OffsetReader
from bench_processes import MIB, BenchError
from bench_result import Result

# A group may begin as soon as its first member comes.
NO_DELAY = ["group.initial.rebalance.delay.ms=0"]


class Commits:
    name = "commits"
    title = "commits, one group, 100 partitions each"
    settings = ("OffsetCommit 7 of a consumer without membership, as those "
                "that assign themselves send it; 4 connections with 16 "
                "requests in flight each at the highest rate, 4 with up to 64 "
                "at 20,000 requests/s, page cache durability; latency counts "
                "from the intended time of sending")
    partitions = 100
    rate = 20000

    def measure(self, bench):
        result = Result(self)
        broker = bench.start_broker(self.name)
        load = ["--topic", "committed", "--partitions", self.partitions,
                "--groups", 1, "--connections", 4]
        for _ in range(bench.repeat):
            result.add("highest rate", **self.figures(bench.client(
                "commit", broker, *load, "--pipeline", 16,
                seconds=bench.seconds)))
            result.add("20,000/s", **self.figures(bench.client(
                "commit", broker, *load, "--pipeline", 64, "--rate",
                self.rate * self.partitions, seconds=bench.seconds)))
        result.check(self.title + ": requests/s",
                     result.median("highest rate", "requests/s"),
                     least=self.rate)
        result.check(self.title + ": p99 at 20,000 requests/s",
                     result.median("20,000/s", "p99 ms"), most=5, unit=" ms")
        return result

    @staticmethod
    def figures(report):
        return {"requests_per_s": report["requests_per_s"],
                "p50 ms": report["latency_ms"]["p50"],
                "p99 ms": report["latency_ms"]["p99"],
                "CPU us_per_request":
                    report["broker_cpu_s"] * 1e6 / report["requests"],
                "RSS MiB": report["broker_rss_bytes"] / MIB}


class RestartOffsets:
    name = "restart_offsets"
    title = "restart with 1,000,000 committed offsets"
    settings = ("10,000 groups with 100 partitions each, all committed anew "
                "just before kill -9; "
                "from the start of the process to the answer to an "
                "OffsetFetch of all offsets of a group; \"all\": of 100 "
                "groups one after the other, which lie in all partitions of "
                "the offsets topic")
    partitions = 100

    def measure(self, bench):
        result = Result(self)
        groups = bench.scaled(10000, 200)
        broker = bench.start_broker(self.name)
        for _ in range(bench.repeat):
            bench.client("commit", broker, "--topic", "committed",
                         "--partitions", self.partitions, "--groups", groups,
                         "--connections", 4, "--pipeline", 8, "--records",
                         groups * self.partitions)
            bench.kill(broker)
            broker = self.restart(bench, result, "kill -9", groups)
            bench.stop(broker)
            broker = self.restart(bench, result, "clean stop", groups)
            bench.stop(broker)
            self.remove_view(bench)
            broker = self.restart(bench, result, "without RocksDB", groups)
        result.check(self.title + ", clean stop: first answer",
                     result.median("clean stop", "first ms"), most=1000,
                     unit=" ms")
        for variant in ("kill -9", "without RocksDB"):
            result.check("%s, %s: first answer" % (self.title, variant),
                         result.median(variant, "first ms"), unit=" ms")
        return result

    def restart(self, bench, result, variant, groups):
        begin = time.monotonic()
        broker = bench.start_broker(self.name)

        def elapsed_ms():
            return 1000 * (time.monotonic() - begin)

        with OffsetReader(broker.address) as reader:
            reader.await_offsets("troupe-bench-000000", self.partitions)
            first_ms = elapsed_ms()
            for i in range(0, groups, groups // 100):
                reader.await_offsets("troupe-bench-%06d" % i, self.partitions)
        result.add(variant, **{
            "first ms": first_ms, "all ms": elapsed_ms(),
            "RSS MiB": broker.status_kib("VmRSS") / 1024})
        return broker

    def remove_view(self, bench):
        found = glob.glob(os.path.join(bench.path("data"), self.name,
                                       "__troupe_offsets"))
        if not found:
            raise BenchError("no RocksDB of committed offsets")
        for path in found:
            shutil.rmtree(path)


class Rebalance:
    name = "rebalance"
    title = "rebalance of a 100-member group, join to stable"
    settings = ("JoinGroup 5, a connection per member, all join at once, each "
                "comes back with the member id it is given; initial delay 0; "
                "from the first request to the last assignment; a member that "
                "got one before all were there sends a heartbeat each 5 ms")

    def measure(self, bench):
        result = Result(self)
        broker = bench.start_broker(self.name, NO_DELAY)
        members = bench.scaled(100, 10)
        for turn in range(bench.repeat):
            report = bench.client(
                "groups", broker, "--group", "rebalance-%d" % turn,
                "--members", members, "--heartbeat-interval-ms", 50,
                "--duration", 0.1)
            result.add("troupe", **{"stable ms": report["joined_ms"]})
        result.check(self.title, result.median("troupe", "stable ms"),
                     most=250, unit=" ms")
        return result


class IdleMembers:
    name = "idle_members"
    title = "10,000 idle members"
    settings = ("100 groups of 100 members, a connection per member; "
                "heartbeat interval 3 s, session timeout 45 s")

    def measure(self, bench):
        result = Result(self)
        broker = bench.start_broker(self.name, NO_DELAY)
        groups = bench.scaled(100, 4)
        seconds = bench.scaled(max(bench.seconds, 9), 1)
        for turn in range(bench.repeat):
            report = bench.client(
                "groups", broker, "--group", "idle-%d" % turn, "--groups",
                groups, "--members", 100, "--session-timeout-ms", 45000,
                "--heartbeat-interval-ms", 3000, "--duration", seconds)
            cpu_s = report["broker_cpu_s"]
            result.add("troupe", **{
                "cpu %": 100 * cpu_s / report["elapsed_s"],
                "heartbeats_per_s": report["requests_per_s"],
                "cpu us_per_heartbeat": cpu_s * 1e6 / report["requests"],
                "stable ms": report["joined_ms"],
                "p99 ms": report["latency_ms"]["p99"],
                "RSS MiB": report["broker_rss_bytes"] / MIB})
        result.check(self.title + ": CPU of a core",
                     result.median("troupe", "cpu %"), most=2, unit=" %")
        return result


GROUP_ROWS = [Commits(), RestartOffsets(), Rebalance(), IdleMembers()]
