# SPDX-License-Identifier: Apache-2.0
"""Asks for committed offsets as a client does that was just started."""
import socket
import struct
import time

from bench_processes import BenchError

OFFSET_FETCH, VERSION = 9, 5
# Coordinator loading, not available, not this one: clients ask again.
NOT_READY = (14, 15, 16)
PAUSE_S = 0.002


def text(x):
    data = x.encode()
    return struct.pack(">h", len(data)) + data


def receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise BenchError("the broker closed the connection")
        data += more
    return data


def count_offsets(answer):
    """Number of partitions with an offset, and the error of the group."""
    at = 8

    def take(form):
        nonlocal at
        value = struct.unpack_from(">" + form, answer, at)[0]
        at += struct.calcsize(">" + form)
        return value

    def skip_text():
        nonlocal at
        length = take("h")
        at += max(length, 0)

    found = 0
    for _ in range(take("i")):
        skip_text()
        for _ in range(take("i")):
            take("i")
            found += take("q") >= 0
            take("i")
            skip_text()
            if take("h") != 0:
                raise BenchError("an offset was answered with an error")
    return found, take("h")


class OffsetReader:
    """One connection; a request at a time."""

    def __init__(self, address, timeout_s=60):
        host, _, port = address.rpartition(":")
        self.deadline = time.monotonic() + timeout_s
        self.connection = socket.create_connection((host, int(port)),
                                                   timeout_s)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, group):
        body = (struct.pack(">hhi", OFFSET_FETCH, VERSION, 1) +
                text("bench") + text(group) + struct.pack(">i", -1))
        self.connection.sendall(struct.pack(">i", len(body)) + body)
        size = struct.unpack(">i", receive(self.connection, 4))[0]
        return count_offsets(receive(self.connection, size))

    def await_offsets(self, group, wanted):
        """Returns when the group's offsets are answered."""
        while True:
            found, error = self.ask(group)
            if error == 0 and found == wanted:
                return
            if error not in NOT_READY:
                raise BenchError("group %s has %d of %d offsets, error %d" % (
                    group, found, wanted, error))
            if time.monotonic() >= self.deadline:
                raise BenchError("group %s is not loaded" % group)
            time.sleep(PAUSE_S)
