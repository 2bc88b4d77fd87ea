# SPDX-License-Identifier: Apache-2.0
"""Record batches (format v2), written and read by hand."""
import ctypes
import ctypes.util
import gzip
import struct
import time

# base_offset length leader_epoch magic crc | attributes last_offset_delta
# base_timestamp max_timestamp producer_id producer_epoch base_sequence count
HEADER = struct.Struct(">qiibIhiqqqhii")
HEADER_BYTES = 61
CRC_FROM = 21

isal = ctypes.CDLL(ctypes.util.find_library("isal") or "libisal.so.2")
isal.crc32_iscsi.restype = ctypes.c_uint
isal.crc32_iscsi.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_uint]


def crc32c(data):
    data = bytes(data)
    return ~isal.crc32_iscsi(data, len(data), 0xffffffff) & 0xffffffff


assert crc32c(b"123456789") == 0xe3069283


def varint(value):
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def sized(raw):
    return varint(-1) if raw is None else varint(len(raw)) + raw


def encode_record(offset_delta, value, key=None, headers=(),
                  timestamp_delta=0):
    body = b"\0" + varint(timestamp_delta) + varint(offset_delta) \
        + sized(key) + sized(value) + varint(len(headers))
    for name, content in headers:
        body += sized(name.encode()) + sized(content)
    return varint(len(body)) + body


def seal(batch):
    """Puts the right CRC into a batch that was changed by hand."""
    batch = bytearray(batch)
    struct.pack_into(">I", batch, 17, crc32c(batch[CRC_FROM:]))
    return bytes(batch)


def encode_batch(values, timestamp=None, producer=(-1, -1, -1),
                 attributes=0, key=None, base_offset=0, count=None,
                 last_offset_delta=None, magic=2, records=None):
    """One batch with a record per value, stamped now unless told otherwise.
    `producer` is id, epoch and first sequence; the named arguments after it
    make it lie."""
    if timestamp is None:
        timestamp = int(time.time() * 1000)
    if records is None:
        records = b"".join(encode_record(i, value, key)
                           for i, value in enumerate(values))
        if attributes & 7 == 1:
            records = gzip.compress(records, 1)
    count = len(values) if count is None else count
    delta = count - 1 if last_offset_delta is None else last_offset_delta
    header = HEADER.pack(base_offset, HEADER_BYTES - 12 + len(records), -1,
                         magic, 0, attributes, delta, timestamp, timestamp,
                         *producer, count)
    return seal(header + records)


class Batch:
    """The header of a batch and where its bytes are."""

    def __init__(self, data, at):
        (self.base_offset, self.length, self.leader_epoch, self.magic,
         self.crc, self.attributes, self.last_offset_delta,
         self.base_timestamp, self.max_timestamp, self.producer_id,
         self.producer_epoch, self.base_sequence,
         self.count) = HEADER.unpack_from(data, at)
        self.position = at
        self.bytes = self.length + 12
        self.data = data[at:at + self.bytes]

    @property
    def last_offset(self):
        return self.base_offset + self.last_offset_delta

    @property
    def codec(self):
        return self.attributes & 7

    def sound(self):
        return len(self.data) == self.bytes and self.magic == 2 \
            and crc32c(self.data[CRC_FROM:]) == self.crc


def split_batches(data):
    """All batches in `data`; ValueError when bytes are left or wrong."""
    at = 0
    out = []
    while at < len(data):
        if len(data) - at < HEADER_BYTES:
            raise ValueError(f"{len(data) - at} bytes left at {at}")
        batch = Batch(data, at)
        if batch.length < HEADER_BYTES - 12 or not batch.sound():
            raise ValueError(f"unsound batch at {at}")
        out.append(batch)
        at += batch.bytes
    return out


def sound_bytes(data):
    """Length of the longest prefix of sound batches."""
    at = 0
    while len(data) - at >= HEADER_BYTES:
        batch = Batch(data, at)
        if batch.length < HEADER_BYTES - 12 or not batch.sound():
            break
        at += batch.bytes
    return at


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7


def records(batch):
    """(offset, key, value) of each record of an uncompressed batch; a null is
    None."""
    data = batch.data
    assert batch.codec == 0
    at = HEADER_BYTES
    for _ in range(batch.count):
        size, at = read_varint(data, at)
        end = at + size
        _, inner = read_varint(data, at + 1)
        delta, inner = read_varint(data, inner)
        fields = []
        for _ in range(2):
            size, inner = read_varint(data, inner)
            fields.append(None if size < 0
                          else bytes(data[inner:inner + size]))
            inner += max(size, 0)
        yield batch.base_offset + delta, *fields
        at = end
    assert at == len(data), "bytes after the last record"


def record_values(batch):
    """(offset, value) of each record of an uncompressed batch."""
    for offset, _, value in records(batch):
        yield offset, value


def values_of(data):
    return [value for batch in split_batches(data)
            for _, value in record_values(batch)]
