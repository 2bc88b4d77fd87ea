# SPDX-License-Identifier: Apache-2.0
"""Turns results into a Markdown table, and puts it into a document."""
import statistics
import sys

BEGIN = "<!-- table: written by tests/bench/run --update, do not edit -->"
END = "<!-- end of table -->"


def say(text):
    print(text, file=sys.stderr, flush=True)


def number(x):
    if x == 0:
        return "0"
    if abs(x) >= 1000:
        return "{:,.0f}".format(x)
    if abs(x) >= 100:
        return "%.0f" % x
    if abs(x) >= 10:
        return "%.1f" % x
    return "%.3g" % x


def spread(values):
    """`median (smallest..largest)`."""
    median = number(statistics.median(values))
    if len(values) == 1:
        return median
    return "%s (%s..%s)" % (median, number(min(values)), number(max(values)))


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def render(results, date, settings):
    """All results: first against their goals, then every value."""
    goals = []
    for result in results:
        if result.error:
            goals.append([result.row.title, "failed: " + result.error, "", ""])
        for check in result.checks:
            goals.append([check.title, check.goal(), number(check.value),
                          "yes" if check.met() else "**no**"])
    text = "Measured on %s. %s.\n\n" % (date, settings)
    text += table(["What", "Goal", "Measured (median)", "Met"], goals)
    text += "\nMedian (smallest..largest) of each variant:\n\n"
    values = []
    for result in results:
        for variant, measures in result.variants.items():
            for measure, samples in measures.items():
                values.append([result.row.title, variant, measure,
                               spread(samples)])
    text += table(["What", "Variant", "Measure", "Value"], values)
    text += "\nSettings:\n\n"
    for result in results:
        text += "* %s: %s\n" % (result.row.title, result.row.settings)
    return text


def update(path, text):
    with open(path, encoding="utf-8") as file:
        document = file.read()
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit("%s has no place for the table (%s ... %s)" % (
            path, BEGIN, END))
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + text + END + after)
