# SPDX-License-Identifier: Apache-2.0
"""Rows of the cluster's benchmark: what clients see when a node goes."""
import signal
import subprocess
import threading
import time

import batches
import broker
import wire
from bench_cluster_tools import told
from bench_offsets import OffsetReader


class FailoverRows:
    def create(self, nodes, topic, partitions, factor=3):
        with wire.Connection(nodes.nodes[0].address, 60) as connection:
            answer = connection.call("create_topics", 5, {
                "topics": [{"name": topic, "num_partitions": partitions,
                            "replication_factor": factor, "assignments": [],
                            "configs": [{"name": "min.insync.replicas",
                                         "value": "2"}]}],
                "timeout_ms": 60000, "validate_only": False})
        if answer["topics"][0]["error_code"] != 0:
            raise SystemExit(f"create_topics: {answer['topics'][0]}")

    def partition(self, address, topic):
        with wire.Connection(address) as connection:
            answer = connection.call("metadata", 8, {
                "topics": [{"name": topic}],
                "allow_auto_topic_creation": False,
                "include_cluster_authorized_operations": False,
                "include_topic_authorized_operations": False})
        ports = {b["node_id"]: b["port"] for b in answer["brokers"]}
        part = answer["topics"][0]["partitions"][0]
        return ports.get(part["leader_id"]), len(part["isr_nodes"])

    def await_in_sync(self, nodes, topic):
        address = next(n.address for n in nodes.nodes if n.alive())
        broker.wait_until(lambda: self.partition(address, topic)[1] == 3, 60,
                          "three replicas in sync")

    def writer(self, nodes, topic):
        """Acknowledged writes all the time, one after the other, by a client
        that looks for the leader again as soon as one fails; answers (the list
        of their times, what ends it)."""
        times, running = [], threading.Event()
        running.set()
        batch = batches.encode_batch([b"x" * 100])
        pause = threading.Event()

        def connect():
            for node in nodes.nodes:
                if not node.alive():
                    continue
                port, _ = self.partition(node.address, topic)
                if any(n.port == port and n.alive() for n in nodes.nodes):
                    return wire.Connection(f"127.0.0.1:{port}", 2)
            raise ConnectionError("nobody leads")

        def write():
            connection = None
            while running.is_set():
                try:
                    connection = connection or connect()
                    answer = connection.produce(topic, batch)
                    if answer["error_code"] != 0:
                        raise ConnectionError(str(answer))
                    times.append(time.monotonic())
                except (OSError, wire.Closed):
                    if connection is not None:
                        connection.close()
                    connection = None
                pause.wait(0.003)

        thread = threading.Thread(target=write)
        thread.start()

        def stop():
            running.clear()
            thread.join()
        return times, stop

    def producer(self, nodes, topic):
        """The same by librdkafka with its default settings."""
        from confluent_kafka import Producer
        times, running = [], threading.Event()
        running.set()
        producer = Producer({"bootstrap.servers": nodes.bootstrap,
                             "acks": "all", "log_level": 0})

        def send():
            while running.is_set():
                producer.produce(topic, b"x" * 100, partition=0,
                                 on_delivery=lambda error, _: times.append(
                                     time.monotonic()) if not error else None)
                producer.poll(0.005)
            producer.flush(30)

        thread = threading.Thread(target=send)
        thread.start()

        def stop():
            running.clear()
            thread.join()
        return times, stop

    def failover(self, name, number, client, *options):
        nodes = self.fresh(3, *options)
        self.create(nodes, "failing", 1)
        self.await_in_sync(nodes, "failing")
        times, stop = client(nodes, "failing")
        gaps = []
        try:
            for _ in range(self.arguments.kills):
                broker.wait_until(lambda: times, 30, "a write")
                address = nodes.nodes[0].address
                port, _ = self.partition(address, "failing")
                victim = next(n for n in nodes.nodes if n.port == port)
                victim.signal(number)
                begin = time.monotonic()
                # What was under way may still be answered.
                time_of_death = begin + (0.02 if number == signal.SIGKILL
                                         else 0)
                broker.wait_until(
                    lambda: times[-1] > time_of_death
                    and self.led_elsewhere(nodes, victim), 30, "a new leader")
                gaps.append(1000 * self.longest_pause(times, begin))
                victim.wait(30)
                victim.start(60)
                self.await_in_sync(nodes, "failing")
        finally:
            stop()
        told(name, gaps, "ms", f"{self.arguments.kills} times, 100-byte "
             "records, acks=all, RF 3, min.insync.replicas=2 "
             + " ".join(options))

    def led_elsewhere(self, nodes, victim):
        address = next(n.address for n in nodes.nodes
                       if n.alive() and n is not victim)
        port, _ = self.partition(address, "failing")
        return port not in (None, victim.port)

    @staticmethod
    def longest_pause(times, begin):
        """Between two acknowledgements around and after `begin`."""
        near = [t for t in list(times) if t > begin - 0.5]
        return max((b - a for a, b in zip(near, near[1:])), default=0)

    def row_failover(self):
        self.failover("leader killed: longest pause of writes", signal.SIGKILL,
                      self.writer)

    def row_fast_failover(self):
        self.failover("the same, fast-failure settings", signal.SIGKILL,
                      self.writer,
                      "--set", "broker.heartbeat.interval.ms=50",
                      "--set", "broker.session.timeout.ms=250",
                      "--set", "controller.quorum.fetch.timeout.ms=250",
                      "--set", "controller.quorum.election.timeout.ms=100")

    def row_shutdown(self):
        self.failover("controlled shutdown: longest pause", signal.SIGTERM,
                      self.writer)
        self.failover("the same, librdkafka's defaults", signal.SIGTERM,
                      self.producer)

    def row_coordinator(self):
        """One node coordinates all groups, and is killed."""
        groups, partitions = self.arguments.groups, 100
        nodes = self.fresh(3, "--set", "offsets.topic.num.partitions=1")
        subprocess.run(
            [broker.TROUPE, "bench", "commit", "--bootstrap",
             nodes.nodes[0].address, "--topic", "committed", "--partitions",
             str(partitions), "--groups", str(groups), "--connections", "4",
             "--pipeline", "8", "--records", str(groups * partitions),
             "--quiet"],
            check=True, stdout=subprocess.DEVNULL, timeout=300)
        pauses = []
        for _ in range(self.arguments.repeat):
            self.await_in_sync(nodes, "__consumer_offsets")
            port, _ = self.partition(nodes.nodes[0].address,
                                     "__consumer_offsets")
            victim = next(n for n in nodes.nodes if n.port == port)
            victim.signal(signal.SIGKILL)
            begin = time.monotonic()
            self.await_offsets(nodes, victim, partitions)
            pauses.append(1000 * (time.monotonic() - begin))
            victim.wait(30)
            victim.start(60)
        told("coordinator killed: offsets are answered", pauses, "ms",
             f"{groups * partitions} offsets of {groups} groups in one "
             f"partition, RF 3, {self.arguments.repeat} times; goal 2,000")

    def await_offsets(self, nodes, victim, partitions):
        """Until a node that lives answers the offsets of a group."""
        deadline = time.monotonic() + 60
        pause = threading.Event()
        while time.monotonic() < deadline:
            for node in nodes.nodes:
                if node is victim:
                    continue
                with OffsetReader(node.address) as reader:
                    found, error = reader.ask("troupe-bench-000000")
                if error == 0 and found == partitions:
                    return
            pause.wait(0.005)
        raise SystemExit("nobody answers the group's offsets")
