# SPDX-License-Identifier: Apache-2.0
"""The README's commands, run as they stand there: its ports are free in a
network of our own, and its paths lie in a directory of the test."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import broker
import network

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)

# Which test tries the commands below each heading, block by block; what is
# tried elsewhere names the file.
TRIED = {
    "Quick start": ["test_the_quick_start", "test_the_quick_start"],
    "Running it": ["test_running_it"],
    "Three nodes": ["test_three_nodes"],
}


def commands():
    """Heading -> its blocks of commands; C++ is not ours to run."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    found = {}
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        blocks = [body for language, body in BLOCK.findall(section)
                  if language != "cpp"]
        if blocks:
            found[section.split("\n", 1)[0]] = blocks
    return found


def setUpModule():
    network.enter_namespaces()


class Readme(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="troupe-readme-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        # As in a clone that was built.
        os.makedirs(os.path.join(self.directory, "build/release/bin"))
        os.symlink(os.path.abspath(broker.TROUPE), os.path.join(
            self.directory, "build/release/bin/troupe"))
        self.log_path = os.path.join(self.directory, "output.log")
        self.commands = commands()

    def logs(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def run_line(self, line):
        done = subprocess.run(["bash", "-c", line], cwd=self.directory,
                              env=broker.environment(), timeout=30, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stderr}")
        return done.stdout

    @contextlib.contextmanager
    def running(self, script, nodes=1, path=os.environ["PATH"]):
        """Brokers that the script starts, until the end of the block."""
        with open(self.log_path, "wb") as log:
            process = subprocess.Popen(
                ["bash", "-c", script + "\nwait"], cwd=self.directory,
                env=broker.environment({"PATH": path}), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            broker.wait_until(
                lambda: self.logs().count(broker.READY) == nodes, 30,
                lambda: "brokers that are ready\n" + self.logs())
            yield
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def test_every_command_is_tried(self):
        self.assertEqual(
            {heading: len(blocks) for heading, blocks in self.commands.items()},
            {heading: len(tests) for heading, tests in TRIED.items()})
        for test in sum(TRIED.values(), []):
            self.assertTrue(hasattr(self, test)
                            or os.path.isfile(os.path.join(ROOT, test)), test)

    def test_the_quick_start(self):
        scripts, client = self.commands["Quick start"]
        # The second one runs this test.
        start, tests = scripts.split()
        self.assertEqual(tests, "scripts/test")
        shutil.copytree(os.path.join(ROOT, "scripts"),
                        os.path.join(self.directory, "scripts"))
        # It is built already; where the clone's data may be is not ours.
        built = os.path.join(self.directory, "cmake")
        with open(built, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n")
        os.chmod(built, 0o755)
        produce, consume, listing, query = client.splitlines()
        with self.running(start, path=self.directory + os.pathsep
                          + os.environ["PATH"]):
            self.run_line(produce)
            self.assertEqual(self.run_line(consume), "hello\n")
            self.assertIn('topic "greetings" with 1 partitions',
                          self.run_line(listing))
            self.assertIn("greetings [0] offset 1", self.run_line(query))
        self.assertTrue(os.path.isdir(os.path.join(self.directory, "data")))

    def test_running_it(self):
        script, = self.commands["Running it"]
        with open(os.path.join(self.directory, "broker.properties"), "w",
                  encoding="utf-8") as file:
            file.write("log.retention.ms=3600000\n")
        # Ours alone: this process has its own view of what is mounted.
        network.run("mount", "-t", "tmpfs", "tmpfs", "/srv")
        self.addCleanup(network.run, "umount", "-l", "/srv")
        with self.running(script):
            listing = self.run_line("kcat -b 127.0.0.1:9092 -L")
            self.assertIn("at broker.example:9092", listing)
            self.assertTrue(os.listdir("/srv/a") and os.listdir("/srv/b"))

    def test_three_nodes(self):
        lines = self.commands["Three nodes"][0].splitlines()
        *nodes, listing = lines
        with self.running("\n".join(nodes), nodes=3):
            broker.wait_until(
                lambda: "3 brokers:" in self.run_line(listing), 20,
                "three brokers in the list")
