# SPDX-License-Identifier: Apache-2.0
"""The manual and the shell's completion know the options that there are."""
import os
import re
import shlex
import subprocess
import unittest

import broker

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
COMPLETION = os.path.join(ROOT, "tools/completion/troupe.bash")
MANUAL = os.path.join(ROOT, "docs/troupe.1")
COMMAND_LINE = re.compile(r"^  ([a-z][\w-]*)\s", re.M)
OPTION_LINE = re.compile(r"^  (?:-\w,)?(--[\w-]+)(.*)", re.M)


def run(*command):
    return subprocess.run(command, check=True, timeout=20, text=True,
                          capture_output=True).stdout


def help_of(command):
    return run(broker.TROUPE, *command, "--help")


def commands_below(text):
    """Names in the part of a help text that lists subcommands."""
    _, _, listed = text.partition("\nSubcommands:\n")
    return COMMAND_LINE.findall(listed)


def real_commands():
    """Each command as a tuple of words, with its help; the bare one too."""
    found = {}
    waiting = [()]
    while waiting:
        command = waiting.pop()
        found[command] = help_of(command)
        waiting += [(*command, name)
                    for name in commands_below(found[command])]
    return found


def real_options(text):
    return {name for name, _ in OPTION_LINE.findall(text)}


def all_completed(lines):
    """What bash offers in place of the last word of each line of words."""
    script = ["source " + shlex.quote(COMPLETION)]
    for words in lines:
        script.append(f"COMP_WORDS=({shlex.join(words)})")
        script.append(f"COMP_CWORD={len(words) - 1}")
        script.append('_troupe; echo "${COMPREPLY[*]}"')
    out = run("bash", "--norc", "-c", "\n".join(script))
    return [set(line.split()) for line in out.splitlines()]


def completed(*words):
    return all_completed([words])[0]


def manual_options():
    """Options of each command, and those in the manual with no words."""
    with open(MANUAL, encoding="utf-8") as file:
        text = file.read().replace("\\-", "-")
    found = {}
    bare = []
    for section in re.split(r"^\.S[SH] ", text, flags=re.M)[1:]:
        heading, _, body = section.partition("\n")
        entries = re.findall(r"^\.TP\n\.BI? (--[\w-]+).*\n(.*)", body, re.M)
        bare += [name for name, words in entries if not words.strip()]
        for command in heading.strip('"').split(", "):
            known = found.setdefault(tuple(command.split()), [])
            known += [name for name, _ in entries]
    return found, bare


class Options(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = real_commands()

    def leaves(self):
        return {command: text for command, text in self.commands.items()
                if not commands_below(text)}

    def test_help_is_understood(self):
        self.assertIn(("serve",), self.commands)
        self.assertIn(("bench", "produce"), self.commands)
        self.assertIn("--data-dir", real_options(self.commands[("serve",)]))
        self.assertIn("--no-setup", real_options(
            self.commands[("bench", "fetch")]), "of a group of its own")

    def test_completion_offers_every_command(self):
        offers = all_completed([("troupe", *command, "")
                                for command in self.commands])
        for (command, text), offered in zip(self.commands.items(), offers,
                                            strict=True):
            with self.subTest(command):
                self.assertEqual({word for word in offered
                                  if not word.startswith("-")},
                                 set(commands_below(text)))

    def test_completion_offers_every_option(self):
        offers = all_completed([("troupe", *command, "--")
                                for command in self.commands])
        for (command, text), offered in zip(self.commands.items(), offers,
                                            strict=True):
            with self.subTest(command):
                self.assertEqual(offered, real_options(text))

    def test_completion_knows_which_options_have_arguments(self):
        cases = [(command, option, rest)
                 for command, text in self.leaves().items()
                 for option, rest in OPTION_LINE.findall(text)]
        offers = all_completed([("troupe", *command, option, "--")
                                for command, option, _ in cases])
        for (command, option, rest), offered in zip(cases, offers,
                                                    strict=True):
            with self.subTest(command=command, option=option):
                # The type of an argument is one blank away.
                takes = re.match(" [A-Z]", rest) is not None
                self.assertEqual("--help" not in offered, takes)

    def test_completion_offers_values_and_files(self):
        self.assertEqual(completed("troupe", "bench", "produce", "--codec",
                                   "z"), {"zstd"})
        self.assertEqual(completed("troupe", "bench", "produce", "--codec",
                                   "=", "s"), {"snappy"})
        self.assertEqual(completed("troupe", "bench", "fetch", "--at-end",
                                   "="), {"wrap", "wait", "stop"})
        self.assertIn(MANUAL, completed("troupe", "serve", "--config",
                                        MANUAL[:-2]))
        self.assertEqual(completed("troupe", "serve", "--data-dir",
                                   MANUAL[:-2]), set())
        self.assertIn(os.path.dirname(MANUAL), completed(
            "troupe", "serve", "--data-dir", os.path.dirname(MANUAL)))

    def test_completion_goes_on_after_an_option(self):
        self.assertIn("--codec", completed("troupe", "bench", "produce",
                                           "--acks", "1", "--c"))
        self.assertIn("--codec", completed("troupe", "bench", "produce",
                                           "--quiet", "--c"))

    def test_values_that_are_offered_are_accepted(self):
        for mode, option in (("produce", "--codec"), ("produce", "--acks"),
                             ("fetch", "--from"), ("fetch", "--at-end")):
            offered = completed("troupe", "bench", mode, option, "")
            self.assertGreater(len(offered), 1)
            for value in offered:
                with self.subTest(option=option, value=value):
                    # Read without a complaint, as --help comes last.
                    run(broker.TROUPE, "bench", mode, f"{option}={value}",
                        "--help")

    def test_the_manual_has_every_option_once(self):
        found, bare = manual_options()
        self.assertEqual(bare, [], "said nothing about")
        for command, text in self.leaves().items():
            with self.subTest(command):
                self.assertEqual(sorted([*found.pop(command, []), "--help"]),
                                 sorted(real_options(text)))
        self.assertEqual({command for command, options in found.items()
                          if options}, set(), "no such command")
