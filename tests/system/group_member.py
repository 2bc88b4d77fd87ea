# SPDX-License-Identifier: Apache-2.0
"""A consumer in a process of its own, so that a test can kill or stop it:
prints each value on a line, and commits after it was printed.

    group_member.py confluent|kafka ADDRESS GROUP TOPIC
"""
import signal
import sys


class Ended(Exception):
    pass


def on_signal(*_):
    raise Ended()


def show(value):
    sys.stdout.write(value.decode() + "\n")
    sys.stdout.flush()


def run_confluent(address, group, topic):
    from confluent_kafka import Consumer
    consumer = Consumer({
        "bootstrap.servers": address, "group.id": group,
        "auto.offset.reset": "earliest", "enable.auto.commit": False,
        "session.timeout.ms": 3000, "heartbeat.interval.ms": 500,
        "max.poll.interval.ms": 10000, "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 200, "log_level": 0})
    consumer.subscribe([topic])
    try:
        while True:
            message = consumer.poll(0.5)
            if message is None or message.error():
                continue
            show(message.value())
            try:
                consumer.commit(message, asynchronous=False)
            except Exception as error:
                # A rebalance or a restart: whoever owns the partition next
                # reads the record again.
                sys.stderr.write(f"commit: {error}\n")
    except Ended:
        consumer.close()


def run_kafka(address, group, topic):
    from kafka import KafkaConsumer
    consumer = KafkaConsumer(
        topic, bootstrap_servers=address, group_id=group,
        auto_offset_reset="earliest", enable_auto_commit=False,
        session_timeout_ms=3000, heartbeat_interval_ms=500,
        max_poll_interval_ms=10000, reconnect_backoff_ms=50,
        reconnect_backoff_max_ms=200, max_poll_records=20)
    try:
        while True:
            for records in consumer.poll(500).values():
                for record in records:
                    show(record.value)
            try:
                consumer.commit()
            except Exception as error:
                sys.stderr.write(f"commit: {error}\n")
    except Ended:
        consumer.close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, on_signal)
    run = {"confluent": run_confluent, "kafka": run_kafka}[sys.argv[1]]
    run(*sys.argv[2:5])
