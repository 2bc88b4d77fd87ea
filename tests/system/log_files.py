# SPDX-License-Identifier: Apache-2.0
"""Reads a partition's directory as Apache Kafka's tools would."""
import os
import struct

import batches


class Segment:
    """The index files are read before the log, so that they can be compared
    while a broker goes on appending."""

    def __init__(self, directory, base, torn_tail):
        self.base = base
        self.stem = os.path.join(directory, f"{base:020d}")
        self.offset_index = self.entries(".index", ">ii")
        self.time_index = self.entries(".timeindex", ">qi")
        with open(self.stem + ".log", "rb") as file:
            data = file.read()
        self.batches = batches.split_batches(
            data[:batches.sound_bytes(data)] if torn_tail else data)

    def entries(self, suffix, form):
        """Entries of an index; the zeros of a preallocated tail are not."""
        try:
            with open(self.stem + suffix, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return []
        size = struct.calcsize(form)
        assert len(data) % size == 0, f"{self.stem}{suffix}: {len(data)} bytes"
        entries = list(struct.iter_unpack(form, data))
        while entries and not any(entries[-1]):
            entries.pop()
        return entries

    def check(self):
        """The index entries point at batches and agree with them."""
        expected = self.base
        for batch in self.batches:
            assert batch.base_offset >= expected, \
                f"{self.stem}: offset {batch.base_offset} after {expected}"
            expected = batch.last_offset + 1
        by_position = {b.position: b for b in self.batches}
        last = (-1, -1)
        for relative, position in self.offset_index:
            batch = by_position.get(position)
            assert batch, f"{self.stem}.index: no batch at {position}"
            assert batch.base_offset <= self.base + relative \
                <= batch.last_offset, f"{self.stem}.index: {relative}"
            assert relative > last[0] and position > last[1], \
                f"{self.stem}.index: not ascending"
            last = (relative, position)
        last_time = (-1, -1)
        for timestamp, relative in self.time_index:
            offset = self.base + relative
            before = [b for b in self.batches if b.base_offset <= offset]
            assert before and max(b.max_timestamp for b in before) \
                == timestamp, f"{self.stem}.timeindex: {timestamp} {offset}"
            assert (timestamp, relative) > last_time, \
                f"{self.stem}.timeindex: not ascending"
            last_time = (timestamp, relative)

    def check_dense(self, interval):
        """A closed segment's index has an entry each `interval` bytes."""
        positions = [p for _, p in self.offset_index]
        largest = max((b.bytes for b in self.batches), default=0)
        ends = positions + [sum(b.bytes for b in self.batches)]
        for before, after in zip([0] + ends, ends):
            assert after - before <= interval + 2 * largest, \
                f"{self.stem}.index: nothing from {before} to {after}"


class Partition:
    """All segments; `torn_tail` allows a part of a batch at the end."""

    def __init__(self, data_directory, topic, partition=0, torn_tail=False):
        self.directory = os.path.join(data_directory, f"{topic}-{partition}")
        bases = sorted(int(name[:-4]) for name in os.listdir(self.directory)
                       if name.endswith(".log"))
        self.segments = [
            Segment(self.directory, base, torn_tail and base == bases[-1])
            for base in bases]

    def batches(self):
        return [b for segment in self.segments for b in segment.batches]

    def values(self):
        return [value for batch in self.batches()
                for _, value in batches.record_values(batch)]

    def check(self):
        for segment in self.segments:
            segment.check()
        expected = None
        for batch in self.batches():
            assert expected is None or batch.base_offset == expected, \
                f"{self.directory}: {batch.base_offset} after {expected}"
            expected = batch.last_offset + 1
