# SPDX-License-Identifier: Apache-2.0
"""Starts the gateway of examples/gateway, and speaks to it by hand."""
import base64
import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import struct

import broker

GATEWAY = os.path.join(os.path.dirname(broker.TROUPE), "troupe_gateway")
READY = re.compile(r"gateway ready on (\S+), kafka on (\S+)\n")
JSON = "application/json"
BINARY = "application/octet-stream"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SECONDS = 20


class Gateway(broker.Broker):
    """`address` is for Kafka's clients, `http` for others."""

    http = None

    def command(self):
        out = [GATEWAY, "--listen", "127.0.0.1:0",
               "--kafka-listen", f"127.0.0.1:{self.port}"]
        for name in self.data_dirs:
            out += ["--data-dir", name]
        return out + self.options

    def await_ready(self, seconds):
        line = self.read_line(seconds)
        while line and not READY.fullmatch(line):
            line = self.read_line(seconds)
        ready = READY.fullmatch(line)
        if not ready:
            raise AssertionError(f"no ready line; {self.log()}")
        self.http, self.address = ready.groups()
        return self

    def connect(self):
        """A socket to the HTTP side."""
        host, port = self.http.rsplit(":", 1)
        return socket.create_connection((host, int(port)), SECONDS)

    def ask(self, method, path, body=None, **headers):
        """One request on a connection of its own: an Answer."""
        connection = http.client.HTTPConnection(self.http, timeout=SECONDS)
        try:
            # What is refused while it is being sent has its answer, too.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, {
                    name.replace("_", "-"): value
                    for name, value in headers.items()})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def produce(self, topic, *records, **headers):
        return self.ask("POST", f"/topics/{topic}/records",
                        json.dumps({"records": records}),
                        Content_Type=JSON, **headers)

    def records(self, topic, partition=0, accept=JSON, **query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self.ask("GET", f"/topics/{topic}/partitions/{partition}"
                        f"/records?{text}", Accept=accept)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.bytes = response.read()

    @property
    def json(self):
        return json.loads(self.bytes)

    @property
    def error(self):
        return self.json["error"]


def read_answer(connection):
    """The answer to what was written to the socket by hand."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response)


def read_to_end(connection):
    """What comes until the gateway hangs up."""
    out = b""
    while part := connection.recv(1 << 16):
        out += part
    return out


def decode_binary(data):
    """(offset, timestamp, key, value, headers) of a binary page."""
    at = 0
    out = []

    def number(form):
        nonlocal at
        value, = struct.unpack_from(form, data, at)
        at += struct.calcsize(form)
        return value

    def field():
        nonlocal at
        size = number(">i")
        if size < 0:
            return None
        at += size
        return data[at - size:at]

    while at < len(data):
        offset, timestamp, key, value = \
            number(">q"), number(">q"), field(), field()
        headers = [(field(), field()) for _ in range(number(">I"))]
        out.append((offset, timestamp, key, value, headers))
    return out


class Closed(Exception):
    """The gateway closed the WebSocket; `code` is None without a frame."""

    def __init__(self, code=None, reason=b""):
        super().__init__(code, reason)
        self.code, self.reason = code, reason.decode()


class WebSocket:
    """A client of RFC 6455, as much of it as the tests need."""

    def __init__(self, gateway, path, **headers):
        self.socket = gateway.connect()
        key = base64.b64encode(os.urandom(16))
        lines = [f"GET {path} HTTP/1.1", f"Host: {gateway.http}",
                 "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + key.decode()]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())
        self.answer = self.read_head()
        if self.answer.status == 101:
            wanted = base64.b64encode(hashlib.sha1(key + GUID).digest())
            assert self.answer.headers["Sec-WebSocket-Accept"] \
                == wanted.decode()

    def read_head(self):
        """Byte by byte: frames may follow at once."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.exactly(1)
        reader, writer = socket.socketpair()
        with reader, writer:
            writer.sendall(head)
            status = int(head.split(b" ", 2)[1])
            if status != 101:
                size = int(re.search(rb"(?i)content-length: (\d+)",
                                     head).group(1))
                writer.sendall(self.exactly(size))
            writer.close()
            return read_answer(reader)

    def exactly(self, size):
        out = b""
        while len(out) < size:
            part = self.socket.recv(size - len(out))
            if not part:
                raise Closed()
            out += part
        return out

    def send_frame(self, opcode, payload, fin=True):
        mask = os.urandom(4)
        head = bytes([(0x80 if fin else 0) | opcode])
        if len(payload) < 126:
            head += bytes([0x80 | len(payload)])
        elif len(payload) < 1 << 16:
            head += b"\xfe" + struct.pack(">H", len(payload))
        else:
            head += b"\xff" + struct.pack(">Q", len(payload))
        whole = (mask * (len(payload) // 4 + 1))[:len(payload)]
        masked = (int.from_bytes(payload, "big")
                  ^ int.from_bytes(whole, "big")).to_bytes(len(payload), "big")
        self.socket.sendall(head + mask + masked)

    def send(self, message):
        self.send_frame(1, json.dumps(message).encode())

    def receive_frame(self):
        """(opcode, payload) of a message, which may come in fragments; pings
        are answered on the way."""
        message, kind = b"", None
        while True:
            first, second = self.exactly(2)
            size = second & 0x7f
            if size == 126:
                size, = struct.unpack(">H", self.exactly(2))
            elif size == 127:
                size, = struct.unpack(">Q", self.exactly(8))
            payload = self.exactly(size)
            opcode = first & 0x0f
            if opcode == 8:
                code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                raise Closed(code, payload[2:])
            if opcode == 9:
                self.send_frame(10, payload)
            if opcode > 2:
                continue
            message += payload
            kind = opcode or kind
            if first & 0x80:
                return kind, message

    def receive(self):
        opcode, payload = self.receive_frame()
        assert opcode == 1, opcode
        return json.loads(payload)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
