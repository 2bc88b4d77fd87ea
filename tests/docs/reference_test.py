#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The check of the reference finds what it is there to find."""
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
import reference

SOUND = """#pragma once
/// Words.
namespace troupe {
/// A thing.
struct thing {
  int size_bytes = 0;
  /// Makes it larger.
  void grow(int bytes);
  bool operator==(const thing&) const = default;
};
/// How a thing is made.
struct thing_options {
  /// Room for so many bytes.
  int bytes_max = 0;
};
/// Asks for a thing.
struct thing_request {
  int group_id = 0;
  struct part {
    int index = 0;
  };
};
} // namespace troupe
"""
# What is taken out or changed, and what has to be found then.
PLANTED = [
    ("/// A thing.\n", "", "Compound troupe::thing"),
    ("  /// Makes it larger.\n", "", "grow"),
    ("  /// Room for so many bytes.\n", "", "bytes_max"),
    ("/// Asks for a thing.\n", "", "thing_request"),
    ("Makes it larger.", "Makes it larger. @param octets how much", "octets"),
    ("Makes it larger.", "Makes it larger, see @ref shrink.", "shrink"),
]


def found_in(text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "thing.h")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return [text for _, _, text in reference.complaints([path])]


def main():
    if shutil.which("doxygen") is None:
        print("0 passed, 0 failed, 1 skipped: doxygen is not installed")
        return 0
    found = found_in(SOUND)
    cases = [(not found, f"complains about a sound header: {found}")]
    for old, new, word in PLANTED:
        found = found_in(SOUND.replace(old, new, 1))
        cases.append((old in SOUND and any(word in text for text in found),
                      f"did not find {word}: {found}"))
    for good, message in cases:
        if not good:
            print("FAILED  " + message)
    failed = sum(not good for good, _ in cases)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
