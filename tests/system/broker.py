# SPDX-License-Identifier: Apache-2.0
"""Starts a broker of our own for a test and ends it again."""
import itertools
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

TROUPE = os.environ.get("TROUPE", os.path.join(
    os.path.dirname(os.path.abspath(__file__)),
    "../../build/release/bin/troupe"))
READY = "troupe ready on "


def wait_until(condition, seconds=10, what="condition"):
    """The first true answer of `condition`; fails after `seconds` and says
    `what` was waited for: a text, or a function that has one."""
    deadline = time.monotonic() + seconds
    never = threading.Event()
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise AssertionError(f"{text}: not within {seconds} s")
        never.wait(0.01)


PORTS = range(20000, 32000)
# Each process of the tests begins elsewhere, and takes no port twice: between
# this look at a port and its broker's start nobody else should choose it.
next_port = itertools.count(os.getpid() * 101)


def free_port():
    """A port below the range that the kernel takes for outgoing sockets, so
    that it stays free while a broker is down."""
    for _ in range(100):
        port = PORTS[next(next_port) % len(PORTS)]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port")


def environment(more=None):
    """Ours without what would configure a broker, and with `more`."""
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith("TROUPE_")}
    return dict(kept, **(more or {}))


class Broker:
    def __init__(self, directory, *options, port=0, data_dirs=("data",),
                 env=None):
        self.directory = directory
        self.data_dirs = [os.path.join(directory, name) for name in data_dirs]
        self.port = port
        self.options = list(options)
        self.env = environment(env)
        self.process = None
        self.address = None
        self.log_path = os.path.join(directory, "stderr.log")

    def command(self):
        out = [TROUPE, "serve", "--listen", f"127.0.0.1:{self.port}"]
        for name in self.data_dirs:
            out += ["--data-dir", name]
        return out + self.options

    def spawn(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, env=self.env,
                stdout=subprocess.PIPE, stderr=log, cwd=self.directory)

    def start(self, seconds=20):
        self.spawn()
        return self.await_ready(seconds)

    def await_ready(self, seconds):
        line = self.read_line(seconds)
        if not line.startswith(READY):
            raise AssertionError(
                f"no ready line but {line!r}; {self.log()[-2000:]}")
        self.address = line[len(READY):].strip()
        return self

    def read_line(self, seconds):
        deadline = time.monotonic() + seconds
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(left, 0))
            if not ready:
                raise AssertionError(f"no ready line in {seconds} s: "
                                     f"{self.log()[-2000:]}")
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                break
            line += byte
        return line.decode()

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8",
                      errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=20):
        code = self.process.wait(seconds)
        self.process.stdout.close()
        return code

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait()

    def end(self):
        if self.alive():
            self.process.kill()
            self.wait()
        if self.process and not self.process.stdout.closed:
            self.process.stdout.close()


class BrokerTest(unittest.TestCase):
    """A test with a directory of its own; `broker(...)` starts brokers that
    end with it. Shows the brokers' logs when the test fails."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="troupe-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.brokers = []
        self.addCleanup(self.end_brokers)

    def end_brokers(self):
        for broker in self.brokers:
            broker.end()

    def make_broker(self, *options, **named):
        broker = Broker(self.directory, *options, **named)
        self.brokers.append(broker)
        return broker

    def broker(self, *options, **named):
        return self.make_broker(*options, **named).start()

    def logs(self):
        logs = {broker.log_path: broker.log() for broker in self.brokers}
        return "\n".join(text[-4000:] for text in logs.values())


class SharedBrokerTest(unittest.TestCase):
    """Tests of one class that share a broker; each uses its own topics."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="troupe-test-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.broker = Broker(cls.directory, *cls.options)
        cls.addClassCleanup(cls.broker.end)
        cls.broker.start()
        cls.address = cls.broker.address

    def setUp(self):
        self.topic = self.id().rsplit(".", 1)[1].replace("_", "-")[:100]

    def tearDown(self):
        self.assertTrue(self.broker.alive(), "the broker died")

    def logs(self):
        return self.broker.log()[-4000:]
