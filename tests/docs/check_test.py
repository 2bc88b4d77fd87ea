#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The docs check finds what it is there to find."""
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import check

ADR = "# 1\n## Status\n## Context\n## Decision\n## Consequences\n"
SOUND = {
    "README.md": "```\nscripts/run\n```\n[more](docs/walks.md#a-walk)\n"
                 "```cpp\nlog x;\nx.append();\n```\n"
                 "| API | key | versions |\n|---|---|---|\n"
                 "| Fetch | 1 | 4-12 |\n",
    "scripts/run": "#!/bin/bash\n",
    "examples/01_log.cpp": "int main() {\n  log x;\n  x.append();\n}\n",
    "docs/architecture.md": "`log` in `storage/src/log.cpp`\n",
    "docs/walks.md": "# A walk\n`log::append()` with `log.segment.bytes`\n"
                     "`storage/src/log.{h,cpp}`\n",
    "docs/adr/0000-template.md": "# 0\n",
    "docs/adr/0001-first.md": ADR,
    "storage/src/log.cpp": 'void log::append() { key("log.segment.bytes"); }',
    "storage/src/log.h": "class log final {\n  void append();\n};\n",
    "storage/src/other.h": "class log;\nstruct other { int begin; };\n",
    "transport/src/kafka/api_table.cpp":
        '{api_key::fetch, "Fetch", 4, 12, 12, 4},\n',
    **{f"{module}/README.md": "# one page\n" for module in check.MODULES},
}
PLANTED = {
    "names_exist": [
        ({"docs/walks.md": "`log::prepend()`\n"}, "prepend"),
        ({"docs/walks.md": "`log::begin`\n"}, "begin in log"),
        ({"docs/walks.md": "`storage/src/gone.cpp`\n"}, "gone.cpp"),
        ({"docs/walks.md": "`storage/src/log.{h,c}`\n"}, "log.{h,c}"),
        ({"storage/README.md": "`no.such.key`\n"}, "no.such.key"),
        ({"actors/README.md": "one\n\n`vanished`\n"}, "README.md:3"),
    ],
    "links_lead_somewhere": [
        ({"docs/a.md": "[x](b.md)\n"}, "b.md"),
        ({"docs/a.md": "[x](walks.md#no-walk)\n"}, "no-walk"),
    ],
    "readme_commands_exist": [
        ({"README.md": "```\nscripts/fly\n```\n"}, "scripts/fly"),
        ({"README.md": "nothing\n"}, "no command"),
    ],
    "readme_code_is_from_examples": [
        ({"README.md": "```cpp\nlog y;\n```\n"}, "log y;"),
        ({"README.md": "```cpp\nlog x;\n  x.append();\n```\n"}, "log x;"),
        ({"examples/01_log.cpp": "int main() {}\n"}, "log x;"),
    ],
    "apis_are_the_advertised_ones": [
        ({"docs/a.md": "| Fetch | 1 | 4-13 |\n"}, "Fetch"),
        ({"docs/a.md": "| Fetch | 1 | 4-12 |\n| Vote | 52 | 0-1 |\n"}, "Vote"),
        ({"README.md": "no table\n"}, "no document"),
    ],
    "decisions_are_numbered": [
        ({"docs/adr/0003-third.md": ADR}, "0002 was expected"),
        ({"docs/adr/0002-second.md": "# 2\n## Status\n"}, "no Context"),
    ],
}


def problems(rule, files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(full, 0o755)
        return list(rule(check.Tree(root)))


def main():
    passed = failed = 0
    for rule in check.RULES:
        name = rule.__name__
        found = problems(rule, SOUND)
        cases = [(not found, f"complains about a sound tree: {found}")]
        for files, word in PLANTED[name]:
            found = problems(rule, {**SOUND, **files})
            cases.append((any(word in problem for problem in found),
                          f"did not find {files}: {found}"))
        for good, message in cases:
            passed += good
            failed += not good
            if not good:
                print(f"FAILED  {name}: {message}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
