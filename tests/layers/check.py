#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the tree keeps its layers and its form (ADR 0001).

    tests/layers/check.py [ROOT]

Prints one line per rule, one per violation, and `N passed, N failed`.
check_test.py plants each violation and sees that it is found.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

MODULES = ("storage", "transport", "cluster", "actors")
TOP_LEVEL = set(MODULES) | {
    "examples", "tests", "cmake", "docs", "scripts", "tools", "packaging"}
MAY_USE = {
    "storage": {"storage"},
    "transport": {"transport", "storage"},
    "cluster": {"cluster", "storage"},
    "actors": set(MODULES),
}
CODE = (".h", ".cpp", ".c")
# Files that a person reads as source and that carry a licence line.
LICENSED = CODE + (".py", ".sh", ".cmake")
LINES_MAX = 350
# A test file names the file it tests: it is not cut while that is whole.
TEST_LINES_MAX = 450
BUILT = {"build", "data", ".git", "__pycache__"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
SLEEP = re.compile(
    r"sleep_for|sleep_until|\bu?sleep\s*\(|\bnanosleep\b|time\.sleep"
    r"|^\s*sleep\s+[0-9.$]", re.M)
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")


class Tree:
    """The files of the checkout, read once."""

    def __init__(self, root):
        self.root = root
        self.text = {}
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in BUILT)
            for name in sorted(files):
                path = os.path.relpath(os.path.join(folder, name), root)
                try:
                    with open(os.path.join(root, path),
                              encoding="utf-8") as file:
                        self.text[path] = file.read()
                except (UnicodeDecodeError, OSError):
                    continue  # binary: a corpus entry, a picture

    def code(self, *folders):
        for path, text in self.text.items():
            if path.endswith(CODE) and (
                    not folders or path.split(os.sep)[0] in folders):
                yield path, text

    def scripts(self):
        for path, text in self.text.items():
            if path.endswith((".py", ".sh")) or text.startswith("#!"):
                yield path, text


def includes(text):
    return INCLUDE.findall(text)


def caf_only_in_actors(tree):
    for path, text in tree.code():
        if path.startswith(("actors/", "tests/actors/", "tests/simulation/")):
            continue
        for name in includes(text):
            # An example may show how a user's own actor talks to ours.
            if name.startswith("caf/") and not path.startswith("examples/"):
                yield f"{path}: includes {name}; only actors/ includes CAF"


def no_caf_all(tree):
    for path, text in tree.code():
        if "caf/all.hpp" in includes(text):
            yield f"{path}: includes caf/all.hpp; include exact headers"


def asio_only_in_transport(tree):
    """And in the example that is a transport; Beast is there only."""
    example = "examples/gateway/"
    for path, text in tree.code():
        if path.startswith(example):
            continue
        mine = path.startswith(
            ("transport/", "tests/transport/", "tests/bench/"))
        for name in includes(text):
            if name.startswith("boost/asio") and not mine:
                yield f"{path}: includes {name}; only transport/ and " \
                    f"{example} include Asio"
            if name.startswith("boost/beast"):
                yield f"{path}: includes {name}; only {example} includes Beast"


def rocksdb_only_in_its_files(tree):
    for path, text in tree.code():
        if re.match(r"storage/src/rocksdb_\w+\.(h|cpp)$", path):
            continue
        for name in includes(text):
            if name.startswith("rocksdb/"):
                yield f"{path}: includes {name}; only storage/src/rocksdb_* " \
                    "includes RocksDB"
            elif os.path.basename(name).startswith("rocksdb_"):
                yield f"{path}: includes {name}, which is RocksDB's"


def prometheus_only_in_its_file(tree):
    for path, text in tree.code():
        if path == "actors/src/metrics_exposer.cpp":
            continue
        for name in includes(text):
            if name.startswith("prometheus/"):
                yield f"{path}: includes {name}; only " \
                    "actors/src/metrics_exposer.cpp includes prometheus-cpp"


def modules_use_only_lower_ones(tree):
    for module, allowed in MAY_USE.items():
        for path, text in tree.code(module):
            for name in includes(text):
                match = re.match(r"troupe/(\w+)/", name)
                if match and match.group(1) not in allowed:
                    yield f"{path}: includes {name}; {module} may only use " \
                        + ", ".join(sorted(allowed))


def private_headers_stay_private(tree):
    """`"x.h"` must be found in the own module's src/ (or, in a test, in the
    tested module's): nobody reaches into another module's private files."""
    for path, text in tree.code(*MODULES):
        parts = path.split(os.sep)
        for name in re.findall(r'^\s*#\s*include\s*"([^"]+)"', text, re.M):
            if parts[1] == "include":
                yield f'{path}: public header includes "{name}"'
            elif not (f"{parts[0]}/src/{name}" in tree.text
                      or os.path.normpath(os.path.join(
                          os.path.dirname(path), name)) in tree.text):
                yield f'{path}: "{name}" is not a private header of {parts[0]}'


def users_see_public_headers_only(tree):
    for path, text in tree.code("examples", "tools"):
        own = os.path.dirname(path)
        for name in re.findall(r'^\s*#\s*include\s*"([^"]+)"', text, re.M):
            if os.path.normpath(os.path.join(own, name)) not in tree.text:
                yield f'{path}: includes "{name}", not a public header'
        for name in includes(text):
            if name.startswith("troupe/") and not any(
                    f"{module}/include/{name}" in tree.text
                    for module in MODULES):
                yield f"{path}: {name} is not a public header"


def headers_have_pragma_once(tree):
    for path, text in tree.code():
        if path.endswith(".h") and "#pragma once" not in text:
            yield f"{path}: no #pragma once"


def public_headers_are_exported(tree):
    """Symbols of shared libraries are hidden but for what stands between the
    pragmas."""
    push, pop = (f"#pragma GCC visibility {x}"
                 for x in ("push(default)", "pop"))
    for path, text in tree.code(*MODULES):
        at = text.find("\nnamespace troupe")
        if "/include/troupe/" not in path or at < 0:
            continue
        if not 0 <= text.find(push) < at or text.find(pop) < at:
            yield f"{path}: what it declares is not between '{push}' and " \
                f"'{pop}'"


def files_are_short(tree):
    for path, text in list(tree.code()) + list(tree.scripts()):
        lines = text.count("\n")
        allowed = TEST_LINES_MAX if path.startswith("tests/") else LINES_MAX
        if lines > allowed:
            yield f"{path}: {lines} lines, at most {allowed}: cut it by " \
                "responsibility"


def licence_line(tree):
    for path, text in tree.text.items():
        named = path.endswith(LICENSED) or text.startswith("#!") \
            or os.path.basename(path) == "CMakeLists.txt"
        if named and "SPDX-License-Identifier: Apache-2.0" \
                not in "\n".join(text.split("\n")[:3]):
            yield f"{path}: no SPDX line at the top"


def no_other_top_level_folders(tree):
    for name in sorted(os.listdir(tree.root)):
        if name.startswith(".") or name in BUILT | TOP_LEVEL:
            continue
        if os.path.isdir(os.path.join(tree.root, name)):
            yield f"{name}/: not a folder of the house (ADR 0001)"


def no_sleeps(tree):
    # A benchmark's window of time is its measure, not a wait for something.
    own = ("tests/layers/", "tests/bench/")
    tested = [(p, t) for p, t in tree.code("tests", "examples")]
    for path, text in tested + list(tree.scripts()):
        if path.startswith(own):
            continue
        for match in SLEEP.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: sleeps; wait for a condition instead"


def nothing_unfinished(tree):
    for path, text in tree.text.items():
        match = UNFINISHED.search(text)
        if match:
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {match.group(0)}"


def no_catch_all_names(tree):
    for path, _ in tree.code():
        if re.match(r"(utils?|common|helpers?|misc)\.", os.path.basename(path)):
            yield f"{path}: a name that says nothing"


def cmake_flags(root):
    """Where fmt, CAF and RocksDB are: the system's include path."""
    flags = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
             "-Wno-pragma-once-outside-header", "-x", "c++"]
    for module in MODULES:
        flags += ["-I", os.path.join(root, module, "include")]
    return flags


def headers_compile_alone(tree):
    headers = [path for path in tree.text
               if path.endswith(".h") and "/include/troupe/" in path]
    flags = cmake_flags(tree.root)

    def compile_one(path):
        source = f"#include \"{os.path.join(tree.root, path)}\"\n"
        run = subprocess.run(["g++", *flags, "-"], input=source, text=True,
                             capture_output=True, timeout=120)
        lines = [l for l in run.stderr.split("\n") if "error" in l]
        return None if run.returncode == 0 else \
            f"{path}: does not compile alone: " + (lines or [run.stderr])[0]

    workers = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    with workers:
        for answer in workers.map(compile_one, headers):
            if answer:
                yield answer


RULES = [
    caf_only_in_actors, no_caf_all, asio_only_in_transport,
    rocksdb_only_in_its_files, prometheus_only_in_its_file,
    modules_use_only_lower_ones, private_headers_stay_private,
    users_see_public_headers_only, headers_have_pragma_once,
    public_headers_are_exported, files_are_short, licence_line,
    no_other_top_level_folders, no_sleeps, nothing_unfinished,
    no_catch_all_names, headers_compile_alone,
]


def run(root, rules):
    tree = Tree(root)
    failed = 0
    for rule in rules:
        problems = list(rule(tree))
        print(("ok      " if not problems else "FAILED  ")
              + rule.__name__.replace("_", " "))
        for problem in problems:
            print("        " + problem)
        failed += bool(problems)
    print(f"{len(rules) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../..")
    return run(os.path.abspath(root), RULES)


if __name__ == "__main__":
    sys.exit(main())
