# SPDX-License-Identifier: Apache-2.0
"""A member of a group, of librdkafka, in a process of its own, that writes down
what happens to it, a line each, with the nanoseconds of the machine's
monotonic clock in front:

    read PARTITION OFFSET         a record was processed
    committed PARTITION OFFSET    the broker has said so
    assigned PARTITION...         what is added (cooperative) or everything
    revoked PARTITION...
    error TEXT                    fatal: the member ends

    recording_member.py ADDRESS GROUP TOPIC STRATEGY [INSTANCE]
"""
import signal
import sys
import time

from confluent_kafka import (Consumer, KafkaError, KafkaException,
                             TopicPartition)

#: Records between two commits: some are always read and not committed.
COMMIT_EVERY = 7


class Ended(Exception):
    pass


def on_signal(*_):
    raise Ended()


def note(*words):
    sys.stdout.write(" ".join(map(str, (time.monotonic_ns(), *words))) + "\n")
    sys.stdout.flush()


class Member:
    def __init__(self, address, group, topic, strategy, instance=None):
        self.pending = {}
        self.topic = topic
        self.error = None
        options = {
            "bootstrap.servers": address, "group.id": group,
            "auto.offset.reset": "earliest", "enable.auto.commit": False,
            "partition.assignment.strategy": strategy,
            "session.timeout.ms": 3000, "heartbeat.interval.ms": 300,
            "max.poll.interval.ms": 10000, "reconnect.backoff.ms": 50,
            "reconnect.backoff.max.ms": 200, "log_level": 0,
            "error_cb": self.on_error}
        if instance:
            options["group.instance.id"] = instance
        self.consumer = Consumer(options)
        self.consumer.subscribe([topic], on_assign=self.on_assign,
                                on_revoke=self.on_revoke,
                                on_lost=self.on_lost)

    def on_error(self, error):
        if error.fatal() or error.code() == KafkaError._FATAL:
            self.error = error

    def on_assign(self, _, partitions):
        note("assigned", *sorted(x.partition for x in partitions))

    def on_revoke(self, _, partitions):
        self.commit()
        self.on_lost(_, partitions)

    def on_lost(self, _, partitions):
        for x in partitions:
            self.pending.pop(x.partition, None)
        note("revoked", *sorted(x.partition for x in partitions))

    def commit(self):
        if not self.pending:
            return
        try:
            self.consumer.commit(asynchronous=False, offsets=[
                TopicPartition(self.topic, *x) for x in self.pending.items()])
        except KafkaException as error:
            # A rebalance or a restart: the next commit says it, or whoever
            # owns the partition next reads on from the last one.
            sys.stderr.write(f"commit: {error}\n")
            return
        for partition, offset in self.pending.items():
            note("committed", partition, offset)
        self.pending = {}

    def run(self):
        try:
            while self.error is None:
                message = self.consumer.poll(0.2)
                if message is not None and message.error():
                    self.on_error(message.error())
                    continue
                if message is not None:
                    note("read", message.partition(), message.offset())
                    self.pending[message.partition()] = message.offset() + 1
                    if message.offset() % COMMIT_EVERY:
                        continue
                self.commit()
            note("error", self.error.str())
        except Ended:
            self.consumer.close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, on_signal)
    Member(*sys.argv[1:]).run()
