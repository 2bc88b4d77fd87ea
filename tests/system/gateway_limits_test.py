# SPDX-License-Identifier: Apache-2.0
"""What the gateway in examples/gateway does not take, and web pages."""
import json
import os
import threading
import unittest

import broker
import gateway

if not os.access(gateway.GATEWAY, os.X_OK):
    raise unittest.SkipTest(f"{gateway.GATEWAY} is not there")


class GatewayTest(broker.BrokerTest):
    def make_broker(self, *options, **named):
        made = gateway.Gateway(self.directory, "--topic", "t", *options,
                               **named)
        self.brokers.append(made)
        return made

    def raw(self, running, data):
        """The answer to bytes that are no request of a library."""
        with running.connect() as connection:
            connection.sendall(data)
            return gateway.read_answer(connection)

    def expect_served(self, running):
        self.assertTrue(running.alive(), "the gateway died")
        self.assertEqual(running.produce("t", {"value": "a"}).status, 200)


class Limits(GatewayTest):
    def test_sizes(self):
        running = self.broker("--body-bytes-max", "10000",
                              "--header-bytes-max", "2000",
                              "--records-per-request-max", "3")
        answer = running.produce("t", {"value": "x" * 10000})
        self.assertEqual((answer.status, answer.error),
                         (413, "MESSAGE_TOO_LARGE"))
        # Without saying before how much it is.
        answer = running.ask("POST", "/topics/t/records",
                             iter([b"[" * 4000] * 100),
                             Content_Type=gateway.JSON)
        self.assertEqual(answer.status, 413)
        answer = running.ask("GET", "/topics/t/partitions/0/records",
                             X="y" * 5000)
        self.assertEqual(answer.status, 431)
        answer = running.ask("GET", "/topics/" + "t" * 5000)
        self.assertEqual(answer.status, 431)
        self.assertEqual(running.produce("t", {}, {}, {}).status, 200)
        self.assertEqual(running.produce("t", {}, {}, {}, {}).status, 413)
        # Who announces too much is told before it is sent.
        answer = self.raw(running, b"POST /topics/t/records HTTP/1.1\r\n"
                          b"Content-Type: application/json\r\n"
                          b"Content-Length: 99999999999999\r\n\r\n")
        self.assertEqual(answer.status, 413)
        self.expect_served(running)

    def test_bytes_that_are_no_http(self):
        running = self.broker()
        for data in (b"\0" * 100, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
                     b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET / HTTP/1.1\r\nBroken\r\n\r\n",
                     b"POST /topics/t/records HTTP/1.1\r\n"
                     b"Content-Length: -1\r\n\r\n",
                     b"POST /topics/t/records HTTP/1.1\r\nContent-Length: 1\r\n"
                     b"Content-Length: 2\r\n\r\n",
                     b"POST /topics/t/records HTTP/1.1\r\n"
                     b"Content-Type: application/json\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
            answer = self.raw(running, data)
            self.assertEqual(answer.status, 400, data)
            self.assertEqual(answer.error, "INVALID_REQUEST")
        self.expect_served(running)

    def test_bodies_that_are_no_records(self):
        running = self.broker()
        nested = b'{"records":' + b"[" * 100000 + b"]" * 100000 + b"}"
        for status, body in (
                (413, nested), (413, b"[" * 500000),
                (413, b"[" + b"0," * 400000 + b"0]"),
                (400, b'{"records":[{"timestamp":' + b"9" * 10000 + b"}]}"),
                (400, b'{"records":[{"partition":1e400}]}'),
                (400, b'{"records":[{"value":"\xff\xfe"}]}'),
                (400, b"\xef\xbb\xbf" + b"null"), (400, b""),
                (400, b'{"records":[{"value":"a"}]')):
            answer = running.ask("POST", "/topics/t/records", body,
                                 Content_Type=gateway.JSON)
            self.assertEqual(answer.status, status, body[:100])
        self.expect_served(running)

    def test_credit_of_the_producer(self):
        running = self.broker("--bytes-in-flight-max", "2000")
        answer = running.produce("t", *({"value": "x" * 500}
                                        for _ in range(20)))
        self.assertEqual(answer.status, 429)
        self.assertEqual(answer.headers["Retry-After"], "1")
        told = answer.json["offsets"]
        self.assertEqual(len(told), 20)
        taken = [x["offset"] for x in told if "offset" in x]
        self.assertEqual(taken, list(range(len(taken))))
        self.assertEqual({x["error"] for x in told if "error" in x},
                         {"THROTTLING_QUOTA_EXCEEDED"})
        self.expect_served(running)

    def test_too_many_connections(self):
        running = self.broker("--connections-max", "3")
        open_ones = [running.connect() for _ in range(3)]
        for connection in open_ones:
            self.addCleanup(connection.close)
        # The kernel hands them over in order: those three were first.
        with running.connect() as fourth:
            self.assertIn(b"503 Service Unavailable",
                          gateway.read_to_end(fourth))
        for connection in open_ones:
            connection.close()
        broker.wait_until(lambda: self.answers(running), 10,
                          "room for another connection")
        self.expect_served(running)

    def answers(self, running):
        try:
            return running.records("t").status == 200
        except OSError:
            return False

    def test_those_who_dawdle(self):
        running = self.broker("--request-timeout-ms", "300",
                              "--idle-timeout-ms", "300")
        for begin in (b"", b"GET /topics", b"POST /topics/t/records HTTP/1.1"
                      b"\r\nContent-Type: application/json\r\n"
                      b"Content-Length: 100\r\n\r\n{"):
            with running.connect() as connection:
                connection.sendall(begin)
                self.assertEqual(gateway.read_to_end(connection), b"")
        self.drip(running)
        self.expect_served(running)

    def drip(self, running):
        """One byte now and then: the deadline is the whole request's."""
        with running.connect() as connection:
            never = threading.Event()
            connection.sendall(b"GET /")
            for _ in range(200):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
                never.wait(0.05)
        self.fail("a request of one byte now and then has no end")

    def test_a_client_that_went_away_frees_its_place(self):
        running = self.broker("--connections-max", "1")
        with running.connect() as connection:
            connection.sendall(b"GET /topics/t/partitions/0/records?wait_ms="
                               b"30000 HTTP/1.1\r\nContent-Length: 1\r\n"
                               b"Expect: 100-continue\r\n\r\n")
            self.assertIn(b"100 Continue", connection.recv(100))
            connection.sendall(b"x")
        broker.wait_until(lambda: self.answers(running), 10,
                          "room for another connection")


class WebPages(GatewayTest):
    origin = "https://app.example"

    def ask(self, running, method, origin, **headers):
        return running.ask(method, "/topics/t/records",
                           json.dumps({"records": [{"value": "a"}]})
                           if method == "POST" else None,
                           Origin=origin, **headers)

    def test_they_are_refused_unless_told_otherwise(self):
        running = self.broker()
        for method in ("POST", "OPTIONS"):
            answer = self.ask(running, method, self.origin,
                              Content_Type=gateway.JSON)
            self.assertEqual(answer.status, 403)
            self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])
        self.assertEqual(running.records("t").json["records"], [])
        answer = self.ask(running, "POST", "http://" + running.http,
                          Content_Type=gateway.JSON)
        self.assertEqual(answer.status, 200)
        self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])

    def test_those_that_are_allowed(self):
        running = self.broker("--allow-origin", self.origin,
                              "--allow-origin", "https://second.example")
        answer = self.ask(running, "OPTIONS", self.origin,
                          Access_Control_Request_Method="POST")
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"],
                         self.origin)
        self.assertIn("Content-Type",
                      answer.headers["Access-Control-Allow-Headers"])
        answer = self.ask(running, "POST", self.origin,
                          Content_Type=gateway.JSON)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"],
                         self.origin)
        # Refusals have to be readable, too.
        answer = self.ask(running, "POST", self.origin)
        self.assertEqual(answer.status, 415)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"],
                         self.origin)
        self.assertEqual(self.ask(running, "POST", "https://evil.example",
                                  Content_Type=gateway.JSON).status, 403)
