# SPDX-License-Identifier: Apache-2.0
"""Encodes and decodes Kafka messages from one-line layouts: a second,
independent reading of the protocol beside the broker's own codecs.

    message := field (';' field)*
    field   := name ':' type ['?' [range]] ['=' default] [' ' range] [' #' tag]
    type    := bool i8 i16 i32 i64 u16 u32 f64 str bytes records uuid
             | '[' type ']' | '[' message ']' | '{' message '}'
    range   := N | N '+' | N '-' M      versions in which the field exists
"""
import re
import struct

NUMBERS = {"bool": "?", "i8": "b", "i16": "h", "i32": "i", "i64": "q",
           "u16": "H", "u32": "I", "f64": "d"}
ALWAYS = (0, 1 << 15)


class Field:
    def __init__(self, name):
        self.name = name
        self.kind = None  # a primitive's name, "array" or "struct"
        self.fields = None  # of a struct, or of an array's structs
        self.item = None  # of an array of primitives
        self.nullable = None
        self.default = None
        self.versions = ALWAYS
        self.tag = None

    def exists(self, version):
        return self.versions[0] <= version <= self.versions[1]

    def may_be_null(self, version):
        return self.nullable is not None \
            and self.nullable[0] <= version <= self.nullable[1]


class LayoutParser:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def take(self, pattern):
        match = re.compile(pattern).match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def need(self, pattern):
        match = self.take(pattern)
        if not match:
            raise ValueError(f"{pattern} expected: {self.text[self.at:]}")
        return match

    def range(self):
        match = self.take(r"(\d+)(\+|-(\d+))?")
        if not match:
            return None
        first = int(match.group(1))
        if match.group(2) == "+":
            return first, ALWAYS[1]
        return first, int(match.group(3) or first)

    def message(self):
        fields = [self.field()]
        while self.take(r"\s*;\s*"):
            fields.append(self.field())
        return fields

    def field(self):
        field = Field(self.need(r"\s*(\w+):").group(1))
        if self.take(r"\["):
            field.kind = "array"
            if self.take(r"(\w+)\]"):
                field.item = self.text[:self.at - 1].rsplit("[", 1)[1]
            else:
                field.fields = self.message()
                self.need(r"\s*\]")
        elif self.take(r"\{"):
            field.kind = "struct"
            field.fields = self.message()
            self.need(r"\s*\}")
        else:
            field.kind = self.need(r"\w+").group(0)
        if self.take(r"\?"):
            field.nullable = self.range() or ALWAYS
        if self.take("="):
            text = self.need(r"[^\s;\]\}]+").group(0)
            if re.fullmatch(r"-?\d+", text):
                field.default = int(text)
            elif text in ("true", "false"):
                field.default = text == "true"
        if self.take(r" (?=\d)"):
            field.versions = self.range()
        tag = self.take(r" #(\d+)")
        field.tag = int(tag.group(1)) if tag else None
        return field


def parse_layout(text):
    return LayoutParser(text).message() if text else []


def uvarint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Writer:
    def __init__(self, version, flexible):
        self.version = version
        self.flexible = flexible

    def length(self, count, form):
        if self.flexible:
            return uvarint(0 if count is None else count + 1)
        return struct.pack(">" + form, -1 if count is None else count)

    def value(self, kind, value):
        if kind in NUMBERS:
            return struct.pack(">" + NUMBERS[kind], value or 0)
        if kind == "uuid":
            return value or bytes(16)
        if kind == "str":
            raw = None if value is None else value.encode()
            return self.length(None if raw is None else len(raw), "h") \
                + (raw or b"")
        return self.length(None if value is None else len(value), "i") \
            + (value or b"")

    def field(self, field, values):
        value = values.get(field.name, field.default)
        if value is None and not field.may_be_null(self.version):
            value = {"str": "", "bytes": b"", "records": b"", "array": [],
                     "struct": {}}.get(field.kind)
        if field.kind == "array":
            out = self.length(None if value is None else len(value), "i")
            for item in value or []:
                out += self.value(field.item, item) if field.item \
                    else self.struct(field.fields, item)
            return out
        if field.kind == "struct":
            if field.nullable is None:
                return self.struct(field.fields, value)
            return b"\xff" if value is None \
                else b"\x01" + self.struct(field.fields, value)
        return self.value(field.kind, value)

    def struct(self, fields, values):
        unknown = set(values) - {field.name for field in fields}
        if unknown:
            raise ValueError(f"no such fields: {unknown}")
        out = b""
        tagged = []
        for field in fields:
            if not field.exists(self.version):
                continue
            if field.tag is None:
                out += self.field(field, values)
            elif field.name in values:
                tagged.append((field.tag, self.field(field, values)))
        if self.flexible:
            out += uvarint(len(tagged))
            for tag, payload in sorted(tagged):
                out += uvarint(tag) + uvarint(len(payload)) + payload
        return out


class Reader:
    def __init__(self, data, version, flexible):
        self.data = data
        self.at = 0
        self.version = version
        self.flexible = flexible

    def raw(self, count):
        if count < 0 or self.at + count > len(self.data):
            raise ValueError(f"{count} bytes asked at {self.at} of "
                             f"{len(self.data)}")
        self.at += count
        return bytes(self.data[self.at - count:self.at])

    def number(self, kind):
        form = ">" + NUMBERS[kind]
        return struct.unpack(form, self.raw(struct.calcsize(form)))[0]

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.raw(1)[0]
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    def length(self, kind):
        count = self.uvarint() - 1 if self.flexible else self.number(kind)
        return None if count < 0 else count

    def value(self, kind):
        if kind in NUMBERS:
            return self.number(kind)
        if kind == "uuid":
            return self.raw(16)
        count = self.length("i16" if kind == "str" else "i32")
        if count is None:
            return None
        raw = self.raw(count)
        return raw.decode() if kind == "str" else raw

    def field(self, field):
        if field.kind == "array":
            count = self.length("i32")
            if count is None:
                value = None
            else:
                value = [self.value(field.item) if field.item
                         else self.struct(field.fields) for _ in range(count)]
        elif field.kind == "struct":
            if field.nullable is not None and self.number("i8") < 0:
                return None
            value = self.struct(field.fields)
        else:
            value = self.value(field.kind)
        if value is None and not field.may_be_null(self.version):
            raise ValueError(f"{field.name} is null in version {self.version}")
        return value

    def struct(self, fields):
        out = {}
        for field in fields:
            if field.exists(self.version) and field.tag is None:
                out[field.name] = self.field(field)
        if self.flexible:
            known = {f.tag: f for f in fields
                     if f.tag is not None and f.exists(self.version)}
            for _ in range(self.uvarint()):
                tag, size = self.uvarint(), self.uvarint()
                end = self.at + size
                if tag in known:
                    out[known[tag].name] = self.field(known[tag])
                    if self.at != end:
                        raise ValueError(f"tag {tag} is not {size} bytes long")
                self.raw(end - self.at)
        return out


def encode(layout, version, flexible, values):
    return Writer(version, flexible).struct(layout, values)


def decode(layout, version, flexible, data):
    reader = Reader(data, version, flexible)
    values = reader.struct(layout)
    if reader.at != len(data):
        raise ValueError(f"{len(data) - reader.at} bytes too many")
    return values
