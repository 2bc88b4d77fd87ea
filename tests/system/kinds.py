# SPDX-License-Identifier: Apache-2.0
"""Clients for topics of other kinds than log."""
import time
import unittest

import wire

try:
    from confluent_kafka import (Consumer, KafkaException, Producer,
                                 TopicPartition, OFFSET_BEGINNING)
    from confluent_kafka.admin import AdminClient, NewTopic
except ImportError as error:
    raise unittest.SkipTest(f"python3-confluent-kafka: {error}")


def create(bootstrap, topic, config, partitions=1, replicas=1):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    asked = NewTopic(topic, partitions, replicas, config=config)
    admin.create_topics([asked])[topic].result(30)
    return admin


class Sender:
    """Produces values; all of them must arrive."""

    def __init__(self, bootstrap, topic):
        self.topic = topic
        self.errors = []
        self.sent = []
        self.producer = Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True,
            "reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 100,
            "retry.backoff.ms": 20, "message.timeout.ms": 60000,
            "log_level": 0})

    def delivered(self, error, _):
        if error is not None:
            self.errors.append(str(error))

    def send(self, value, delay_ms, partition=0):
        self.send_with(value, "troupe.delay.ms", str(delay_ms), partition)

    def send_with(self, value, header=None, text="", partition=0):
        self.sent.append(value)
        headers = [] if header is None else [(header, text.encode())]
        self.producer.produce(self.topic, value, partition=partition,
                              on_delivery=self.delivered, headers=headers)
        self.producer.poll(0)

    def flush(self):
        return self.producer.flush(60) == 0 and not self.errors


def header_of(message, name):
    found = [v for k, v in message.headers() or [] if k == name]
    return found[-1].decode() if found else ""


def id_of(message):
    return header_of(message, "troupe.delivery")


def read(bootstrap, count, topic, partition=0, seconds=45):
    """(message, when it came) of the first `count` records, and of those that
    come within a second after them."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "readers",
                         "enable.auto.commit": False, "log_level": 0})
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
    found = []
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            message = consumer.poll(0.05 if len(found) < count else 1)
            if message is None:
                if len(found) >= count:
                    return found
                continue
            if message.error() is None:
                found.append((message, time.time() * 1000))
        raise AssertionError(f"{len(found)} of {count} in {seconds} s")
    finally:
        consumer.close()


def end_offset(address, topic):
    with wire.Connection(address) as connection:
        return connection.end_offset(topic)


def values(bootstrap, count, topic, partition=0):
    """Those of the records that `read` finds."""
    return [x.value() for x, _ in read(bootstrap, count, topic, partition)]


def deliveries(bootstrap, count, topic):
    """(value, id of the delivery) of each."""
    return [(x.value(), id_of(x)) for x, _ in read(bootstrap, count, topic)]


class Worker:
    """A member of a group that takes records one by one."""

    def __init__(self, bootstrap, topic):
        self.consumer = Consumer({
            "bootstrap.servers": bootstrap, "group.id": "workers",
            "auto.offset.reset": "earliest", "enable.auto.commit": False,
            "session.timeout.ms": 6000, "queued.min.messages": 1,
            "reconnect.backoff.max.ms": 200, "log_level": 0})
        self.consumer.subscribe([topic])

    def take(self, seconds):
        """The next record, committed; None when none comes in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            message = self.consumer.poll(0.1)
            if message is None or message.error() is not None:
                continue
            try:
                self.consumer.commit(message, asynchronous=False)
            except KafkaException:
                pass  # The broker is away: what follows is committed again.
            return message
        return None

    def close(self):
        self.consumer.close()
