# SPDX-License-Identifier: Apache-2.0
"""troupe plan: its options, reports of a bench, and what the docs show."""
import json
import os
import re
import shlex
import subprocess

import broker

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TWENTY = ("--brokers", "20", "--messages-per-second", "500000",
          "--replication-factor", "3")


class Plan(broker.BrokerTest):
    def run_plan(self, *options):
        return subprocess.run([broker.TROUPE, "plan", *options], timeout=20,
                              capture_output=True, text=True)

    def planned(self, *options):
        run = self.run_plan(*options, "--json", "-")
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def refused(self, option, *options):
        run = self.run_plan(*options)
        self.assertGreater(run.returncode, 0)
        self.assertIn(option, run.stderr)
        self.assertEqual(run.stdout, "")

    def report(self, name, **fields):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(fields, file)
        return path

    def test_the_docs_show_what_is_printed(self):
        path = os.path.join(ROOT, "docs/capacity.md")
        with open(path, encoding="utf-8") as file:
            blocks = re.findall(r"^```\n(.*?)^```", file.read(), re.M | re.S)
        command = shlex.split(blocks[0])
        self.assertEqual(command[:2], ["troupe", "plan"])
        run = self.run_plan(*command[2:])
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout, blocks[1])
        self.assertIn(" 864,000,000,000 ", run.stdout)

    def test_json_goes_where_it_is_told(self):
        path = os.path.join(self.directory, "plan.json")
        run = self.run_plan(*TWENTY, "--json", path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("864,000,000,000", run.stdout)
        with open(path, encoding="utf-8") as file:
            written = json.load(file)
        self.assertEqual(written["cluster"]["reads_per_s"], 30_000_000)
        self.assertEqual(written, self.planned(*TWENTY))
        bare = self.run_plan(*TWENTY, "--json")
        self.assertEqual(json.loads(bare.stdout), written)
        run = self.run_plan(*TWENTY, "--json", path + "/below-a-file")
        self.assertEqual(run.returncode, 1)
        self.assertIn("--json", run.stderr)

    def test_options_win_over_reports(self):
        produce = self.report("produce.json", mode="produce",
                              records_per_s=3000.5, bytes=1000, records=10)
        fetch = self.report("fetch.json", mode="fetch", records_per_s=9000,
                            bytes=1000, records=10)
        both = ("--brokers", "3", "--bench", fetch, "--bench", produce)
        asked = self.planned(*both)["asked"]
        self.assertEqual(
            [asked[name] for name in ("messages_per_second",
                                      "reads_per_second", "record_bytes")],
            [3000, 9000, 100])
        asked = self.planned(*both, "--bench-brokers", "3")["asked"]
        self.assertEqual(asked["messages_per_second"], 1000)
        self.assertEqual(asked["reads_per_second"], 3000)
        asked = self.planned(*both, "--messages-per-second", "7",
                             "--reads-per-second", "8",
                             "--record-bytes", "9")["asked"]
        self.assertEqual(
            [asked[name] for name in ("messages_per_second",
                                      "reads_per_second", "record_bytes")],
            [7, 8, 9])

    def test_a_bench_of_a_broker_is_a_report(self):
        server = self.broker()
        path = os.path.join(self.directory, "bench.json")
        subprocess.run(
            [broker.TROUPE, "bench", "produce", "--bootstrap", server.address,
             "--records", "1000", "--quiet", "--json", path],
            check=True, timeout=40, stdout=subprocess.DEVNULL)
        with open(path, encoding="utf-8") as file:
            seen = json.load(file)
        asked = self.planned("--brokers", "2", "--bench", path)["asked"]
        self.assertEqual(asked["messages_per_second"],
                         int(seen["records_per_s"]))
        self.assertGreater(asked["record_bytes"],
                           seen["settings"]["record_bytes"])

    def test_mistakes_name_their_option(self):
        one = ("--brokers", "1", "--messages-per-second", "1")
        self.refused("--brokers", "--messages-per-second", "1")
        self.refused("--messages-per-second", "--brokers", "1")
        negative = [(option, "-1") for option in (
            "--brokers", "--messages-per-second", "--reads-per-second",
            "--replication-factor", "--record-bytes", "--retention-hours",
            "--free-percent", "--hit-rate", "--read-lag", "--bench-brokers")]
        absurd = [(option, value)
                  for option in ("--bench-brokers", "--hit-rate")
                  for value in ("99999999999999999999", "1e400", "many", "")]
        for option, value in negative + absurd:
            with self.subTest(option=option, value=value):
                given = [f"{name}={number}" for name, number in
                         zip(one[::2], one[1::2]) if name != option]
                self.refused(option, *given, f"{option}={value}")
        self.refused("--no-such-option", *one, "--no-such-option")

    def test_a_report_that_cannot_be_read_is_named(self):
        one = ("--brokers", "1", "--messages-per-second", "1", "--bench")
        large = os.path.join(self.directory, "large.json")
        with open(large, "w", encoding="utf-8") as file:
            file.truncate((1 << 20) + 1)
        missing = os.path.join(self.directory, "missing.json")
        for path in (missing, self.directory, large,
                     self.report("other.json", mode="e2e")):
            with self.subTest(path):
                self.refused("--bench", *one, path)
                self.refused(path, *one, path)
