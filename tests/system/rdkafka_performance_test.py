# SPDX-License-Identifier: Apache-2.0
"""librdkafka's own rdkafka_performance. Debian ships its source as an example,
not the program; the few things it takes from librdkafka's private headers are
supplied here."""
import gzip
import os
import re
import shutil
import subprocess
import unittest

import broker

EXAMPLE = "/usr/share/doc/librdkafka-dev/examples/rdkafka_performance.c"
RD_H = """
#pragma once
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#define rd_snprintf snprintf
#define RD_MAX(a, b) ((a) > (b) ? (a) : (b))
#define RD_MIN(a, b) ((a) < (b) ? (a) : (b))
#define RD_UNUSED __attribute__((unused))
#define RD_NORETURN __attribute__((noreturn))
"""
RDTIME_H = """
#pragma once
typedef int64_t rd_ts_t;
static inline rd_ts_t rd_clock(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return ts.tv_sec * (rd_ts_t)1000000 + ts.tv_nsec / 1000;
}
"""


def build(directory):
    """Compiles the example; skips the tests where it is not installed."""
    if not shutil.which("gcc"):
        raise unittest.SkipTest("no C compiler")
    if os.path.exists(EXAMPLE):
        with open(EXAMPLE, "rb") as file:
            source = file.read()
    elif os.path.exists(EXAMPLE + ".gz"):
        with gzip.open(EXAMPLE + ".gz") as file:
            source = file.read()
    else:
        raise unittest.SkipTest(
            f"{EXAMPLE} is not installed (documentation is excluded here)")
    folder = os.path.join(directory, "src")
    os.makedirs(folder)
    for name, text in (("rd.h", RD_H.encode()), ("rdtime.h", RDTIME_H.encode()),
                       ("performance.c", source)):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(text)
    program = os.path.join(directory, "rdkafka_performance")
    compiled = subprocess.run(
        ["gcc", "-O1", "-w", "-D_GNU_SOURCE", "-I/usr/include/librdkafka",
         "-I" + folder, os.path.join(folder, "performance.c"), "-o", program,
         "-lrdkafka", "-lz", "-lpthread", "-lrt"],
        capture_output=True, text=True, timeout=60)
    if compiled.returncode:
        raise unittest.SkipTest("this release's example needs more of "
                                "librdkafka's private headers: "
                                + compiled.stderr[:300])
    return program


class RdkafkaPerformance(broker.SharedBrokerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = build(cls.directory)

    def perf(self, *arguments):
        run = subprocess.run(
            [self.program, "-b", self.address, "-t", self.topic, *arguments],
            capture_output=True, text=True, timeout=50)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout + run.stderr

    def test_produces_and_consumes(self):
        count = 200000
        out = self.perf("-P", "-p", "0", "-s", "100", "-c", str(count),
                        "-a", "1", "-q", "-u")
        self.assertNotIn("failed delivery", out)
        out = self.perf("-C", "-p", "0", "-o", "beginning", "-c", str(count),
                        "-q")
        consumed = re.findall(r"(\d+) messages \((\d+) bytes\)", out)
        self.assertTrue(consumed, out)
        self.assertEqual(int(consumed[-1][0]), count)
        self.assertEqual(int(consumed[-1][1]), 100 * count)

    def test_compresses_and_waits_for_all(self):
        out = self.perf("-P", "-p", "0", "-s", "100", "-c", "50000", "-a",
                        "-1", "-z", "snappy", "-q", "-u")
        self.assertNotIn("failed delivery", out)
        out = self.perf("-C", "-p", "0", "-o", "beginning", "-c", "50000",
                        "-q")
        self.assertIn("50000 messages", out)
