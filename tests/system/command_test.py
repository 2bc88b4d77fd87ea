# SPDX-License-Identifier: Apache-2.0
"""The command: configuration sources, bad ones, the ready line, signals."""
import os
import signal
import subprocess

import broker
import wire


class Configuration(broker.BrokerTest):
    def refused(self, *options, env=None):
        """stderr of a start that must fail."""
        server = self.make_broker(*options, env=env)
        server.spawn()
        code = server.wait()
        self.assertGreater(code, 0)
        return server.log()

    def file(self, text):
        path = os.path.join(self.directory, "broker.properties")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def printed(self, *options, env=None):
        run = subprocess.run(
            [broker.TROUPE, "serve", "--print-config", *options],
            capture_output=True, text=True, timeout=20, cwd=self.directory,
            env=broker.environment(env))
        self.assertEqual(run.returncode, 0, run.stderr)
        return dict(line.split("=", 1) for line in run.stdout.splitlines()
                    if line and not line.startswith("#"))

    def test_unknown_keys_are_named(self):
        self.assertIn("no.such.key", self.refused("--set", "no.such.key=1"))
        path = self.file("num.partitions=2\n\nno.such.key=3\n")
        text = self.refused("--config", path)
        self.assertIn("no.such.key", text)
        self.assertIn("3", text.replace("no.such.key=3", ""), "the line")
        self.assertIn("NO_SUCH_KEY", self.refused(
            env={"TROUPE_NO_SUCH_KEY": "1"}).upper().replace(".", "_"))

    def test_bad_values_are_named(self):
        for setting in ("num.partitions=many", "num.partitions=0",
                        "log.retention.ms=", "troupe.durability=hope",
                        "auto.create.topics.enable=perhaps"):
            with self.subTest(setting):
                text = self.refused("--set", setting)
                self.assertIn(setting.split("=")[0], text)

    def test_other_mistakes_are_explained(self):
        self.assertIn("missing.properties", self.refused(
            "--config", os.path.join(self.directory, "missing.properties")))
        self.assertIn("nonsense", self.refused("--set", "nonsense"))
        self.refused("--no-such-option")

    def test_a_bad_address_is_named(self):
        for address in ("localhost", "127.0.0.1:99999", "256.1.1.1:1"):
            with self.subTest(address):
                run = subprocess.run(
                    [broker.TROUPE, "serve", "--listen", address,
                     "--data-dir", os.path.join(self.directory, "data")],
                    capture_output=True, text=True, timeout=20)
                self.assertGreater(run.returncode, 0)
                self.assertIn(address.split(":")[0], run.stderr)

    def test_every_interface_needs_an_advertised_address(self):
        for address in ("0.0.0.0:0", ":0", "*:0"):
            with self.subTest(address):
                run = subprocess.run(
                    [broker.TROUPE, "serve", "--listen", address,
                     "--data-dir", os.path.join(self.directory, "data")],
                    capture_output=True, text=True, timeout=20)
                self.assertGreater(run.returncode, 0)
                self.assertIn("advertised", run.stderr)

    def test_a_taken_port_is_named(self):
        server = self.broker()
        port = server.address.rsplit(":", 1)[1]
        run = subprocess.run(
            [broker.TROUPE, "serve", "--listen", server.address,
             "--data-dir", os.path.join(self.directory, "other")],
            capture_output=True, text=True, timeout=20)
        self.assertGreater(run.returncode, 0)
        self.assertIn(port, run.stderr)

    def test_each_source_is_read_and_the_command_line_wins(self):
        path = self.file("num.partitions=2\nlog.retention.ms = 222\n")
        self.assertEqual(self.printed()["num.partitions"], "1")
        self.assertEqual(self.printed("--config", path)["num.partitions"],
                         "2")
        env = {"TROUPE_NUM_PARTITIONS": "3"}
        self.assertEqual(self.printed(env=env)["num.partitions"], "3")
        all_three = self.printed("--config", path, "--set",
                                 "num.partitions=4", env=env)
        self.assertEqual(all_three["num.partitions"], "4")
        self.assertEqual(all_three["log.retention.ms"], "222")

    def test_what_is_printed_can_be_read_again(self):
        run = subprocess.run([broker.TROUPE, "serve", "--print-config"],
                             capture_output=True, text=True, timeout=20)
        server = self.broker("--config", self.file(run.stdout))
        with wire.Connection(server.address) as connection:
            connection.create_topic("t")

    def test_what_options_set_is_printed(self):
        printed = self.printed(
            "--listen", "127.0.0.1:9999", "--advertised", "there:1",
            "--data-dir", "/a", "--data-dir", "/b")
        self.assertEqual(printed["listeners"], "PLAINTEXT://127.0.0.1:9999")
        self.assertEqual(printed["advertised.listeners"], "PLAINTEXT://there:1")
        self.assertEqual(printed["log.dirs"], "/a,/b")
        self.assertEqual(self.printed()["listeners"],
                         "PLAINTEXT://127.0.0.1:9092")

    def test_the_advertised_address_is_what_clients_are_told(self):
        server = self.broker("--advertised", "broker.example:19092")
        with wire.Connection(server.address) as connection:
            node = connection.call("metadata", 1,
                                   {"topics": []})["brokers"][0]
            self.assertEqual((node["host"], node["port"]),
                             ("broker.example", 19092))


class Signals(broker.BrokerTest):
    def test_term_and_int_stop_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                server = self.broker()
                server.signal(number)
                self.assertEqual(server.wait(), 0)

    def test_stops_with_open_connections_and_waiting_fetches(self):
        server = self.broker()
        connection = wire.Connection(server.address)
        connection.create_topic("t")
        connection.send("fetch", 11, {
            "max_wait_ms": 30000, "min_bytes": 1, "topics": [{
                "topic": "t", "partitions": [
                    {"partition": 0, "fetch_offset": 0,
                     "partition_max_bytes": 1000}]}]})
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait(10), 0)
        connection.close()

    def test_a_second_signal_ends_at_once(self):
        server = self.broker()
        # Stopped, it receives both before it can act on the first.
        server.signal(signal.SIGSTOP)
        server.signal(signal.SIGTERM)
        server.signal(signal.SIGINT)
        server.signal(signal.SIGCONT)
        server.wait(5)

    def test_a_second_process_on_the_same_directory_is_refused(self):
        server = self.broker()
        second = self.make_broker()
        second.log_path = os.path.join(self.directory, "second.log")
        second.spawn()
        self.assertGreater(second.wait(), 0)
        self.assertIn(server.data_dirs[0], second.log())
        with wire.Connection(server.address) as connection:
            connection.create_topic("still-there")
        server.kill()
        # The lock went with the process: nothing to delete by hand.
        self.broker()
