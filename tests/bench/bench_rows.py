# SPDX-License-Identifier: Apache-2.0
"""What is measured: one class per row of docs/performance.md."""
import glob
import os
import re
import time

from bench_cleaner_rows import CLEANER_ROWS
from bench_group_rows import GROUP_ROWS
from bench_processes import MIB, BenchError, settled
from bench_result import Result
from bench_stage_rows import STAGE_ROWS

BATCH = 65536


def throughput(report):
    return {"MB_per_s": report["mb_per_s"],
            "records_per_s": report["records_per_s"],
            "CPU s_per_GB": report["broker_cpu_s_per_gb"],
            "RSS MiB": report["broker_rss_bytes"] / MIB,
            "p99 ms": report["latency_ms"]["p99"]}


def segments(bench, topic):
    found = sorted(glob.glob(os.path.join(
        bench.path("data"), "*", topic + "-*", "*.log")))
    if not found:
        raise BenchError("no segment of topic %s" % topic)
    return found


def drop_from_page_cache(paths):
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


class Fetch:
    """The same segment from Troupe, from sendfile and from a copying loop."""

    def __init__(self, name, title, fetch_bytes, connections, pipeline):
        self.name, self.title = name, title
        self.arguments = ["--fetch-bytes", fetch_bytes, "--connections",
                          connections, "--pipeline", pipeline]
        self.settings = (
            "1 partition of 768 MiB in one segment and in the page cache, "
            "batches of 64 KiB, fetch-bytes %d, %d connections, %d in flight "
            "on each; the loops serve the very segment file that Troupe "
            "serves, a thread per connection" % (fetch_bytes, connections,
                                                 pipeline))

    def measure(self, bench):
        result = Result(self)
        broker = bench.start_broker(self.name)
        bench.client("produce", broker, "--topic", "hot", "--batch-bytes",
                     BATCH, "--bytes", bench.scaled(768, 16) * MIB,
                     "--pipeline", 8, "--partitions", 1)
        segment = segments(bench, "hot")[0]
        servers = {"troupe": broker,
                   "raw sendfile": bench.start_limits("raw-sendfile", segment),
                   "copy": bench.start_limits("copy", segment)}
        for _ in range(bench.repeat):
            for variant, server in servers.items():
                result.add(variant, **throughput(bench.client(
                    "fetch", server, *self.arguments, *self.place(server),
                    seconds=bench.seconds)))
        self.judge(result)
        return result

    @staticmethod
    def place(server):
        end = re.search(r"end_offset=(\d+)", server.ready_line)
        if end is None:
            return ["--topic", "hot"]
        return ["--no-setup", "--topic", "t", "--end-offset", end.group(1)]

    def judge(self, result):
        of_raw = result.ratio("MB/s", "troupe", "raw sendfile")
        cpu_of_raw = result.ratio("CPU s/GB", "troupe", "raw sendfile")
        cpu_of_copy = result.ratio("CPU s/GB", "troupe", "copy")
        large = self.name == "fetch_1m"
        goal = {"fetch_1m": 0.90, "fetch_64k": 0.70}.get(self.name)
        result.check(self.title + ": MB/s of raw sendfile", of_raw, least=goal)
        result.check(self.title + ": CPU per GB of raw sendfile", cpu_of_raw,
                     most=1.3 if large else None)
        result.check(self.title + ": CPU per GB of the copying path",
                     cpu_of_copy, most=0.5 if large else None)


class Produce:
    name = "produce_1m"
    title = "produce, 1 MiB batches, 4 connections"
    settings = ("4 partitions, acks=1, 4 connections with 4 requests in "
                "flight each, page cache durability; the loop receives, "
                "checks the CRC-32C and writes one file per connection")

    def measure(self, bench):
        result = Result(self)
        load = ["--partitions", 4, "--connections", 4, "--pipeline", 4,
                "--batch-bytes", MIB, "--record-bytes", 1000,
                "--bytes", bench.scaled(3072, 64) * MIB]
        for turn in range(bench.repeat):
            broker = bench.start_broker("%s-%d" % (self.name, turn))
            result.add("troupe", **throughput(bench.client(
                "produce", broker, *load, "--topic", "large",
                "--topic-config", "file.delete.delay.ms=0",
                "--delete-topic")))
            bench.stop(broker)
            loop = bench.start_limits("raw-append", bench.path("raw"))
            result.add("raw append", **throughput(bench.client(
                "produce", loop, *load, "--no-setup", "--topic", "t")))
            bench.stop(loop)
        result.check(self.title + ": MB/s of raw receive + CRC + pwrite",
                     result.ratio("MB/s", "troupe", "raw append"), least=0.85)
        return result


class ProduceRecords:
    name = "produce_records"
    title = "produce, 100-byte records in 16 KiB batches, one partition"
    settings = ("acks=1, 1 connection, 32 batches in flight; flush each "
                "second at level interval; one sync serves all waiting "
                "batches at level fsync")

    def measure(self, bench):
        result = Result(self)
        levels = ["page_cache", "interval", "fsync"]
        brokers = {level: bench.start_broker(
            "%s-%s" % (self.name, level), ["troupe.durability=" + level])
            for level in levels}
        for turn in range(bench.repeat):
            for level in levels:
                result.add(level, **throughput(bench.client(
                    "produce", brokers[level], "--topic",
                    "small-%d" % turn, "--partitions", 1, "--pipeline", 32,
                    "--delete-topic", seconds=bench.seconds)))
        result.check(self.title + ": records/s",
                     result.median("page_cache", "records/s"),
                     least=2_000_000)
        for level in levels[1:]:
            result.check("%s, %s: records/s" % (self.title, level),
                         result.median(level, "records/s"))
        return result


class TailWhileCold:
    name = "tail_p99"
    title = "tail readers while another consumer reads cold data"
    settings = ("2 partitions, 1,000 batches of 4 KiB per second, latency "
                "from the intended time of sending to the receipt; the cold "
                "reader fetches 1 MiB at a time what was synced and dropped "
                "from the page cache before")

    def measure(self, bench):
        result = Result(self)
        broker = bench.start_broker(self.name)
        cold_bytes = int(bench.options.cold_gib * 1024) * MIB
        bench.client("produce", broker, "--topic", "cold", "--partitions", 1,
                     "--batch-bytes", BATCH, "--pipeline", 8, "--bytes",
                     cold_bytes)
        cold = segments(bench, "cold")
        seconds = bench.scaled(max(bench.seconds, 6), 1)
        for _ in range(bench.repeat):
            result.add("alone", **self.tail(bench, broker, seconds))
            drop_from_page_cache(cold)
            reader = bench.start_client(
                "fetch", broker, "--topic", "cold", "--at-end", "stop",
                "--bytes", cold_bytes)
            try:
                tail = self.tail(bench, broker, seconds)
            finally:
                report = bench.finish_client(reader)
            result.add("with cold", **{"cold MB/s": report["mb_per_s"],
                                      "cold s": report["elapsed_s"]}, **tail)
        result.check(self.title + ": p99 of p99 alone",
                     result.ratio("p99 ms", "with cold", "alone"), most=1.2)
        return result

    @staticmethod
    def tail(bench, broker, seconds):
        report = bench.client(
            "e2e", broker, "--topic", "tail", "--partitions", 2,
            "--batch-bytes", 4096, "--rate", "4.096MB", "--pipeline", 64,
            seconds=seconds)
        latency = report["latency_ms"]
        return {"p50 ms": latency["p50"], "p99 ms": latency["p99"],
                "p99.9 ms": latency["p99.9"], "max ms": latency["max"]}


class HitRate:
    name = "hit_rate"
    title = "page-cache hit rate of a consumer that keeps up"
    settings = ("4 partitions, 20 MB/s in batches of 16 KiB; hits and misses "
                "as the broker counted them")

    def measure(self, bench):
        result = Result(self)
        for turn in range(bench.repeat):
            broker = bench.start_broker("%s-%d" % (self.name, turn))
            report = bench.client(
                "e2e", broker, "--topic", "followed", "--partitions", 4,
                "--rate", "20MB", "--pipeline", 64, seconds=bench.seconds)
            bench.stop(broker)
            told = re.search(
                r"page_cache\.hits=(\d+)\s+page_cache\.misses=(\d+)",
                broker.stderr())
            if told is None:
                raise BenchError("the broker told no page-cache hits")
            hits, misses = int(told.group(1)), int(told.group(2))
            if hits + misses == 0:
                raise BenchError("the broker counted no page-cache reads")
            result.add("troupe", hits=hits, misses=misses,
                       **{"hit rate %": 100 * hits / (hits + misses),
                          "p99 ms": report["latency_ms"]["p99"]})
        result.check(self.title, result.median("troupe", "hit rate %"),
                     least=99, unit=" %")
        return result


class StartUp:
    name = "start"
    title = "start to the ready line"
    settings = ("from fork to the line on stdout; 1,000 partitions of one "
                "topic with 16 KiB in each, after a clean shutdown")

    def measure(self, bench):
        result = Result(self)
        partitions = bench.scaled(1000, 50)
        many = bench.start_broker("many")
        bench.client("produce", many, "--topic", "many", "--partitions",
                     partitions, "--pipeline", 4, "--bytes",
                     partitions * 16384)
        bench.stop(many)
        for turn in range(bench.repeat):
            empty = bench.start_broker("empty-%d" % turn)
            settled(lambda: empty.status_kib("VmRSS"))
            result.add("empty", **{"start ms": empty.start_s * 1000,
                                   "RSS MiB": empty.status_kib("VmRSS") / 1024})
            bench.stop(empty)
            many = bench.start_broker("many")
            result.add("%d partitions" % partitions, **{
                "start ms": many.start_s * 1000,
                "RSS MiB": many.status_kib("VmRSS") / 1024})
            bench.stop(many)
        result.check("start, empty directory",
                     result.median("empty", "start ms"), most=50, unit=" ms")
        result.check("start, %d partitions" % partitions, result.median(
            "%d partitions" % partitions, "start ms"), most=2000, unit=" ms")
        result.check("RSS, empty", result.median("empty", "RSS MiB"), most=40,
                     unit=" MiB")
        return result


class Idle:
    name = "idle"
    title = "idle CPU"
    settings = "empty broker, over 10 s"

    def measure(self, bench):
        result = Result(self)
        seconds = bench.scaled(10, 2)
        broker = bench.start_broker(self.name)
        settled(broker.cpu_s)
        for _ in range(bench.repeat):
            cpu, begin = broker.cpu_s(), time.monotonic()
            time.sleep(seconds)
            result.add("troupe", **{"cpu %": 100 * (broker.cpu_s() - cpu) /
                                    (time.monotonic() - begin)})
        result.check(self.title, result.median("troupe", "cpu %"), most=0.5,
                     unit=" %")
        return result


ROWS = [
    Fetch("fetch_1m", "fetch, 1 MiB, 1 connection, hot", MIB, 1, 1),
    Fetch("fetch_64k", "fetch, 64 KiB, 4 connections, hot", BATCH, 4, 1),
    Fetch("fetch_64k_x4", "fetch, 64 KiB, 4 connections, 4 in flight, hot",
          BATCH, 4, 4),
    Produce(), ProduceRecords(), TailWhileCold(), HitRate(), StartUp(), Idle(),
] + GROUP_ROWS + CLEANER_ROWS + STAGE_ROWS
