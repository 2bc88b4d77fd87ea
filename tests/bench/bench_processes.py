# SPDX-License-Identifier: Apache-2.0
"""Starts and ends what is measured; every wait has a deadline."""
import json
import os
import platform
import re
import select
import signal
import subprocess
import time

MIB = 1 << 20


class BenchError(Exception):
    pass


def settled(sample, interval_s=0.1, timeout_s=5):
    """Returns when a figure stays what it is, or is not going to."""
    deadline = time.monotonic() + timeout_s
    before = sample()
    while time.monotonic() < deadline:
        select.select([], [], [], interval_s)
        now = sample()
        if now == before:
            return
        before = now


def await_true(what, condition, interval_s=0.1, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError("%s: not within %d s" % (what, timeout_s))
        select.select([], [], [], interval_s)


class Server:
    """A process that tells HOST:PORT in its first line once it is ready."""

    def __init__(self, name, command, directory, timeout_s=60):
        self.name = name
        self.log_path = os.path.join(directory, name + ".stderr")
        begin = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.log_begin = log.tell()
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log,
                stdin=subprocess.DEVNULL)
        self.pid = self.process.pid
        self.ready_line = self._read_line(begin + timeout_s)
        self.start_s = time.monotonic() - begin
        found = re.search(r"ready on (\S+:\d+)", self.ready_line)
        if not found:
            self.stop()
            raise BenchError("%s did not become ready: %r; %s" % (
                name, self.ready_line, self.stderr()[-500:]))
        self.address = found.group(1)

    def _read_line(self, deadline):
        line = b""
        stdout = self.process.stdout
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                break
            more = os.read(stdout.fileno(), 4096)
            if not more:
                break
            line += more
        return line.decode(errors="replace")

    def stderr(self):
        with open(self.log_path, "rb") as log:
            log.seek(self.log_begin)
            return log.read().decode(errors="replace")

    def status_kib(self, field):
        with open("/proc/%d/status" % self.pid, encoding="ascii") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise BenchError("no %s in the status of %s" % (field, self.name))

    def cpu_s(self):
        with open("/proc/%d/stat" % self.pid, encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, timeout_s=20):
        """SIGTERM, and SIGKILL for who does not go."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
                raise BenchError("%s did not stop on SIGTERM" % self.name)
            finally:
                self.process.stdout.close()
        return self.process.returncode


    def kill(self):
        """SIGKILL, as a crash."""
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()


class Bench:
    """What the rows share: programs, a directory, running servers."""

    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.repeat = options.repeat
        self.seconds = options.seconds
        self.smoke = options.smoke
        self.broker_binary = (options.troupe or
                              os.path.join(options.build, "bin/troupe"))
        self.client_binary = options.client or self.broker_binary
        self.limits_binary = os.path.join(options.build, "bin/bench_limits")
        self.servers = []
        for path in (self.broker_binary, self.client_binary,
                     self.limits_binary):
            if not os.access(path, os.X_OK):
                raise SystemExit("%s is missing: build the release preset "
                                 "first" % path)

    def scaled(self, full, smoke):
        return smoke if self.smoke else full

    def path(self, name):
        path = os.path.join(self.directory, name)
        os.makedirs(path, exist_ok=True)
        return path

    def start_broker(self, data, settings=(), timeout_s=60):
        command = [self.broker_binary, "serve", "--listen", "127.0.0.1:0",
                   "--data-dir", os.path.join(self.path("data"), data)]
        for setting in list(settings) + self.options.settings:
            command += ["--set", setting]
        return self._keep(Server("troupe", command, self.directory, timeout_s))

    def start_limits(self, mode, path):
        return self._keep(Server(mode, [self.limits_binary, mode, path],
                                 self.directory))

    def _keep(self, server):
        self.servers.append(server)
        return server

    def stop(self, server):
        if server in self.servers:
            self.servers.remove(server)
        return server.stop()

    def kill(self, server):
        self.servers.remove(server)
        server.kill()

    def stop_all(self):
        for server in list(reversed(self.servers)):
            try:
                self.stop(server)
            except BenchError:
                pass

    def client(self, mode, server, *arguments, seconds=None):
        """Runs `troupe bench` to its end and returns its report."""
        client = self.start_client(mode, server, *arguments, seconds=seconds)
        return self.finish_client(client)

    def start_client(self, mode, server, *arguments, seconds=None):
        command = [self.client_binary, "bench", mode, "--bootstrap",
                   server.address, "--pid", str(server.pid), "--json", "-",
                   "--quiet"]
        command += [str(x) for x in arguments]
        if seconds is not None:
            command += ["--duration", str(seconds),
                        "--warmup", str(min(seconds / 4, 0.5))]
        return subprocess.Popen(command, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, text=True)

    def finish_client(self, client, timeout_s=300):
        try:
            output, error = client.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            client.kill()
            client.communicate()
            raise BenchError("the load generator did not end: %s" %
                             " ".join(client.args))
        if client.returncode != 0:
            raise BenchError("%s: %s" % (" ".join(client.args[1:4]),
                                         error.strip()))
        return json.loads(output)

    def machine(self):
        cpu = "unknown CPU"
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    cpu = line.partition(":")[2].strip()
        with open("/proc/meminfo", encoding="ascii") as file:
            memory_gib = int(file.readline().split()[1]) / (1 << 20)
        return ("%d cores (%s), %.0f GiB, Linux %s; client and servers share "
                "the cores, nothing is pinned" % (
                    os.cpu_count(), cpu, memory_gib, platform.release()))
