# SPDX-License-Identifier: Apache-2.0
"""What is measured of log compaction in a running broker."""
import contextlib
import glob
import os
import time

from bench_processes import MIB, BenchError, await_true, settled
from bench_result import Result

# The cleaner looks at once, and takes up whatever is dirty.
CLEANING = ["log.cleaner.backoff.ms=100", "log.cleaner.min.cleanable.ratio=0.01"]
RESTING = ["log.cleaner.enable=false"]


class Cleaner:
    """Producers of one topic while another topic is compacted."""

    name = "cleaner"
    title = "produce while another topic is compacted"
    settings = ("4 GiB to compact: a topic of records with keys that "
                "all come again in each batch of 64 KiB, in segments of 128 "
                "MiB; beside it 20 MB/s in batches of 16 KiB to 4 partitions, "
                "acks=1, latency from the intended time of sending; alone: "
                "the same broker with the cleaner off")

    def measure(self, bench):
        result = Result(self)
        fill_bytes = bench.scaled(4096, 192) * MIB
        seconds = bench.scaled(max(bench.seconds, 4), 0.2)
        for turn in range(bench.repeat):
            data = "%s-%d" % (self.name, turn)
            broker = bench.start_broker(data, RESTING)
            bench.client(
                "produce", broker, "--topic", "keyed", "--keyed",
                "--partitions", 1, "--batch-bytes", 65536, "--pipeline", 8,
                "--bytes", fill_bytes, "--topic-config",
                "cleanup.policy=compact", "--topic-config",
                "segment.bytes=%d" % (128 * MIB))
            result.add("alone", **self.latency(bench, broker, seconds))
            bench.stop(broker)
            before = self.size_of(bench, data)
            broker = bench.start_broker(data, CLEANING)
            began, cpu_s = time.monotonic(), broker.cpu_s()
            latency = self.latency(bench, broker, seconds)
            if self.size_of(bench, data) < 2 * 128 * MIB and not bench.smoke:
                raise BenchError("the compaction ended before the producers")
            # Nothing is smaller until the first cleaned segments are swapped in.
            await_true("cleaned segments",
                       lambda: self.size_of(bench, data) < before)
            settled(lambda: self.size_of(bench, data), 2, 120)
            after = self.size_of(bench, data)
            result.add("with the cleaner", **latency)
            result.add("the cleaner", **{
                "input MiB": (before - after) / MIB,
                "until done s": time.monotonic() - began,
                "broker CPU s": broker.cpu_s() - cpu_s})
            bench.stop(broker)
        result.check(self.title + ": p99 of p99 alone", result.ratio(
            "p99 ms", "with the cleaner", "alone"), most=1.3)
        return result

    @staticmethod
    def size_of(bench, data):
        sizes = 0
        for path in glob.glob(os.path.join(bench.path("data"), data,
                                           "keyed-*", "*.log")):
            # The cleaner may have replaced it since.
            with contextlib.suppress(FileNotFoundError):
                sizes += os.path.getsize(path)
        return sizes

    @staticmethod
    def latency(bench, broker, seconds):
        latency = bench.client(
            "produce", broker, "--topic", "beside", "--partitions", 4,
            "--connections", 4, "--rate", "20MB", "--pipeline", 64,
            seconds=seconds)["latency_ms"]
        return {"p50 ms": latency["p50"], "p99 ms": latency["p99"],
                "p99.9 ms": latency["p99.9"]}


CLEANER_ROWS = [Cleaner()]
