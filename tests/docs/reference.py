#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that Doxygen reads the public headers without a warning, and that
what has to be documented is.

    tests/docs/reference.py [FILE...]

Types and functions need a sentence, and so do the fields of what a program
fills in: `..._options`, `..._config`, `..._limits`. Elsewhere a field's name
and unit may do. The structs inside Kafka's messages have the names and the
meaning that Kafka's own documentation gives them. Prints `N passed, N failed`,
where each header is one. FILEs are looked at in place of all headers.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MODULES = ("storage", "transport", "cluster", "actors")
SECONDS = 300
COMPLAINT = re.compile(r"^(?P<path>/[^:]+):(?P<line>\d+): "
                       r"(?:warning|error): (?P<text>.*)$")
MISSING = re.compile(r"(?:Member|Compound) (?P<what>.*?)"
                     r"(?: \((?P<kind>\w+)\) of (?:\w+) (?P<owner>\S+))?"
                     r" is not documented\.$")
FILLED_IN = re.compile(r"_(?:options|config|limits)$|::bounds$")
# Comparison, hashes, and how messages are written for other nodes.
UNDERSTOOD = re.compile(r"^(?:operator(?:==|<=>|\(\))|inspect\(|std::hash<)")
INSIDE_A_MESSAGE = re.compile(r"_(?:request|response)::")


def public_headers():
    for module in MODULES:
        for folder, _, files in os.walk(os.path.join(ROOT, module, "include")):
            yield from (os.path.join(folder, name) for name in files
                        if name.endswith(".h"))


def tolerated(text):
    """Whether that may stay without a sentence."""
    missing = MISSING.search(text)
    if not missing:
        return False
    what, kind, owner = missing.group("what", "kind", "owner")
    if kind == "variable":
        return not FILLED_IN.search(owner or "")
    return bool(UNDERSTOOD.match(what)
                or INSIDE_A_MESSAGE.search(f"{what} {owner}"))


def complaints(headers=None):
    """(path, line, text) of what Doxygen says against the headers."""
    with open(os.path.join(ROOT, "docs/Doxyfile"), encoding="utf-8") as file:
        settings = file.read()
    with tempfile.TemporaryDirectory() as output:
        settings += "\n".join([
            # Some output has to be; this is one file, not a thousand.
            "", "GENERATE_HTML = NO", "GENERATE_PERLMOD = YES",
            "WARN_IF_UNDOCUMENTED = YES", "WARN_AS_ERROR = NO",
            "WARN_FORMAT = \"$file:$line: $text\"",
            *(["INPUT = " + " ".join(headers)] if headers else []), ""])
        run = subprocess.run(
            ["doxygen", "-"], input=settings, text=True, cwd=ROOT,
            capture_output=True, timeout=SECONDS, check=False,
            env=dict(os.environ, TROUPE_DOCS_OUTPUT=output, LC_ALL="C.UTF-8"))
    if run.returncode != 0:
        yield "docs/Doxyfile", 0, run.stderr.strip() or "doxygen failed"
    for line in run.stderr.splitlines():
        found = COMPLAINT.match(line)
        if not found:
            # Of no header: something about the settings.
            yield "docs/Doxyfile", 0, line
        elif not tolerated(found["text"]):
            yield found["path"], int(found["line"]), found["text"]


def main():
    if shutil.which("doxygen") is None:
        print("0 passed, 0 failed, 1 skipped: doxygen is not installed")
        return 0
    headers = [os.path.abspath(path) for path in sys.argv[1:]]
    looked_at = set(headers or public_headers())
    bad = set()
    for path, line, text in sorted(set(complaints(headers))):
        bad.add(path)
        print(f"{os.path.relpath(path, ROOT)}:{line}: {text}")
    print(f"{len(looked_at - bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
