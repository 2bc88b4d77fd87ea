# SPDX-License-Identifier: Apache-2.0
"""Does what docs/tutorial.md says, with an installed Troupe.

    tests/install/tutorial.py PREFIX FOLDER

Writes the page's files into FOLDER, builds each step, starts its program in a
network of its own, types the commands and compares what they print. What a
block of C++ is for says the paragraph above it, in these words:

    ... `NAME` ...            the first block about this file is all of it
    include it                main.cpp gets an #include of the newest file
    include it and `<NAME>`   and of this one
    before `TEXT`             main.cpp gets the block before the line with TEXT
    Instead of the line that makes `NAME`
                              the block takes the place of its have_topic
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../.."))
sys.path.insert(0, os.path.join(ROOT, "tests/system"))
sys.dont_write_bytecode = True

import network  # noqa: E402

OPEN = "the greenhouse is open\n"
SECONDS = 30
BUILD_SECONDS = 600
PART = re.compile(r"^```(\w+)\n(.*?)^```\n", re.M | re.S)
FILE = re.compile(r"`([\w.]+\.(?:cpp|h|txt))`")


def steps():
    """Heading -> [(paragraph above, language, block)]."""
    with open(os.path.join(ROOT, "docs/tutorial.md"), encoding="utf-8") as file:
        text = file.read()
    found = {}
    for section in re.split(r"^## (?=Step )", text, flags=re.M)[1:]:
        heading, rest = section.split("\n", 1)
        blocks = found.setdefault(heading, [])
        end = 0
        for part in PART.finditer(rest):
            above = rest[end:part.start()].strip().split("\n\n")[-1]
            blocks.append((" ".join(above.split()), *part.groups()))
            end = part.end()
    return found


class Reader:
    """Somebody who follows the page, step by step."""

    def __init__(self, prefix, folder):
        self.prefix = prefix
        self.folder = folder
        self.files = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def change_main(self, change):
        with open(self.path("main.cpp"), encoding="utf-8") as file:
            text = file.read()
        changed = change(text)
        assert changed != text, f"nothing to change in\n{text}"
        with open(self.path("main.cpp"), "w", encoding="utf-8") as file:
            file.write(changed)

    def put(self, anchor, block, instead=False):
        def change(text):
            lines = text.splitlines(keepends=True)
            at = [i for i, line in enumerate(lines) if anchor in line]
            assert len(at) == 1, f"{len(at)} lines with {anchor}\n{text}"
            return "".join(lines[:at[0]] + [block]
                           + lines[at[0] + 1 if instead else at[0]:])

        self.change_main(change)

    def include(self, *names):
        self.change_main(lambda text: "".join(
            f"#include {name}\n" for name in names) + text)

    def write(self, above, block):
        new = [name for name in FILE.findall(above) if name not in self.files]
        if new:
            self.files.append(new[0])
            with open(self.path(new[0]), "w", encoding="utf-8") as file:
                file.write(block)
            return
        also = re.search(r"include it(?: and `(<\w+>)`)?", above, re.I)
        if also:
            self.include(f'"{self.files[-1]}"', *filter(None, also.groups()))
        named = re.search(r"Include `([\w.]+)`, and$", above)
        before = re.search(r"before `(.+)`", above, re.I)
        topic = re.search(r"Instead of the line that makes `(\w+)`", above)
        if named:
            self.include(f'"{named[1]}"')
            self.change_main(lambda text: block + text)
        elif before:
            self.put(before[1], block)
        elif topic:
            self.put(f'have_topic(**broker, "{topic[1]}"', block, True)
        else:
            raise AssertionError(f"nobody can know what to do here: {above}")

    def build(self):
        commands = [["cmake", "--build", "build"]]
        if not os.path.isdir(self.path("build")):
            commands.insert(0, ["cmake", "-G", "Ninja", "-B", "build",
                                f"-DCMAKE_PREFIX_PATH={self.prefix}"])
        for command in commands:
            done = subprocess.run(command, cwd=self.folder, text=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT,
                                  timeout=BUILD_SECONDS, check=False)
            assert done.returncode == 0, done.stdout

    def type(self, console):
        """Each line after `$ ` is a command, the lines below it its output."""
        for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
            command, expected = part.split("\n", 1)
            # kcat may say on standard error what it does; that is not shown.
            done = subprocess.run(["bash", "-c", command], text=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=SECONDS,
                                  check=False)
            assert done.stdout == expected, \
                f"$ {command}\n{done.stdout}{done.stderr}instead of\n{expected}"

    def run(self, consoles):
        shutil.rmtree(self.path("data"), ignore_errors=True)
        with subprocess.Popen([self.path("build/greenhouse")], text=True,
                              cwd=self.folder, stdout=subprocess.PIPE) as node:
            stopped = None
            try:
                # The node's log is on standard output, too.
                assert OPEN in iter(node.stdout.readline, ""), \
                    "it did not open"
                for console in consoles:
                    self.type(console)
                node.send_signal(signal.SIGINT)
                stopped = node.wait(SECONDS)
            finally:
                if stopped is None:
                    node.kill()
        assert stopped == 0, f"it ended with {stopped}"


def main():
    prefix, folder = sys.argv[1:]
    os.makedirs(folder)
    network.enter_namespaces()
    reader = Reader(prefix, folder)
    for heading, blocks in steps().items():
        began = time.monotonic()
        for above, language, block in blocks:
            if language in ("cpp", "cmake"):
                reader.write(above, block)
        reader.build()
        reader.run([block for _, language, block in blocks
                    if language == "console"])
        print(f"{heading}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{len(reader.files)} files")


if __name__ == "__main__":
    main()
