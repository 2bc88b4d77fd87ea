# SPDX-License-Identifier: Apache-2.0
"""docs/compatibility.md: the APIs that the command prints and a broker tells,
and the clients that the tests ran."""
import os
import re
import shutil
import subprocess
import unittest

import broker
import wire

DOCUMENT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "docs/compatibility.md")
API_ROW = re.compile(r"^\| \w+ +\| (\d+) +\| (\d+)-(\d+) +\| (\d+)-(\d+) ",
                     re.M)
CLIENT_ROW = re.compile(r"^\| [^|]+ \| ([\d.]+) \| ([\w-]+) \|", re.M)


def document():
    with open(DOCUMENT, encoding="utf-8") as file:
        return file.read()


def printed():
    return subprocess.run([broker.TROUPE, "apis"], check=True, timeout=20,
                          capture_output=True, text=True).stdout


def release():
    """Debian's number of this machine."""
    with open("/etc/os-release", encoding="utf-8") as file:
        found = re.search(r'^VERSION_ID="?(\d+)', file.read(), re.M)
    return found and found.group(1)


class Apis(broker.SharedBrokerTest):
    def test_the_document_has_what_is_printed(self):
        self.assertGreater(len(API_ROW.findall(printed())), 30)
        self.assertIn("\n\n" + printed() + "\n", document())

    def test_a_broker_tells_what_is_printed(self):
        with wire.Connection(self.address) as connection:
            told = connection.call("api_versions", 0, {})["api_keys"]
        rows = [[int(x) for x in row] for row in API_ROW.findall(printed())]
        self.assertEqual(
            {key: (first, last) for key, first, last, _, _ in rows},
            {x["api_key"]: (x["min_version"], x["max_version"])
             for x in told})
        for _, first, last, first_answered, last_answered in rows:
            self.assertLessEqual(first, first_answered)
            self.assertEqual(last, last_answered)


class Clients(unittest.TestCase):
    @unittest.skipUnless(shutil.which("dpkg-query") and release() == "12",
                         "the document tells of Debian 12")
    def test_the_document_has_the_versions_that_run_here(self):
        rows = CLIENT_ROW.findall(document())
        self.assertEqual(len(rows), 4)
        for version, package in rows:
            installed = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", package],
                check=True, timeout=20, capture_output=True, text=True).stdout
            self.assertTrue(installed.startswith(version + "-"),
                            f"{package} {installed}")
