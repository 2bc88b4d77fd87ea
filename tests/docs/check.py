#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the documents tell the truth about the tree.

    tests/docs/check.py [ROOT]

Names in backticks exist, links lead somewhere, the README's commands are
there (tests/system/readme_test.py runs them), its C++ is cut from the examples,
and the table of APIs is the one that the broker advertises. Prints one line per
rule and `N passed, N failed`; check_test.py plants wrong ones.
"""
import functools
import os
import re
import sys
import textwrap

MODULES = ("storage", "transport", "cluster", "actors")
SKIPPED = {"build", "data", ".git", "__pycache__"}
SOURCES = (".h", ".cpp", ".c", ".py", ".cmake", ".txt", ".json")
# Documents whose names must be real: they describe what is there.
EXACT = ["docs/architecture.md", "docs/walks.md"] \
    + [f"{module}/README.md" for module in MODULES]

CODE_BLOCK = re.compile(r"^```.*?^```", re.M | re.S)
CPP_BLOCK = re.compile(r"^```cpp\n(.*?)^```", re.M | re.S)
NAME = re.compile(r"[A-Za-z_~][\w]*(?:::~?[A-Za-z_]\w*)*(?:\(\))?")
PATH = re.compile(r"[\w.*-]+(?:/[\w.*{},-]+)+/?|[\w-]+\.(?:h|cpp|md|py|txt)")
CONFIG_KEY = re.compile(r"[a-z]+(?:\.[a-z]+)+(?:=\w+)?")
API_ROW = re.compile(r"^\|\s*(\w+)\s*\|\s*\d+\s*\|\s*(\d+)-(\d+)\s*\|", re.M)
API_ENTRY = re.compile(
    r'\{api_key::\w+, "(\w+)", (\d+),\s*(\d+),\s*[-\w]+,\s*(\d+)\}')


class Tree:
    def __init__(self, root):
        self.root = root
        self.paths = set()
        # Documents may name the pair `src/log` of `log.h` and `log.cpp`.
        self.stems = set()
        self.documents = {}
        self.words = set()
        self.sources = {}
        self.all_text = ""
        for folder, folders, files in os.walk(root):
            folders[:] = [f for f in folders if f not in SKIPPED]
            for name in folders + files:
                path = os.path.relpath(os.path.join(folder, name), root)
                self.paths.add(path)
                if path.endswith((".h", ".cpp")):
                    self.stems.add(path.rsplit(".", 1)[0])
            for name in files:
                self.read(os.path.relpath(os.path.join(folder, name), root))

    def read(self, path):
        document = path.endswith(".md")
        if not document and not path.endswith(SOURCES) \
                and not path.startswith(("scripts/", ".ci/", "tests/")):
            return
        try:
            with open(os.path.join(self.root, path), encoding="utf-8") as file:
                text = file.read()
        except (UnicodeDecodeError, OSError):
            return
        if document:
            self.documents[path] = text
        else:
            self.words.update(re.findall(r"\w+", text))
            if path.endswith((".h", ".cpp")):
                self.sources[path] = text
            self.all_text += text

    @functools.lru_cache(maxsize=None)
    def homes(self, owner):
        """Texts of the files that define the class or namespace."""
        definition = re.compile(
            r"^\s*(?:class|struct|enum|enum class|namespace) (?:\w+::)*"
            + owner + r"(?:::\w+)*(?: final)?\s*(?::[^;{(]*)?\{", re.M)
        return [text for text in self.sources.values()
                if definition.search(text)]

    def has_member(self, owner, member):
        word = re.compile(r"\b" + member + r"\b")
        return any(word.search(text) for text in self.homes(owner))

    def has_path(self, name, document):
        """True for a path from the root, from the document's folder, or of a
        file that the text names by its end (`handlers/produce.cpp`)."""
        name = name.rstrip("/")
        for expanded in expand(name):
            pattern = re.compile(
                "(^|.*/)" + re.escape(expanded).replace(r"\*", "[^/]*") + "$")
            if not any(pattern.match(path)
                       for path in self.paths | self.stems):
                return False
        return True


def expand(name):
    """`a.{h,cpp}` is two names."""
    match = re.search(r"\{([^}]*)\}", name)
    if not match:
        return [name]
    return [name[:match.start()] + part + name[match.end():]
            for part in match.group(1).split(",")]


def quoted(text):
    """(line, words in backticks) outside of code blocks."""
    blank = CODE_BLOCK.sub(lambda m: "\n" * m.group(0).count("\n"), text)
    for number, line in enumerate(blank.split("\n"), 1):
        for word in re.findall(r"`([^`]+)`", line):
            yield number, word


def names_exist(tree):
    for document in EXACT:
        if document not in tree.documents:
            yield f"{document}: is not there"
            continue
        for number, word in quoted(tree.documents[document]):
            problem = wrong(tree, document, word)
            if problem:
                yield f"{document}:{number}: `{word}` {problem}"


def wrong(tree, document, word):
    """What is wrong with one quoted word; None for what is no name."""
    if word.startswith(("/", "-", "<", "caf/", "boost/", "rocksdb/")):
        return None
    if "=" in word and CONFIG_KEY.fullmatch(word):
        word = word.split("=")[0]
    if PATH.fullmatch(word):
        if word.startswith("troupe/"):
            word = "include/" + word
        return None if tree.has_path(word, document) \
            else "is no file or folder"
    if CONFIG_KEY.fullmatch(word):
        return None if f'"{word}"' in tree.all_text \
            or word in tree.all_text else "is no configuration key"
    if NAME.fullmatch(word):
        if tree.has_path(word, document):
            return None
        parts = re.findall(r"\w+", word)
        lost = [part for part in parts if part not in tree.words]
        if lost:
            return f"is not in the sources ({lost[0]})"
        for owner, member in zip(parts, parts[1:]):
            if not tree.has_member(owner, member):
                return f"is not in the sources ({member} in {owner})"
    return None


def links_lead_somewhere(tree):
    for document, text in tree.documents.items():
        blank = CODE_BLOCK.sub("", text)
        for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", blank):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            full = os.path.normpath(os.path.join(os.path.dirname(document),
                                                 path)) if path else document
            if full not in tree.paths:
                yield f"{document}: links to {target}, which is not there"
            elif anchor and full in tree.documents \
                    and anchor not in headings(tree.documents[full]):
                yield f"{document}: {target}: no such heading"


def headings(text):
    found = set()
    for title in re.findall(r"^#+\s+(.*)$", CODE_BLOCK.sub("", text), re.M):
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        found.add(slug)
    return found


def readme_commands_exist(tree):
    text = tree.documents.get("README.md", "")
    commands = 0
    for block in CODE_BLOCK.findall(text):
        for line in block.split("\n")[1:-1]:
            for word in re.findall(r"(?:scripts|tests|\.ci)/[\w./-]+", line):
                commands += 1
                path = os.path.join(tree.root, word)
                if word not in tree.paths:
                    yield f"README.md: {word} is not there"
                elif os.path.isfile(path) and not os.access(path, os.X_OK):
                    yield f"README.md: {word} cannot be executed"
    if commands == 0:
        yield "README.md: shows no command"


def dedented(lines):
    """The lines without what indents all of them, as one text."""
    return textwrap.dedent("\n".join(line.rstrip() for line in lines))


def readme_code_is_from_examples(tree):
    examples = [text.split("\n") for path, text in tree.sources.items()
                if path.startswith("examples/")]
    for block in CPP_BLOCK.findall(tree.documents.get("README.md", "")):
        lines = block.rstrip("\n").split("\n")
        wanted = dedented(lines)
        if not any(dedented(text[at:at + len(lines)]) == wanted
                   for text in examples for at in range(len(text))):
            yield f"README.md: in no example: {lines[0].strip()} ..."


def apis_are_the_advertised_ones(tree):
    source = "transport/src/kafka/api_table.cpp"
    try:
        with open(os.path.join(tree.root, source), encoding="utf-8") as file:
            entries = API_ENTRY.findall(file.read())
    except FileNotFoundError:
        entries = []
    actual = {name: (int(least), int(last))
              for name, _, last, least in entries}
    if not actual:
        yield f"{source}: no APIs found"
        return
    tables = 0
    for document, text in tree.documents.items():
        told = {name: (int(a), int(b)) for name, a, b in API_ROW.findall(text)}
        if not told:
            continue
        tables += 1
        for name in sorted(set(told) | set(actual)):
            if told.get(name) != actual.get(name):
                yield f"{document}: {name} is told as {told.get(name)}, " \
                    f"advertised as {actual.get(name)}"
    if tables == 0:
        yield "no document has the table of APIs"


def decisions_are_numbered(tree):
    names = sorted(os.path.basename(path) for path in tree.documents
                   if path.startswith("docs/adr/")
                   and os.path.basename(path)[:4].isdigit())
    for number, name in enumerate(names):
        if int(name[:4]) != number:
            yield f"docs/adr/{name}: {number:04d} was expected"
    for name in names[1:]:
        text = tree.documents["docs/adr/" + name]
        for heading in ("Status", "Context", "Decision", "Consequences"):
            if f"## {heading}" not in text:
                yield f"docs/adr/{name}: no {heading}"


RULES = [names_exist, links_lead_somewhere, readme_commands_exist,
         readme_code_is_from_examples, apis_are_the_advertised_ones,
         decisions_are_numbered]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../..")
    tree = Tree(os.path.abspath(root))
    failed = 0
    for rule in RULES:
        problems = list(rule(tree))
        print(("ok      " if not problems else "FAILED  ")
              + rule.__name__.replace("_", " "))
        for problem in problems:
            print("        " + problem)
        failed += bool(problems)
    print(f"{len(RULES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
