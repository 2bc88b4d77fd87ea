# SPDX-License-Identifier: Apache-2.0
"""What stages and views cost, and what they cost those who have none."""
from bench_processes import MIB
from bench_result import Result

BATCH = 65536
PLAIN = "without"


def figures(report):
    return {"MB_per_s": report["mb_per_s"],
            "records_per_s": report["records_per_s"],
            "CPU s_per_GB": report["broker_cpu_s_per_gb"],
            "p99 ms": report["latency_ms"]["p99"]}


class StagedProduce:
    """One broker, topics in turn: without a stage, with one that does
    nothing."""
    variants = {PLAIN: [], "pass": ["troupe.stages=pass"]}

    def __init__(self, name, title, settings, load, least=None):
        self.name, self.title, self.settings = name, title, settings
        self.load, self.least = load, least

    def measure(self, bench):
        result = Result(self)
        broker = bench.start_broker(self.name)
        for turn in range(bench.repeat):
            for variant, configs in self.variants.items():
                options = []
                for config in ["file.delete.delay.ms=0"] + configs:
                    options += ["--topic-config", config]
                result.add(variant, **figures(bench.client(
                    "produce", broker, *self.load, *options, "--topic",
                    "%s-%d" % (variant, turn), "--delete-topic",
                    seconds=bench.seconds)))
        for variant in list(self.variants)[1:]:
            result.check("%s: MB/s of a topic without" % self.title,
                         result.ratio("MB/s", variant, PLAIN),
                         least=self.least)
        return result


class ViewedFetch:
    name = "views"
    title = "fetch, 1 MiB, 1 connection"
    settings = ("topics with 256 MiB in one partition and in the page cache, "
                "batches of 64 KiB: one without anything, one whose producers "
                "met the stage pass, one with the view pass")
    variants = {PLAIN: [],
                "staged": ["troupe.stages=pass"],
                "viewed": ["troupe.views=pass"]}

    def measure(self, bench):
        result = Result(self)
        broker = bench.start_broker(self.name)
        for variant, configs in self.variants.items():
            options = []
            for config in configs:
                options += ["--topic-config", config]
            bench.client("produce", broker, "--topic", variant, *options,
                         "--batch-bytes", BATCH, "--bytes",
                         bench.scaled(256, 8) * MIB, "--pipeline", 8,
                         "--partitions", 1)
        for _ in range(bench.repeat):
            for variant in self.variants:
                result.add(variant, **figures(bench.client(
                    "fetch", broker, "--topic", variant, "--fetch-bytes", MIB,
                    seconds=bench.seconds)))
        result.check(self.title + ", behind a stage: MB/s of a topic without",
                     result.ratio("MB/s", "staged", PLAIN), least=0.95)
        result.check(self.title + ", through a view: MB/s of a topic without",
                     result.ratio("MB/s", "viewed", PLAIN))
        return result


STAGE_ROWS = [
    StagedProduce(
        "stage_1m", "produce through a stage that does nothing, 1 MiB batches",
        "4 partitions, acks=1, 4 connections with 4 requests in flight each, "
        "records of 1,000 bytes; one thread of stages for the topic",
        ["--partitions", 4, "--connections", 4, "--pipeline", 4,
         "--batch-bytes", MIB, "--record-bytes", 1000], least=0.9),
    StagedProduce(
        "stage_records",
        "produce through a stage that does nothing, 100-byte records",
        "one partition, acks=1, 1 connection, 32 batches of 16 KiB in flight: "
        "some 150 records per batch are decoded",
        ["--partitions", 1, "--pipeline", 32], least=0.9),
    ViewedFetch(),
]
