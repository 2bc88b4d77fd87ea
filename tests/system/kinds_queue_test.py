# SPDX-License-Identifier: Apache-2.0
"""Topics with priorities and queues, with ordinary clients: who comes first,
what comes again, and what is left of it after kill -9."""
import collections
import shutil
import subprocess
import unittest

import broker
import kinds

from confluent_kafka import KafkaException

JOBS = "jobs"


class Priority(broker.BrokerTest):
    CONFIG = {"troupe.kind": "priority", "troupe.priority.window": "20"}

    def filled(self):
        node = self.broker(port=broker.free_port())
        kinds.create(node.address, JOBS, self.CONFIG)
        sender = kinds.Sender(node.address, JOBS)
        for i in range(100):
            sender.send_with(b"low%d" % i, "troupe.priority", "0")
        self.assertTrue(sender.flush(), sender.errors)
        broker.wait_until(
            lambda: kinds.end_offset(node.address, JOBS) >= 20, 30,
            "a window of records is visible")
        for i in range(50):
            sender.send_with(b"high%d" % i, "troupe.priority", "9")
        self.assertTrue(sender.flush(), sender.errors)
        return node, sender.sent

    def test_urgent_records_overtake_all_that_is_not_visible(self):
        node, sent = self.filled()
        self.assertEqual(kinds.end_offset(node.address, JOBS), 20)
        worker = kinds.Worker(node.address, JOBS)
        try:
            values = [worker.take(30).value() for _ in sent]
        finally:
            worker.close()
        lows = [v for v in sent if v.startswith(b"low")]
        highs = [v for v in sent if v.startswith(b"high")]
        self.assertEqual(values, lows[:20] + highs + lows[20:])

    def test_after_kill_each_record_comes_once(self):
        node, sent = self.filled()
        worker = kinds.Worker(node.address, JOBS)
        try:
            for _ in range(60):
                self.assertIsNotNone(worker.take(30))
            node.kill()
            node.start()
            found = []
            while kinds.end_offset(node.address, JOBS) < len(sent):
                found.append(worker.take(30))
                self.assertIsNotNone(found[-1])
        finally:
            worker.close()
        values = kinds.values(node.address, len(sent), JOBS)
        self.assertEqual(collections.Counter(values),
                         collections.Counter(sent))


class Queue(broker.BrokerTest):
    def made(self, **more):
        node = self.broker(port=broker.free_port())
        config = {"troupe.kind": "queue",
                  "troupe.queue.visibility.ms": "2000",
                  "troupe.queue.backoff.ms": "100"}
        config.update({k.replace("_", "."): v for k, v in more.items()})
        self.admin = kinds.create(node.address, JOBS, config)
        return node

    def test_what_was_accepted_is_never_seen_again(self):
        node = self.made(troupe_queue_tries_max="50")
        sender = kinds.Sender(node.address, JOBS)
        for i in range(100):
            sender.send_with(b"%d" % i)
        self.assertTrue(sender.flush(), sender.errors)
        acks = kinds.Sender(node.address, JOBS + ".acks")
        worker = kinds.Worker(node.address, JOBS)
        accepted = set()
        try:
            for round_ in range(3):
                # The worker forgets every other one that it gets.
                for i in range(40):
                    message = worker.take(20)
                    if message is None:
                        break
                    if i % 2 == 0 or round_ == 2:
                        acks.send_with(kinds.id_of(message).encode())
                        accepted.add(message.value())
                self.assertTrue(acks.flush(), acks.errors)
                known = kinds.end_offset(node.address, JOBS)
                settled = set(accepted)
                node.kill()
                node.start()
                broker.wait_until(
                    lambda: kinds.end_offset(node.address, JOBS) >= known, 30,
                    "the topic is back")
            while len(accepted) < 100:
                message = worker.take(20)
                self.assertIsNotNone(message, len(accepted))
                acks.send_with(kinds.id_of(message).encode())
                accepted.add(message.value())
            self.assertTrue(acks.flush(), acks.errors)
            # Until nothing has come again for more than the time that it has.
            while worker.take(5) is not None:
                pass
        finally:
            worker.close()
        end = kinds.end_offset(node.address, JOBS)
        found = kinds.deliveries(node.address, end, JOBS)
        self.assertEqual(len(found), end)
        self.assertEqual({value for value, _ in found}, set(sender.sent))
        # What was accepted before a kill has no delivery behind it.
        for value, delivery in found[known:]:
            self.assertNotIn(value, settled, delivery)
        self.assertEqual(kinds.end_offset(node.address, JOBS + ".dead"), 0)

    def test_what_nobody_accepts_is_a_dead_letter_with_its_reason(self):
        node = self.made(troupe_queue_tries_max="2")
        sender = kinds.Sender(node.address, JOBS)
        sender.send_with(b"hopeless")
        self.assertTrue(sender.flush(), sender.errors)
        worker = kinds.Worker(node.address, JOBS)
        try:
            ids = [kinds.id_of(worker.take(20)) for _ in range(2)]
            self.assertEqual(ids, ["0-0-1", "0-0-2"])
            self.assertIsNone(worker.take(6))
        finally:
            worker.close()
        dead = kinds.Worker(node.address, JOBS + ".dead")
        try:
            letter = dead.take(20)
        finally:
            dead.close()
        self.assertEqual(letter.value(), b"hopeless")
        self.assertEqual(kinds.id_of(letter), "0-0-2")
        self.assertIn("last try", kinds.header_of(letter, "troupe.reason"))

    @unittest.skipUnless(shutil.which("kcat"), "kcat is not installed")
    def test_kcat_accepts_releases_and_rejects(self):
        node = self.made(troupe_queue_visibility_ms="60000")

        def kcat(topic, value, *options):
            subprocess.run(
                ["kcat", "-b", node.address, "-P", "-t", topic, "-p", "0",
                 *options], input=value, text=True, check=True, timeout=30)

        for value in ("a", "b", "c"):
            kcat(JOBS, value + "\n")
        worker = kinds.Worker(node.address, JOBS)
        try:
            ids = {}
            for _ in range(3):
                message = worker.take(20)
                ids[message.value()] = kinds.id_of(message)
            acks = JOBS + ".acks"
            kcat(acks, ids[b"a"] + "\n")
            kcat(acks, ids[b"b"] + "\n", "-H", "troupe.verdict=release")
            kcat(acks, ids[b"c"] + "\n", "-H", "troupe.verdict=reject")
            again = worker.take(20)
            self.assertEqual(again.value(), b"b")
            self.assertEqual(kinds.id_of(again), "0-1-2")
            self.assertIsNone(worker.take(2))
        finally:
            worker.close()
        broker.wait_until(
            lambda: kinds.end_offset(node.address, JOBS + ".dead") == 1, 10,
            "the rejected one is a dead letter")

    def test_companions_go_with_their_queue(self):
        node = self.made()
        names = {JOBS, JOBS + ".acks", JOBS + ".dead",
                 "__troupe.inbox." + JOBS}
        present = self.admin.list_topics(timeout=10).topics
        self.assertLessEqual(names, set(present))
        with self.assertRaises(KafkaException):
            self.admin.delete_topics([JOBS + ".acks"])[JOBS + ".acks"].result(
                30)
        self.admin.delete_topics([JOBS])[JOBS].result(30)
        self.assertEqual(
            names & set(self.admin.list_topics(timeout=10).topics), set())


if __name__ == "__main__":
    unittest.main()
